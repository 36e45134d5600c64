"""Locks in which some packages differ from an application's own."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from harness.model.errors import UsageError
from harness.under_test.install.locks import CONSTRAINTS, lock, lock_of
from harness.under_test.install.replacing import replaced, required_in, versions_in, without
from harness.under_test.install.variant_locks import variant_lock
from tests.under_test.lockable import SERVERS, application

pytestmark = pytest.mark.usefixtures("usual_index")

NEWER, OLDER = Requirement("click>=8.1"), Requirement("click==8.1.7")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_wanted_package_replaces_its_line_and_keeps_its_extras() -> None:
    lines = ("uvicorn[standard]>=0.20", "Flask_Login", "./lib", "idna")
    wanted = [Requirement("uvicorn==0.30"), Requirement("flask-login==0.6"), Requirement("orjson")]
    assert replaced(lines, wanted) == ("./lib", "idna", "uvicorn[standard]==0.30", "flask-login==0.6", "orjson")
    assert without(lines, wanted) == ("./lib", "idna")


def test_lines_are_read_through_includes_each_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "requirements.in").write_text("-r base/more.txt\n-c limits.txt\nstarlette  # a comment\n-r gone.txt\n")
    (tmp_path / "base" / "more.txt").write_text("idna\n-r ../requirements.in\n")
    (tmp_path / "limits.txt").write_text("idna<4\n")
    found = required_in(tmp_path / "requirements.in")
    assert found.requirements == ("idna", "starlette")
    assert found.constraints == ("idna<4",)


def test_versions_are_read_from_a_lock() -> None:
    text = (
        "# made\nFlask_Login==0.6.3 \\\n    --hash=sha256:00\nexceptiongroup==1.3 ; python_version < '3.11' \\\n"
        "    --hash=sha256:00\na==1 ; sys_platform == 'x'\na==2 ; sys_platform != 'x'\n"
    )
    assert versions_in(text) == {"flask-login": "0.6.3", "exceptiongroup": "1.3", "a": "1 or 2"}


def test_only_what_was_wanted_and_what_that_takes_differs(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "click<9", "iniconfig==1.1.1", servers=("one",))
    lock([app], SERVERS, apps, cache)
    (app.folder / "requirements.in").write_text("click<9\niniconfig\n")  # its lock is older than its requirements now
    before = everything(app.folder)
    own = lock_of(app)
    assert own is not None
    made = variant_lock(app, [OLDER], SERVERS, apps, cache, like=own)
    assert everything(app.folder) == before
    assert made.is_relative_to(cache.resolve())
    found, was = versions_in(made.read_text()), versions_in(own.read_text())
    assert found["click"] == "8.1.7" != was["click"]
    assert found["iniconfig"] == was["iniconfig"] == "1.1.1"
    assert "--hash=sha256:" in made.read_text()


def test_equal_content_is_one_lock_and_another_version_another(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "click")
    lock([app], SERVERS, apps, cache)
    once, again = (variant_lock(app, [OLDER], SERVERS, apps, cache, like=lock_of(app)) for _ in range(2))
    assert once == again
    assert variant_lock(app, [NEWER], SERVERS, apps, cache, like=lock_of(app)) != once


def test_what_all_applications_share_does_not_hold_a_wanted_package(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig", servers=("two",))
    lock([app], SERVERS, apps, cache)
    assert "click==" in (apps / CONSTRAINTS).read_text()
    made = variant_lock(app, [OLDER], SERVERS, apps, cache, like=lock_of(app))
    assert versions_in(made.read_text())["click"] == "8.1.7"


def test_a_version_that_cannot_be_is_refused_in_the_words_of_the_resolver(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig")
    with pytest.raises(UsageError, match="click") as fault:
        variant_lock(app, [Requirement("click==0.0.0.1")], SERVERS, apps, cache, like=None)
    assert "no set of versions was found" in str(fault.value)


def test_a_lock_that_its_author_made_is_no_ground_for_another(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    (app.folder / "requirements.in").unlink()
    with pytest.raises(UsageError, match=r"requirements\.in"):
        variant_lock(app, [OLDER], SERVERS, apps, cache, like=lock_of(app))
