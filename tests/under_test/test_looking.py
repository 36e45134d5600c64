"""What a target is, seen in its own interpreter; for each way to get it wrong, one message that says how to mend it."""

import sys
from pathlib import Path

import pytest

from harness.model.errors import HarnessError, TargetFailed, UsageError
from harness.process.environment import passed_on
from harness.under_test.launch.command import path_of_modules
from harness.under_test.launch.looking import interface_of

SHOP = """
import functools, os

async def asgi(scope, receive, send): ...

def wsgi(environ, start_response):
    return []

class Asgi:
    async def __call__(self, scope, receive, send): ...

class Wsgi:
    def __call__(self, environ, start_response):
        return []

class Holder:
    app = Asgi()

def timed(function):
    @functools.wraps(function)
    def timing(*arguments):
        return function(*arguments)
    return timing

@timed
def wrapped(environ, start_response):
    return []

def create_app():
    return Asgi()

def create_from(settings):
    return Wsgi()

def hidden(*arguments): ...

async_object, object, holder, number = Asgi(), Wsgi(), Holder(), 7
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP)
    return tmp_path


def seen(target: str, folder: Path) -> str:
    return interface_of(target, Path(sys.executable), folder, {**passed_on(), **path_of_modules(folder)})


@pytest.mark.parametrize(
    ("name", "interface"),
    [
        ("asgi", "asgi"),
        ("wsgi", "wsgi"),
        ("async_object", "asgi"),
        ("object", "wsgi"),
        ("holder.app", "asgi"),
        ("wrapped", "wsgi"),
        ("create_app()", "asgi"),
    ],
)
def test_the_interface_of_an_application_is_seen(shop: Path, name: str, interface: str) -> None:
    assert seen(f"shop:{name}", shop) == interface


def test_modules_are_found_in_the_folder_src_too(tmp_path: Path) -> None:
    (tmp_path / "src" / "shop").mkdir(parents=True)
    (tmp_path / "src" / "shop" / "main.py").write_text(SHOP)
    assert seen("shop.main:asgi", tmp_path) == "asgi"


@pytest.mark.parametrize(
    ("name", "what", "mend"),
    [
        ("create_app", "a function without arguments", "--target 'shop:create_app()'"),
        ("create_from()", "missing 1 required positional argument: 'settings'", "a factory that needs no argument"),
        ("Wsgi", "is a class", "name an object of it"),
        ("number", "nothing that can be called", "name the application object"),
        ("hidden", "called neither as ASGI nor as WSGI has it", "--interface asgi"),
        ("apps", "shop has no apps", "shop:asgi, shop:wsgi"),
        ("holder.other", "shop has no holder.other", "name the application object"),
    ],
)
def test_what_is_no_application_is_said_with_what_to_write(shop: Path, name: str, what: str, mend: str) -> None:
    with pytest.raises(HarnessError) as raised:
        seen(f"shop:{name}", shop)
    assert what in raised.value.what
    assert mend in raised.value.mend
    assert raised.value.where == "--target"


@pytest.mark.parametrize(
    ("code", "what", "mend"),
    [
        ("import a_library_of_theirs", "No module named 'a_library_of_theirs' (broken.py:1)", "--venv DIR"),
        ("x = 1\nraise RuntimeError('no key')", "RuntimeError: no key (broken.py:2)", "python -c 'import broken'"),
        ("import os\nos.environ['SHOP_KEY']", "needs the environment variable SHOP_KEY (broken.py:2)", "--env-file"),
        ("import os\nos._exit(3)", "it ends with exit code 3", ""),
        ("raise SystemExit('bye')", "SystemExit: bye", ""),
    ],
)
def test_a_module_that_does_not_load_is_reported_with_its_reason(
    tmp_path: Path, code: str, what: str, mend: str
) -> None:
    (tmp_path / "broken.py").write_text(code)
    with pytest.raises(TargetFailed) as raised:
        seen("broken:app", tmp_path)
    assert what in raised.value.what
    assert mend in raised.value.mend


def test_a_module_that_is_not_there_is_told_from_one_that_it_imports(shop: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no module shop\.main in"):
        seen("shop.main:app", shop)


def test_the_values_of_its_variables_are_in_no_message(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import os\nraise RuntimeError(os.environ['SHOP_TOKEN'])")
    with pytest.raises(TargetFailed) as raised:
        interface_of(
            "broken:app",
            Path(sys.executable),
            tmp_path,
            {**passed_on(), **path_of_modules(tmp_path), "SHOP_TOKEN": "tell-nobody-this"},
        )
    assert "tell-nobody-this" not in str(raised.value)
    assert "RuntimeError" in raised.value.what
