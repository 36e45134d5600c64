"""Programs beside Python: what is there, in which version, and how it is told that one is missing."""

import sys
from pathlib import Path

import pytest

from harness.model.asked.application import AppManifest
from harness.under_test.launch.launch import launched
from harness.under_test.launch.programs import absent, search_path, versions_of
from tests.under_test.serving import application, launch

SERVES = """
import http.server
import pathlib

print("serving below {work}, one of {workers}", flush=True)
pathlib.Path("{work}", "mine").write_text("written by the program")
http.server.ThreadingHTTPServer(("{host}", {port}), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def needing(tmp_path: Path, **programs: tuple[str, ...]) -> AppManifest:
    return application(tmp_path, programs=programs, install="apt-get install what-it-takes").manifest


def prints(text: str, stream: str = "stdout", code: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; sys.{stream}.write({text!r}); sys.exit({code})")


def endless(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"while True: print({text!r})")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_version_is_the_first_thing_that_looks_like_one(tmp_path: Path, stream: str) -> None:
    manifest = needing(tmp_path, thing=prints("thing version: thing/1.22.1 (built with 3.0)", stream))
    assert dict(versions_of(manifest)) == {"thing": "1.22.1"}
    assert absent(manifest) is None


@pytest.mark.parametrize(
    "argv",
    [("no-such-program-here", "--version"), prints("1.0", code=1), prints("no number in it"), endless("1.0")],
    ids=["not found", "it ends with exit code 1", "it prints no version", "it prints more than 65,536 bytes"],
)
def test_a_program_that_is_missing_is_told_with_the_command_that_brings_it(
    tmp_path: Path, argv: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    why = request.node.callspec.id
    notice = absent(needing(tmp_path, here=prints("1.0"), gone=argv))
    assert notice is not None
    assert (notice.code, notice.seen) == ("not-installed", f"Small is left out: gone ({why}) cannot be run here")
    assert notice.mend == "apt-get install what-it-takes"


def test_a_program_is_asked_with_the_variables_of_the_application(tmp_path: Path) -> None:
    """A variable may say where a library lies, without which the program fails."""
    argv = (sys.executable, "-c", "import os; print(os.environ['WHERE'])")
    given = {"programs": {"library": argv}, "install": "apt-get install what-it-takes"}
    there = application(tmp_path / "there", **given, environment={"WHERE": "/usr/lib/thing-1.2"}).manifest
    elsewhere = application(tmp_path / "elsewhere", **given).manifest
    assert dict(versions_of(there)) == {"library": "1.2"}
    assert absent(there) is None
    assert absent(elsewhere) is not None


def test_an_application_that_needs_no_program_lacks_none(tmp_path: Path) -> None:
    manifest = application(tmp_path).manifest
    assert absent(manifest) is None
    assert dict(versions_of(manifest)) == {}


def test_programs_of_the_system_are_found_where_an_ordinary_path_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert search_path().split(":")[0] == "/nowhere"
    assert "/usr/sbin" in search_path().split(":")


def test_a_configuration_is_filled_in_for_each_start_and_gone_afterwards(tmp_path: Path) -> None:
    given = {"argv": ["{python}", "{config}"], "config": "serve.py"}
    app = application(tmp_path / "app", servers=["own"], own=given)
    (tmp_path / "app" / "serve.py").write_text(SERVES)
    with launched(launch(app, workers=3)) as server:
        assert server.command == ("python", "{work}/serve.py")
        said = server.process.log_tail()
        work = Path(said.split("below ")[1].split(",")[0])
        assert "one of 3" in said
        assert (work / "serve.py").read_text() != SERVES
        assert (work / "mine").read_text() == "written by the program"
    assert not work.exists()
    assert (tmp_path / "app" / "serve.py").read_text() == SERVES
