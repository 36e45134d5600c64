"""Two sides of one application become two applications of one campaign."""

import shutil
from pathlib import Path

import pytest

from harness.campaign.plan.options import Selection
from harness.campaign.plan.project import Project
from harness.campaign.variants.question import Asked, Question, question_of
from harness.model.errors import HarnessError, UsageError
from tests.campaign.repositories import commit, everything, git, repository
from tests.end_to_end.applications import shop


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's scenarios, with a cache of its own."""
    root = tmp_path_factory.mktemp("project")
    for name in ("apps", "scenarios"):
        (root / name).symlink_to(Project.here().root / name)
    return Project(root)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A repository that holds a shop, committed twice."""
    home = repository(tmp_path / "repository")
    service = shop(home, "shop")
    (service / "note.txt").write_text("first\n")
    commit(home, "first")
    (service / "note.txt").write_text("second\n")
    commit(home, "second")
    return home


def question(project: Project, home: Path, a: tuple[str, ...], b: tuple[str, ...], **more: object) -> Question:
    folders = Selection(app_folders=(home / "shop",))
    return question_of(project, Asked(application="shop", a=a, b=b, folders=folders, **more))  # type: ignore[arg-type]


def test_a_revision_is_measured_beside_the_files_as_they_lie(project: Project, home: Path) -> None:
    (home / "shop" / "note.txt").write_text("third\n")
    before = everything(home)
    found = question(project, home, ("HEAD~1",), (".",))
    a, b = found.pair.a, found.pair.b
    assert (a.application.folder / "note.txt").read_text() == "first\n"
    assert (b.application.folder / "note.txt").read_text() == "third\n"
    assert a.side.commit == git(home, "rev-parse", "HEAD~1")
    assert (a.side.name, b.side.name) == (f"HEAD~1 {git(home, 'rev-parse', 'HEAD~1')[:7]}", "uncommitted")
    assert not found.pair.diff.same
    assert everything(home) == before


def test_the_record_says_what_was_compared_and_the_reference_is_a_with_its_twin(project: Project, home: Path) -> None:
    record = question(project, home, ("HEAD~1",), ("HEAD", "env:X=1")).prepared.record
    assert record.diff is not None
    assert (record.diff.application, record.diff.a.app, record.diff.b.app) == ("shop", "shop-a", "shop-b")
    assert record.diff.b.understood[1] == "env:X=1: an environment variable"
    assert [(cell.app, cell.twin) for cell in record.plan.cells] == [("shop-a", 0), ("shop-b", 0), ("shop-a", 1)]
    assert record.plan.reference_cell.app == "shop-a"
    assert record.sources["shop-a"].commit == record.diff.a.commit
    assert record.applications["shop-b"].environment["X"] == "1"
    assert record.applications["shop-b"].title.startswith("B: HEAD ")


def test_the_usual_scenario_is_one_and_patterns_take_several(project: Project, home: Path) -> None:
    one = question(project, home, (), ()).prepared.record.plan.scenarios
    both = question(project, home, (), (), scenarios=("*t*", "json")).prepared.record.plan.scenarios
    assert [scenario.id for scenario in one] == ["json"]
    assert {scenario.id for scenario in both} == {"json", "plaintext"}


@pytest.mark.parametrize(("a", "b"), [((), ()), (("HEAD",), (".",)), (("main",), ("HEAD",))])
def test_two_sides_that_differ_in_nothing_are_said_to_be_the_same(
    project: Project, home: Path, a: tuple[str, ...], b: tuple[str, ...]
) -> None:
    assert question(project, home, a, b).pair.diff.same


@pytest.mark.parametrize(
    ("a", "b"), [((), ("env:X=1",)), (("HEAD~1",), ("HEAD",)), (("env:A_TOKEN=12345",), ("env:A_TOKEN=54321",))]
)
def test_two_sides_that_differ_in_code_or_setting_are_not(
    project: Project, home: Path, a: tuple[str, ...], b: tuple[str, ...]
) -> None:
    assert not question(project, home, a, b).pair.diff.same


def test_a_command_stands_in_the_place_of_any_server(project: Project, home: Path) -> None:
    found = question(project, home, (), ("command='{python} shop.py --port {port} --fast'",))
    a, b = found.pair.a, found.pair.b
    assert b.application.manifest.own is not None
    assert b.application.manifest.own.argv == ("{python}", "shop.py", "--port", "{port}", "--fast")
    assert a.application.manifest.own != b.application.manifest.own
    assert (b.server, b.side.name) == ("own", "{python} shop.py --port {port} --fast")
    assert not found.pair.diff.same


def test_a_pool_is_of_its_side_alone_and_needs_a_scenario_that_asks_the_database(project: Project) -> None:
    def asked(*scenarios: str) -> Question:
        return question_of(
            project, Asked(application="flask", a=(), b=("pool=3",), folders=Selection(), scenarios=scenarios)
        )

    found = asked("db")
    assert [(cell.app, cell.pool) for cell in found.prepared.record.plan.cells] == [
        ("flask-a", None),
        ("flask-b", 3),
        ("flask-a", None),
    ]
    assert found.pair.b.side.name == "pool of 3"
    with pytest.raises(UsageError) as fault:
        asked("json")
    assert '--b "pool=3"' in str(fault.value)
    assert "json asks no database" in str(fault.value)


def test_a_command_and_a_server_are_not_given_together(project: Project, home: Path) -> None:
    with pytest.raises(UsageError) as fault:
        question(project, home, (), ("server=uvicorn command='shop {port}'",))
    assert "a command starts its own server" in str(fault.value)


def test_a_secret_reaches_the_program_and_no_record(project: Project, home: Path) -> None:
    found = question(project, home, (), ("env:A_TOKEN=opensesame",))
    assert found.pair.b.application.private == {"A_TOKEN": "opensesame"}
    assert "opensesame" not in found.prepared.record.model_dump_json()


def test_faults_of_both_sides_come_at_once(project: Project, home: Path) -> None:
    with pytest.raises(HarnessError) as fault:
        question(project, home, ("nosuch",), ("server=uvicorn",))
    assert '--a "nosuch"' in str(fault.value)
    assert '--b "server=uvicorn": it does not run on uvicorn' in str(fault.value)
    with pytest.raises(HarnessError) as fault:
        question(project, home, ("workers=none",), ("HEAD~9",))
    assert '--a "workers=none"' in str(fault.value)
    assert '--b "HEAD~9"' in str(fault.value)


@pytest.mark.parametrize(("word", "says"), [("threads=2", "no option for the number of its threads"),
                                            ("runtime_threads=2", "no option for the number of its runtime threads"),
                                            ("workers=2", "no option for the number of its workers"),
                                            ("python=/nope", "no such interpreter")])  # fmt: skip
def test_a_setting_that_would_change_nothing_is_refused(project: Project, home: Path, word: str, says: str) -> None:
    with pytest.raises(HarnessError, match=says):
        question(project, home, (word,), ())


def test_a_revision_that_has_no_such_application_is_refused_with_the_reason(project: Project, home: Path) -> None:
    (home / "shop" / "app.toml").write_text("id = 3\n")
    commit(home, "broken")
    shutil.copyfile(home / "shop" / "note.txt", home / "note.txt")
    git(home, "checkout", "--quiet", "HEAD~1", "--", "shop/app.toml")
    with pytest.raises(UsageError, match="cannot be measured as it was then"):
        question(project, home, ("HEAD",), (".",))


def test_outside_a_repository_a_revision_is_a_fault_that_says_so(project: Project, tmp_path: Path) -> None:
    shop(tmp_path, "shop")
    with pytest.raises(UsageError, match="not a git repository"):
        question(project, tmp_path, ("main",), ())
