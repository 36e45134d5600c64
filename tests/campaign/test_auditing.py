"""Which cells are audited: each code that asks the database, once."""

from pathlib import Path

from harness.campaign.cells.auditing import cells_to_audit
from harness.campaign.cells.installing import Pythons, place_of
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.session.recording import Recorder
from harness.model.measured.audit import Audited
from harness.model.notice import Failure
from harness.store.folder import ResultsFolder

PROJECT = Project(Path(__file__).parents[2])
APPS = ("falcon", "flask", "raw-asgi")
COUNTED = (Audited(scenario="db", requests=64, reads=64, rows_read=64, rows_written=0),)


def prepared() -> Prepared:
    wanted = Selection(only=APPS, servers=("all",), scenarios=("db", "json"))
    return prepare(PROJECT, RunOptions(selection=wanted, platform=PlatformOptions(database="sqlite")))


def to_audit(campaign: Prepared, recorder: Recorder) -> list[tuple[str, str]]:
    pythons = Pythons({place_of(cell): Path("python") for cell in campaign.record.plan.cells}, {})
    return [(cell.app, cell.server) for cell in cells_to_audit(campaign, pythons, recorder)]


def test_an_application_on_many_servers_is_audited_once_for_each_interface(tmp_path: Path) -> None:
    campaign = prepared()
    recorder = Recorder(ResultsFolder.create(tmp_path / "results"), campaign.record)
    assert sorted(app for app, _ in to_audit(campaign, recorder)) == ["falcon", "falcon", "flask", "raw-asgi"]


def test_what_was_audited_on_one_server_is_not_audited_on_another(tmp_path: Path) -> None:
    campaign = prepared()
    recorder = Recorder(ResultsFolder.create(tmp_path / "results"), campaign.record)
    flask = [cell.id for cell in campaign.record.plan.cells if cell.app == "flask"]
    recorder.update(audits={flask[-1]: COUNTED})
    assert "flask" not in {app for app, _ in to_audit(campaign, recorder)}


def test_another_server_stands_in_for_one_that_failed(tmp_path: Path) -> None:
    campaign = prepared()
    recorder = Recorder(ResultsFolder.create(tmp_path / "results"), campaign.record)
    ((_, first),) = [found for found in to_audit(campaign, recorder) if found[0] == "flask"]
    failed = next(cell.id for cell in campaign.record.plan.cells if (cell.app, cell.server) == ("flask", first))
    recorder.fail([Failure(cell=failed, phase="start", reason="it did not")])
    ((_, other),) = [found for found in to_audit(campaign, recorder) if found[0] == "flask"]
    assert other != first
