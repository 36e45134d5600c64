"""Whether answers come from the database while they are measured, by the counters of its tables: a real database, and
applications whose every answer is right."""

import http.client
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from harness.campaign.cells import accounting
from harness.campaign.cells.accounting import Ledger, demands, failure_of_account, not_counted, short, was_reset
from harness.catalog.scenarios import find_scenarios
from harness.contract.demand import different
from harness.model.asked.dataset import Fortune
from harness.model.asked.request import Level
from harness.model.measured.audit import Account, Counts
from harness.model.measured.load import SliceRecord
from harness.under_test.services import LiveService, Namespace, provision
from tests.fakes.database import RightOnDatabase
from tests.fakes.server import Row, serving

pytestmark = pytest.mark.xdist_group("accounting")  # one database for all of them
SCENARIOS = {s.id: s for s in find_scenarios(Path(__file__).parents[2] / "scenarios")}
PATHS = {
    "db": ("/db", None),
    "queries": ("/queries?queries=20", 20),
    "fortunes": ("/fortunes", None),
    "updates": ("/updates?queries=20", 20),
    "cached": ("/cached-worlds?count=100", 100),
}
HONEST = 20
"""Requests that a wrong application answers as the contract says."""


class HonestAtFirst(RightOnDatabase):
    """Every answer is right. The first HONEST come from the database."""

    @property
    def honest(self) -> bool:
        return self.asked <= HONEST


class RepeatsOneRow(HonestAtFirst):
    kept: Row

    def row(self) -> Row:
        if self.honest:
            self.kept = super().row()
        return self.kept


class RowsFromMemory(HonestAtFirst):
    def told(self, row: int) -> Row:
        return super().told(row) if self.honest else {"id": row, "randomNumber": self.numbers[row]}


class UpdatesWithoutReading(RowsFromMemory):
    pass


class UpdatesWithoutWriting(HonestAtFirst):
    def write(self, rows: list[Row]) -> None:
        if self.honest:
            super().write(rows)


class PageFromMemory(HonestAtFirst):
    kept: list[Fortune]

    def fortunes(self) -> list[Fortune]:
        if self.honest:
            self.kept = super().fortunes()
        return self.kept


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with provision("postgresql", tmp_path_factory.mktemp("pg"), max_connections=30) as live:
        yield live


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounting, "COUNTED_S", 1.0)


def settled(
    service: LiveService, application: type[RightOnDatabase], asked: Mapping[str, int]
) -> tuple[Namespace, tuple[Account, ...]]:
    """A block of one cell: so many requests to each scenario, the tables looked at and put back in between."""
    tables = service.namespace(application.__name__)
    ledger = Ledger()
    assert tables.counts is not None
    ledger.open({"cell": [tables.counts]})
    with closing(application(tables)) as app, serving(app) as server:
        for scenario, answers in asked.items():
            path, n = PATHS[scenario]
            ask(server.port, path, answers)
            ledger.note_answers("cell", {(scenario, n): answers})
            tables.numbers()
            tables.restore()
    return tables, ledger.close(0, {"cell": [tables.counts]}, SCENARIOS)["cell"]


def test_answers_to_requests_that_are_refused_first_demand_nothing() -> None:
    ledger = Ledger(before={"cell": {}}, answers={"cell": Counter()})
    level = Level(connections=64)
    ledger.note(
        [
            SliceRecord(
                rotation=0,
                target="cell",
                scenario="auth",
                level=level,
                counted=True,
                started_at=0.0,
                duration_s=1.0,
                completions=90,
                answered=160,
                unaudited=10,
                wall_s=1.0,
            )
        ]
    )
    assert demands(ledger.answers["cell"], SCENARIOS) == {"world": (150, Counts(150, 150, 0))}


def ask(port: int, path: str, times: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        for _ in range(times):
            connection.request("GET", path)
            assert connection.getresponse().read()


def test_an_honest_cell_has_read_and_written_what_its_answers_demand_and_the_harness_itself_is_left_out(
    postgresql: LiveService,
) -> None:
    asked = {"db": 100, "queries": 10, "fortunes": 30, "updates": 15, "cached": 5}
    _, accounts = settled(postgresql, RightOnDatabase, asked)
    assert not any(short(account) for account in accounts)
    counted = {account.table: (account.answers, account.counted) for account in accounts}
    # Read: 100 + 200 + 300 rows. Found for writing: 300 more. The cache is filled by one statement of 10,000 rows.
    assert counted["world"] == (125, Counts(100 + 200 + 300 + 300 + 1, 100 + 200 + 300 + 300 + 10_000, 300))
    assert counted["fortune"] == (30, Counts(30, 360, 0))


@pytest.mark.parametrize(
    ("application", "scenario", "answers", "figure"),
    [
        (RepeatsOneRow, "db", 50, "the database counted 20 reads, 20 rows"),
        (RowsFromMemory, "db", 50, "the database counted 20 reads, 20 rows"),
        (RowsFromMemory, "queries", 50, "the database counted 400 reads, 400 rows"),
        (UpdatesWithoutReading, "updates", 50, "the database counted 1,400 reads, 1,400 rows and 1,000 rows written"),
        (UpdatesWithoutWriting, "updates", 50, "rows and 400 rows written"),
        (PageFromMemory, "fortunes", 50, "the database counted 20 reads, 240 rows"),
    ],
)
def test_a_cell_that_is_honest_only_at_first_is_found_with_the_counters_figure(
    postgresql: LiveService,
    application: type[HonestAtFirst],
    scenario: str,
    answers: int,
    figure: str,
) -> None:
    _, (account,) = settled(postgresql, application, {scenario: answers})
    assert short(account)
    failure = failure_of_account(account, "cell", [SCENARIOS[scenario]])
    assert failure.reason.startswith(f"does not keep the contract:\n{scenario}: ")
    assert figure in failure.reason


def test_answers_of_every_kind_of_slice_are_counted_burn_in_and_drain_included() -> None:
    ledger = Ledger(answers={"cell": Counter()})
    one = SliceRecord(
        rotation=0,
        target="cell",
        scenario="updates",
        level=Level(connections=4, n=20),
        counted=False,
        started_at=0.0,
        duration_s=0.1,
        wall_s=0.2,
        completions=50,
        answered=80,
    )
    ledger.note([one, one.model_copy(update={"target": "another"})])
    (found,) = demands(ledger.answers["cell"], SCENARIOS).values()
    rows = round(80 * different(20))
    assert found == (80, Counts(rows, round(2 * 80 * different(20)), rows))


def test_rows_drawn_twice_in_one_answer_need_be_read_only_once() -> None:
    assert different(1) == pytest.approx(1)
    assert different(500) == pytest.approx(10_000 * (1 - 0.9999**500))
    assert different(500) < 488


def test_a_few_rows_that_were_not_written_because_they_had_not_changed_are_no_fault() -> None:
    due = Counts(100_000, 200_000, 100_000)
    account = Account(block=0, table="world", answers=5000, demanded=due, counted=Counts(100_000, 200_000, 99_910))
    assert not short(account)
    assert short(account.model_copy(update={"counted": Counts(100_000, 200_000, 99_800)}))


def test_counters_that_began_anew_accuse_nobody() -> None:
    account = Account(block=0, table="world", answers=9, demanded=Counts(9, 9, 0), counted=Counts(-5, -5, 0))
    assert was_reset(account)


def test_a_database_without_such_counters_is_a_notice(postgresql: LiveService, tmp_path: Path) -> None:
    assert not_counted(postgresql) is None
    with provision("sqlite", tmp_path, max_connections=3) as sqlite:
        assert sqlite.namespace("cell").counts is None
        notice = not_counted(sqlite)
    assert notice is not None
    assert (notice.code, "PostgreSQL" in notice.mend) == ("reads-not-counted", True)
