"""The verifier against live applications: right ones pass, each wrong one fails for its own reason."""

import socket
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.asked.dataset import worlds
from harness.model.measured.load import Target
from harness.under_test.verify.examiner import DATE_RENEWED_S, DATE_WAIT_S, Subject
from harness.under_test.verify.verification import Dated, verify, verify_all
from tests.fakes import wrong, wrong_prepared
from tests.fakes.server import Right, Server, serving
from tests.fakes.wrong import WithHeader, WithoutHeader, Wrong

SCENARIOS = {s.id: s for s in find_scenarios(Path(__file__).parents[2] / "scenarios")}
CONTRACT = list(SCENARIOS.values())
IN_A_HURRY = (wrong.NeverAnswers, wrong.Drips, wrong.ShorterAndOpen, wrong.StallsUnderLoad)
BASES = (Wrong, WithHeader, WithoutHeader, wrong.OddParameter, wrong.OddPath, wrong.WrongPage, wrong.PageWith)
BASES += (wrong_prepared.WrongAboutOrders, wrong_prepared.WrongAboutTokens, wrong_prepared.WrongAboutUploads)
BASES += (wrong.WrongStream, wrong.WrongEcho)
WRONG = [
    c
    for c in [*vars(wrong).values(), *vars(wrong_prepared).values()]
    if isinstance(c, type) and issubclass(c, Wrong) and c not in BASES
]


def target(server: Server, keep_alive: bool = True, sends_date: bool = True) -> Target:
    return Target(cell="fake", host="127.0.0.1", port=server.port, keep_alive=keep_alive, sends_date=sends_date)


def scenarios_of(application: type[Wrong]) -> list[Scenario]:
    return [SCENARIOS[application.scenario]]


def test_a_right_application_passes_in_full() -> None:
    with serving(Right()) as server:
        found = verify(target(server), CONTRACT, server.application.tables, full=True)
        assert server.application.numbers == dict(worlds()), "what was written is undone"
    assert found.faults == ()
    assert found.passed
    assert found.scenarios == tuple(SCENARIOS)


def test_a_brief_look_asks_one_request_a_scenario() -> None:
    with serving(Right()) as server:
        assert verify(target(server), CONTRACT, full=False).passed
        assert server.application.asked == len(CONTRACT)


@pytest.mark.parametrize("application", WRONG, ids=lambda application: application.__name__)
def test_a_wrong_application_fails_for_its_own_reason(application: type[Wrong]) -> None:
    with serving(application()) as server:
        deadline_s = 0.5 if application in IN_A_HURRY else 5.0
        asked, tables = scenarios_of(application), server.application.tables
        found = verify(target(server), asked, tables, full=True, deadline_s=deadline_s)
    said = [str(fault) for fault in found.faults]
    assert {fault.fault.code for fault in found.faults} == {application.code}, said
    assert application.request in ("", *(fault.request for fault in found.faults)), said


def test_a_fault_names_scenario_request_expected_and_seen() -> None:
    with serving(wrong.ExtraKey()) as server:
        (fault,) = verify(target(server), [SCENARIOS["json"]], full=False).faults
    assert (fault.scenario, fault.request) == ("json", "GET /json")
    assert fault.fault.expected == '{"message":"Hello, World!"}'
    assert fault.fault.seen == '{"message":"Hello, World!","extra":1}'


def test_a_wrong_scenario_does_not_hide_that_another_is_right() -> None:
    with serving(wrong.SameRow()) as server:
        found = verify(target(server), CONTRACT, full=True)
    assert found.faults_of("json") == ()
    assert len(found.faults_of("db")) == 1


def test_keep_alive_is_not_asked_of_a_server_that_does_not_declare_it() -> None:
    with serving(wrong.NoKeepAlive()) as server:
        assert verify(target(server, keep_alive=False), [SCENARIOS["json"]], full=True).passed


def test_a_date_is_not_asked_of_a_server_that_does_not_declare_it() -> None:
    with serving(wrong.NoDate()) as server:
        assert verify(target(server, sends_date=False), [SCENARIOS["json"]], full=True).passed


class MakesTablesFirst(Right):
    """It makes what an answer needs when it is asked for the first time."""

    takes_s = 1.0

    def content(self, path: str) -> tuple[str, bytes]:
        time.sleep(self.takes_s)
        self.takes_s = 0.0
        return super().content(path)


def test_a_first_answer_may_take_longer_than_a_connection() -> None:
    with serving(MakesTablesFirst()) as server:
        assert verify(target(server), [SCENARIOS["json"]], full=False, deadline_s=0.8).passed


class BusyBefore(Right):
    """Its Date is old at first, as that of an event loop which was busy until now."""

    busy_until: float | None = None

    def headers(self, content_type: str, body: bytes) -> dict[str, str]:
        if self.busy_until is None:
            self.busy_until = time.monotonic() + DATE_RENEWED_S / 2
        age_s = 60 if time.monotonic() < self.busy_until else 0
        return super().headers(content_type, body) | {"Date": formatdate(time.time() - age_s, usegmt=True)}


def test_a_date_is_asked_again_of_a_server_that_may_have_been_busy_before() -> None:
    with serving(BusyBefore()) as server:
        assert verify(target(server), [SCENARIOS["json"], SCENARIOS["plaintext"]], full=False).passed
        assert server.application.asked == 3


def test_nobody_listening_is_a_fault_and_not_an_exception() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = verify(Target(cell="gone", host="127.0.0.1", port=port), CONTRACT, full=True)
    assert [fault.fault.code for fault in found.faults] == ["connection-refused"] * len(CONTRACT)


def test_a_long_answer_is_shown_shortened() -> None:
    class Long(Right):
        def content(self, path: str) -> tuple[str, bytes]:
            return "application/json", b'"' + b"x" * 100_000 + b'"'

    with serving(Long()) as server:
        (fault,) = verify(target(server), [SCENARIOS["json"]], full=False).faults
    assert "100002 in all" in fault.fault.seen
    assert len(str(fault)) < 500


def test_a_body_without_end_is_given_up() -> None:
    class Endless(Right):
        def message(self, status: str, headers: dict[str, str], body: bytes) -> bytes:
            return super().message(status, headers | {"Content-Length": str(2**40)}, b"x" * 2**25)

    with serving(Endless()) as server:
        (fault,) = verify(target(server), [SCENARIOS["json"]], full=False, deadline_s=30).faults
    assert "a body of 1099511627776 bytes; at most" in fault.fault.seen


class Timed(Right):
    """It notes when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def status(self) -> str:
        self.times.append(time.monotonic())
        return super().status()


def test_several_cells_wait_together_for_their_dates() -> None:
    first, last = Timed(), Timed()
    with serving(first) as one, serving(wrong.FrozenDate()) as two, serving(last) as three:
        live = [Subject(target(server), [SCENARIOS["json"]]) for server in (one, two, three)]
        found = verify_all(live, full=True)
    assert [verification.passed for verification in found] == [True, False, True]
    assert first.times[-1] - first.times[0] >= DATE_WAIT_S
    assert last.times[0] < first.times[-1], "the last cell's first request waited for the first cell's date"


def test_a_second_look_compares_dates_with_those_of_the_first_which_waits_for_none() -> None:
    alone, right, dated = Timed(), Timed(), Dated()
    with serving(alone) as server:
        verify(target(server), [SCENARIOS["json"]], full=True)
    with serving(right) as two, serving(wrong.FrozenDate()) as three:
        targets = [target(two).model_copy(update={"cell": "right"}), target(three)]
        live = [Subject(each, [SCENARIOS["json"]]) for each in targets]
        assert all(found.passed for found in verify_all(live, full=True, dated=dated))
        assert len(right.times) == len(alone.times) - 1, "nobody was asked for a later date"
        passed, frozen = verify_all(live, full=True, dated=dated)
    assert right.times[-1] - right.times[0] >= DATE_WAIT_S
    assert passed.passed
    assert [fault.fault.code for fault in frozen.faults] == ["date-frozen"]
