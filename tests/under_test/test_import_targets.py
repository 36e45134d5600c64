"""Targets that are an attribute of an object, or what a factory gives, on real servers of each interface."""

import urllib.request
from pathlib import Path

import pytest
from pydantic import ValidationError

from harness.model.asked.application import Targets
from harness.model.errors import TargetFailed
from harness.under_test.launch.launch import launched
from tests.under_test.serving import EACH, application, launch, python_with_servers

HOLDER = """

class Holder:
    pass


holder = Holder()
holder.asgi, holder.wsgi, holder.rsgi = asgi, wsgi, rsgi


def create_asgi():
    return asgi


def create_wsgi():
    return wsgi


def create_rsgi():
    return rsgi


def broken():
    raise RuntimeError("no settings")
"""

ON = {"asgi": "uvicorn", "wsgi": "gunicorn-sync", "rsgi": "granian-rsgi"}


@pytest.mark.parametrize("interface", ON)
@pytest.mark.parametrize("form", ["app:holder.{0}", "app:create_{0}()"], ids=["dotted", "factory"])
def test_it_is_served(form: str, interface: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    app = application(tmp_path, targets={interface: form.format(interface)}, servers=[ON[interface]])
    (tmp_path / "app.py").write_text(EACH + HOLDER)
    with (
        launched(launch(app, server=ON[interface], python=python_with_servers(request))) as live,
        urllib.request.urlopen(f"http://{live.target.host}:{live.target.port}/", timeout=30) as answer,
    ):
        assert answer.read() == b"ok"


def test_what_a_factory_raises_is_the_reason(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    app = application(tmp_path, targets={"asgi": "app:broken()"}, servers=["uvicorn"])
    (tmp_path / "app.py").write_text(EACH + HOLDER)
    with (
        pytest.raises(TargetFailed, match="the application does not load: RuntimeError: no settings"),
        launched(launch(app, server="uvicorn", python=python_with_servers(request))),
    ):
        pass


@pytest.mark.parametrize("target", ["app:create(1)", "app:create(settings='x')", "app:create()()", "app:create("])
def test_arguments_of_a_factory_are_refused(target: str) -> None:
    with pytest.raises(ValidationError, match="a factory is called without arguments"):
        Targets(asgi=target)


@pytest.mark.parametrize("target", ["app", "app:", ":app", "app:.app", "a pp:app", "app:app; import os", "../app:app"])
def test_what_is_no_target_is_refused(target: str) -> None:
    with pytest.raises(ValidationError, match="not a target"):
        Targets(asgi=target)
