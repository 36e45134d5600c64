import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from harness.catalog.applications import Application
from harness.model.errors import UsageError
from harness.under_test.install.environments import distributions_of, ensure, environment_of
from harness.under_test.install.locks import CONSTRAINTS, lock, lock_of, stale_locks
from tests.under_test.lockable import SERVERS, application, pinned, with_local_package

pytestmark = pytest.mark.usefixtures("usual_index")

IMPOSSIBLE = ("click>8", "click<8")


def wheel(folder: Path) -> Path:
    """The smallest distribution uv takes metadata from."""
    path = folder / "here-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr("here-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: here\nVersion: 1.0\n")
        archive.writestr("here-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("here-1.0.dist-info/RECORD", "")
    return path


def test_a_lock_holds_the_applications_its_servers_and_the_shared_distributions(apps: Path, cache: Path) -> None:
    one = application(apps, "one", "iniconfig")
    two = application(apps, "two", "iniconfig", servers=("one", "two"))
    lock([one, two], SERVERS, apps, cache)
    assert pinned(one.folder / "requirements.txt").keys() == {"iniconfig", "h11", "idna"}
    assert pinned(two.folder / "requirements.txt").keys() == {"iniconfig", "h11", "idna", "click"}


def test_no_address_gets_in_from_how_this_machine_is_set_up(
    apps: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    settings = tmp_path / "uv.toml"
    settings.write_text(
        f'find-links = ["{wheels}"]\n[pip]\nemit-index-url = true\nemit-find-links = true\n'
        "emit-index-annotation = true\nemit-build-options = true\nannotation-style = 'split'\n"
    )
    monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    for path in (app.folder / "requirements.txt", apps / CONSTRAINTS):
        text = path.read_text()
        assert "://" not in text
        assert str(tmp_path) not in text
        assert all(line[:1] != "-" for line in text.splitlines())


def test_what_any_server_requires_has_the_same_version_in_every_lock(apps: Path, cache: Path) -> None:
    servers = {"one": ("h11<0.14",), "two": ("click",)}
    runs_on_it = application(apps, "runs-on-it", servers=("one",))
    does_not = application(apps, "does-not", "h11", servers=("two",))
    lock([runs_on_it, does_not], servers, apps, cache)
    versions = {pinned(path)["h11"] for path in apps.glob("*/requirements.txt")}
    assert versions == {pinned(apps / CONSTRAINTS)["h11"]}
    assert versions < {"0.13.0", "0.12.0"}


def test_an_application_that_refuses_a_shared_version_gets_another_and_the_others_keep_it(
    apps: Path, cache: Path
) -> None:
    behind, other = application(apps, "behind", "h11<0.14"), application(apps, "other", servers=("two",))
    lock([behind, other], SERVERS, apps, cache)
    shared = pinned(apps / CONSTRAINTS)
    assert pinned(behind.folder / "requirements.txt")["h11"] in {"0.12.0", "0.13.0"}
    assert pinned(other.folder / "requirements.txt")["h11"] == shared["h11"]
    assert pinned(behind.folder / "requirements.txt")["idna"] == shared["idna"]
    assert not stale_locks([behind, other], SERVERS, apps)


def test_a_failed_resolution_names_the_application_in_uvs_words_and_the_others_are_locked(
    apps: Path, cache: Path
) -> None:
    well, ill = application(apps, "well", "iniconfig"), application(apps, "ill", *IMPOSSIBLE)
    with pytest.raises(UsageError, match=r"(?s)^ill: .*No solution found.*click"):
        lock([well, ill], SERVERS, apps, cache)
    assert "iniconfig" in pinned(well.folder / "requirements.txt")
    assert not (ill.folder / "requirements.txt").exists()


def test_all_failed_resolutions_are_told_together(apps: Path, cache: Path) -> None:
    ill = [application(apps, name, *IMPOSSIBLE) for name in ("sick", "worse")]
    with pytest.raises(UsageError, match=r"(?s)2 locks could not be made\nsick: .*\nworse: "):
        lock(ill, SERVERS, apps, cache)


def test_a_lock_that_was_good_stays_when_the_next_cannot_be_made(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    before = (app.folder / "requirements.txt").read_bytes()
    (app.folder / "requirements.in").write_text("\n".join(IMPOSSIBLE))
    with pytest.raises(UsageError):
        lock([app], SERVERS, apps, cache)
    assert (app.folder / "requirements.txt").read_bytes() == before


def test_a_requirement_by_address_is_refused(apps: Path, cache: Path, tmp_path: Path) -> None:
    app = application(apps, "one", f"here @ {wheel(tmp_path).as_uri()}")
    with pytest.raises(UsageError, match=r"^one: a requirement lies at an absolute path: here @ file:"):
        lock([app], SERVERS, apps, cache)
    assert not (app.folder / "requirements.txt").exists()


def test_versions_are_kept_where_upgrades_are_not_wanted(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig<2")
    lock([app], SERVERS, apps, cache)
    old = pinned(app.folder / "requirements.txt")["iniconfig"]
    (app.folder / "requirements.in").write_text("iniconfig")
    lock([app], SERVERS, apps, cache, upgrade=False)
    assert pinned(app.folder / "requirements.txt")["iniconfig"] == old
    lock([app], SERVERS, apps, cache)
    assert pinned(app.folder / "requirements.txt")["iniconfig"] > old


def test_locking_one_application_leaves_the_constraints_of_all_alone_while_they_fit(apps: Path, cache: Path) -> None:
    one, other = application(apps, "one", "iniconfig"), application(apps, "other", "iniconfig")
    lock([one, other], SERVERS, apps, cache)
    (one.folder / "requirements.in").write_text("iniconfig<2")
    written = lock([one], SERVERS, apps, cache)
    assert [(locked.path, locked.changed) for locked in written] == [(one.folder / "requirements.txt", True)]
    assert stale_locks([one, other], SERVERS, apps) == ()


def test_locking_one_application_renews_constraints_that_no_longer_fit_the_servers(apps: Path, cache: Path) -> None:
    one, other = application(apps, "one", "iniconfig"), application(apps, "other", "iniconfig")
    lock([one, other], SERVERS, apps, cache)
    more = {**SERVERS, "three": ("blinker",)}
    lock([one], more, apps, cache)
    assert "blinker" in pinned(apps / CONSTRAINTS)
    assert [notice.code for notice in stale_locks([one, other], more, apps)] == ["stale-lock"]


def test_an_application_outside_the_project_is_locked_in_its_own_folder(
    apps: Path, cache: Path, tmp_path: Path
) -> None:
    application(apps, "ours", "iniconfig")
    theirs = application(tmp_path / "elsewhere", "theirs", "iniconfig")
    lock([theirs], SERVERS, apps, cache)
    assert pinned(theirs.folder / "requirements.txt").keys() == {"iniconfig", "h11", "idna"}
    assert not (apps / "ours" / "requirements.txt").exists()


class TestStale:
    """Whether a lock still is what its requirements would make; nothing is resolved to tell it."""

    @pytest.fixture
    def locked(self, apps: Path, cache: Path) -> Application:
        app = application(apps, "one", "iniconfig", "-r more.in")
        (app.folder / "more.in").write_text("markupsafe\n")
        lock([app], SERVERS, apps, cache)
        assert stale_locks([app], SERVERS, apps) == ()
        return app

    def test_a_lock_that_is_missing_is_told_with_the_command_that_makes_it(self, apps: Path) -> None:
        app = application(apps, "one", "iniconfig")
        missing = stale_locks([app], SERVERS, apps)[-1]
        assert (missing.code, missing.mend) == ("missing-lock", "run: harness lock --only one")

    def test_another_requirement_makes_it_stale(self, locked: Application, apps: Path) -> None:
        (locked.folder / "requirements.in").write_text("iniconfig\n-r more.in\nblinker\n")
        assert [notice.code for notice in stale_locks([locked], SERVERS, apps)] == ["stale-lock"]

    def test_another_requirement_in_an_included_file_makes_it_stale(self, locked: Application, apps: Path) -> None:
        (locked.folder / "more.in").write_text("markupsafe<4\n")
        assert [notice.code for notice in stale_locks([locked], SERVERS, apps)] == ["stale-lock"]

    def test_another_requirement_of_its_server_makes_it_and_the_constraints_stale(
        self, locked: Application, apps: Path
    ) -> None:
        notices = stale_locks([locked], {**SERVERS, "one": ("h11", "blinker")}, apps)
        assert [notice.code for notice in notices] == ["stale-constraints", "stale-lock"]

    def test_other_constraints_make_it_stale(self, locked: Application, apps: Path) -> None:
        constraints = apps / CONSTRAINTS
        constraints.write_text(constraints.read_text() + "blinker<2\n")
        assert [notice.code for notice in stale_locks([locked], SERVERS, apps)] == ["stale-lock"]

    def test_comments_and_blank_lines_make_nothing_stale(self, locked: Application, apps: Path) -> None:
        (locked.folder / "requirements.in").write_text("# why\n\niniconfig  # small\n-r more.in\n")
        assert stale_locks([locked], SERVERS, apps) == ()

    def test_files_that_include_each_other_are_told_by_uv_not_by_a_loop(self, locked: Application, apps: Path) -> None:
        (locked.folder / "more.in").write_text("-r requirements.in\nmarkupsafe\n")
        assert stale_locks([locked], SERVERS, apps) == ()


def test_an_application_in_another_language_needs_no_lock(apps: Path, cache: Path) -> None:
    app = application(apps, "rails")
    (app.folder / "requirements.in").unlink()
    rails = Application(app.manifest.model_copy(update={"language": "ruby"}), app.folder)
    assert lock_of(rails) is None
    assert [locked.path.name for locked in lock([rails], SERVERS, apps, cache)] == [CONSTRAINTS]
    assert stale_locks([rails], SERVERS, apps) == ()


def test_a_lock_that_its_author_brought_is_left_alone(apps: Path, cache: Path) -> None:
    app = application(apps, "one")
    (app.folder / "requirements.in").unlink()
    (app.folder / "requirements.txt").write_text("iniconfig==2.0.0\n")
    lock([app], SERVERS, apps, cache)
    assert (app.folder / "requirements.txt").read_text() == "iniconfig==2.0.0\n"
    assert stale_locks([app], SERVERS, apps) == ()


def test_a_changed_local_package_never_meets_a_stale_environment_or_lock(apps: Path, cache: Path) -> None:
    app = with_local_package(apps, "./lib")
    lock([app], SERVERS, apps, cache)
    path = app.folder / "requirements.txt"
    before = environment_of("one", path, Path(sys.executable), cache)
    (app.folder / "lib" / "mylib" / "__pycache__").mkdir()
    (app.folder / "lib" / "mylib" / "__pycache__" / "x.pyc").touch()
    assert environment_of("one", path, Path(sys.executable), cache) == before
    (app.folder / "lib" / "mylib" / "__init__.py").write_text("M = 2\n")
    assert environment_of("one", path, Path(sys.executable), cache) != before
    assert [notice.code for notice in stale_locks([app], SERVERS, apps)] == ["stale-lock"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-e ./lib", "an editable requirement may change"),
        ("--editable=./lib", "an editable requirement may change"),
        ("../lib", "lies outside the application's folder"),
        ("/srv/lib", "lies at an absolute path"),
        ("./none", "is not the folder of a package"),
        ("./lib ; python_version > '3'", "takes neither a marker nor options"),
    ],
)
def test_a_local_requirement_that_cannot_be_is_refused_with_what_to_write(
    line: str, why: str, apps: Path, cache: Path
) -> None:
    app = with_local_package(apps, line)
    with pytest.raises(UsageError, match=f"^one: .*{why}"):
        lock([app], SERVERS, apps, cache)
    assert not (app.folder / "requirements.txt").exists()


def test_constraints_markers_and_extras_are_taken_as_uv_takes_them(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "-c limits.txt", "iniconfig", "click[none] ; python_version > '3'")
    (app.folder / "limits.txt").write_text("iniconfig<2\n")
    lock([app], SERVERS, apps, cache)
    assert pinned(app.folder / "requirements.txt")["iniconfig"].startswith("1.")
    (app.folder / "limits.txt").write_text("iniconfig<3\n")
    assert [notice.code for notice in stale_locks([app], SERVERS, apps)] == ["stale-lock"]


def test_plain_requirements_are_locked_beside_themselves_and_stay(apps: Path, cache: Path) -> None:
    app = application(apps, "one")
    (app.folder / "requirements.in").unlink()
    plain = app.folder / "requirements.txt"
    plain.write_text("iniconfig==1.1.1\n")
    assert [notice.mend for notice in stale_locks([app], SERVERS, apps)][-1] == "run: harness lock --only one"
    lock([app], SERVERS, apps, cache)
    found = lock_of(app)
    assert found == app.folder / "requirements.lock"
    assert pinned(found)["iniconfig"] == "1.1.1"
    assert plain.read_text() == "iniconfig==1.1.1\n"
    assert stale_locks([app], SERVERS, apps) == ()
    assert distributions_of(ensure("one", found, Path(sys.executable), cache))["iniconfig"] == "1.1.1"
    plain.write_text("iniconfig==2.0.0\n")
    assert [notice.code for notice in stale_locks([app], SERVERS, apps)] == ["stale-lock"]
