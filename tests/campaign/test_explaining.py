"""What is measured beside the profiler: the database's counters, and the queues of a server."""

import socket
from pathlib import Path

import pytest

from harness.campaign.explaining.database import Reading, work_between
from harness.campaign.explaining.explain import as_measured
from harness.campaign.explaining.question import Asked, campaigns_of, question_of
from harness.campaign.explaining.queues import LOOK_EVERY_S, Look, look_at, of_stretch, queues_of, watched
from harness.campaign.plan.options import Exactly, Generator, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.run import begin
from harness.catalog.scenarios import find_scenarios
from harness.measure.sockets import Connection
from harness.model.asked.request import Level
from harness.model.measured.database_work import Statement
from harness.model.measured.load import Slice, SliceRecord
from harness.store.folder import RECORD_NAME, ResultsFolder
from tests.report.campaigns import campaign, saved

SCENARIOS = {one.id: one.manifest for one in find_scenarios(Path(__file__).parents[2] / "scenarios")}
READ = "SELECT id, randomnumber FROM world WHERE id = $1"


def reading(*counts: tuple[str, int, int, float], connections: dict[int, Connection] | None = None) -> Reading:
    found = {text: Statement(text=text, calls=calls, rows=rows, seconds=s) for text, calls, rows, s in counts}
    return Reading(found, connections)


def client(port: int, sent: int, received: int) -> Connection:
    return Connection(port, 5432, 0, True, sent, received)


def test_the_work_of_the_database_is_what_its_counters_moved_by() -> None:
    before = reading((READ, 100, 100, 0.5), ("VACUUM world", 1, 0, 2.0), connections={7: client(7, 10, 20)})
    after = reading(
        (READ, 2_100, 2_100, 0.9), ("VACUUM world", 1, 0, 2.0), ("BEGIN", 1_000, 0, 0.01),
        connections={7: client(7, 5_010, 9_020)},
    )  # fmt: skip
    work = work_between(before, after, 1_000, SCENARIOS["db"])
    assert work is not None
    assert (work.calls, work.reads, work.reads_asked, work.rows) == (3_000, 2_000, 1, 2_000)
    assert work.seconds == pytest.approx(0.41)
    assert (work.sent, work.received) == (5_000, 9_000)
    assert [one.text for one in work.statements] == [READ, "BEGIN"], "what took the most comes first"


def test_a_scenario_that_asks_for_many_rows_asks_for_as_many_reads() -> None:
    before, after = reading((READ, 0, 0, 0.0)), reading((READ, 20_000, 20_000, 0.1))
    work = work_between(before, after, 1_000, SCENARIOS["queries"])
    assert work is not None
    assert work.reads_asked == SCENARIOS["queries"].rank.at.n == 20


@pytest.mark.parametrize("connections", [{}, {8: client(8, 0, 0)}, {7: client(7, 0, 0), 8: client(8, 0, 0)}, None])
def test_bytes_are_not_known_where_connections_came_or_went(connections: dict[int, Connection] | None) -> None:
    before = reading((READ, 1, 1, 0.1), connections={7: client(7, 10, 20)})
    work = work_between(before, reading((READ, 9, 9, 0.2), connections=connections), 8, SCENARIOS["db"])
    assert work is not None
    assert (work.sent, work.received) == (None, None)
    assert work.calls == 8


def test_counters_that_began_anew_or_are_not_there_say_nothing() -> None:
    assert work_between(reading((READ, 9, 9, 0.2)), reading((READ, 3, 3, 0.1)), 5, SCENARIOS["db"]) is None
    assert work_between(None, None, 5, SCENARIOS["db"]) is None


def test_connections_are_looked_at_while_a_server_is_driven() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
        socket.create_connection(server.getsockname()) as other,
    ):
        port = server.getsockname()[1]
        with server.accept()[0] as accepted, watched(port) as looks:
            one.sendall(b"GET")
            while len(looks) < 2:
                accepted.recv(1, socket.MSG_PEEK)
        assert (looks[-1].unaccepted, looks[-1].unread, looks[-1].unfetched) == (1, 1, 0)
        now = look_at(port)
        assert now is not None
        assert now.at - looks[0].at >= LOOK_EVERY_S
        assert other.fileno() > 0


def test_only_looks_of_the_counted_stretch_count() -> None:
    wanted = Slice(rotation=0, target="a", scenario="db", level=Level(connections=64), burn_in_s=0.5, length_s=2.0)
    record = SliceRecord(
        rotation=0, target="a", scenario="db", level=Level(connections=64), counted=False,
        started_at=100.0, duration_s=1.5, completions=10, wall_s=2.2,
    )  # fmt: skip
    looks = [
        Look(at, unaccepted, 10 * unaccepted, 1) for at, unaccepted in ((100.2, 9), (100.6, 1), (101.9, 3), (102.1, 0))
    ]
    found = queues_of(of_stretch(looks, record, wanted), 64)
    assert found is not None
    assert (found.looks, found.unaccepted, found.unread, found.unfetched) == (2, 2.0, 20.0, 1.0)
    assert queues_of((), 64) is None


def test_profiles_go_to_the_newest_campaign_whatever_its_folder_is_called(tmp_path: Path) -> None:
    record, trials = campaign(1)
    for name, created_at in (("sample", 1.0), ("20261129-1", 2.0), ("another", 3.0), ("broken", 4.0)):
        saved(tmp_path / name, record.model_copy(update={"created_at": created_at}), trials)
    (tmp_path / "broken" / RECORD_NAME).write_text("{")
    (tmp_path / "latest").symlink_to("another")
    pairs = [Exactly(app="fastapi", server="uvicorn"), Exactly(app="flask", server="gunicorn-gthread")]
    assert [one.path.name for one in campaigns_of(tmp_path, pairs, "json")] == ["another", "20261129-1", "sample"]
    assert list(campaigns_of(tmp_path, [Exactly(app="fastapi", server="granian")], "json")) == []
    assert list(campaigns_of(tmp_path, pairs, "fortunes")) == []


def test_of_several_settings_of_a_campaign_the_first_is_explained(tmp_path: Path) -> None:
    project = Project.here()
    wanted = Selection(only=("raw-wsgi",), scenarios=("json",))
    asked = RunOptions(selection=wanted, platform=PlatformOptions(server_workers=(1, 2), threads=(1, 4)))
    record = prepare(project, asked).record
    ResultsFolder.create(tmp_path / "one").write_record(record.model_copy(update={"state": "finished"}))
    for given, kept in ((PlatformOptions(), True), (PlatformOptions(server_workers=(2,)), False)):
        question = question_of(project, tmp_path, Asked(("raw-wsgi",), "json", Selection(), given))
        (cell,) = question.cells
        assert (question.folder is not None) == kept
        assert (cell.workers, cell.threads) == ((1, 1) if kept else (2, None))


def test_the_generator_waits_as_in_the_folders_campaign_and_where_it_shall_not_it_is_another(tmp_path: Path) -> None:
    project = Project.here()
    wanted = Selection(only=("raw-wsgi",), scenarios=("json",))
    record = prepare(project, RunOptions(selection=wanted, generator=Generator(waiting="block"))).record
    ResultsFolder.create(tmp_path / "one").write_record(record.model_copy(update={"state": "finished"}))
    for given, kept in ((Generator(), True), (Generator(waiting="block"), True), (Generator(waiting="spin"), False)):
        question = question_of(project, tmp_path, Asked(("raw-wsgi",), "json", Selection(), PlatformOptions(), given))
        assert (question.folder is not None) == kept
        assert question.prepared.record.plan.waiting == ("block" if kept else "spin")


def test_a_request_that_computes_takes_as_long_under_the_profiler_as_in_the_folders_campaign(tmp_path: Path) -> None:
    project = Project.here()
    question = question_of(project, tmp_path, Asked(("raw-asgi",), "mixed", Selection(), PlatformOptions()))
    folder = begin(question.prepared, tmp_path).folder
    folder.write_record(question.prepared.record.model_copy(update={"work": {"mixed": 777_777}}))
    given = {request.path for request in as_measured(project, question, folder).scenarios["mixed"].requests}
    assert {path.split("&")[0] for path in given} == {"/mixed?work=0", "/mixed?work=777777"}
    assert folder.read_record().work == {"mixed": 777_777}
