"""Where answers come from and where updates go, looked at in real databases: the right application passes, each wrong
one fails for its own reason though its answers are right."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.measured.load import Target
from harness.under_test.services import Counts, LiveService, provision, seeding, sqlite
from harness.under_test.verify.audit import AuditOfCell, audit, demanded
from harness.under_test.verify.examiner import Subject
from harness.under_test.verify.verification import Verification, verify
from tests.fakes import database
from tests.fakes.database import EndsTransactionsLate, RightOnDatabase, WrongOnDatabase
from tests.fakes.server import serving

pytestmark = pytest.mark.xdist_group("audit")  # one database for all of them
SCENARIOS = {s.id: s for s in find_scenarios(Path(__file__).parents[2] / "scenarios")}
AUDITED = [scenario for scenario in SCENARIOS.values() if scenario.manifest.audit]
WRONG = [
    found
    for found in vars(database).values()
    if isinstance(found, type) and issubclass(found, WrongOnDatabase) and found is not WrongOnDatabase
]


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with provision("postgresql", tmp_path_factory.mktemp("pg"), max_connections=30, counting=True) as live:
        yield live


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql")
    else:
        with provision("sqlite", tmp_path_factory.mktemp("sqlite"), max_connections=30) as service:
            yield service


def audited(service: LiveService, application: type[RightOnDatabase], scenarios: list[Scenario]) -> AuditOfCell:
    assert service.count is not None
    tables = service.namespace(application.__name__)
    with closing(application(tables)) as app, serving(app) as server:
        return audit(Subject(Target(cell="fake", host="127.0.0.1", port=server.port), scenarios, tables), service.count)


def verified(
    service: LiveService, application: type[RightOnDatabase], scenarios: list[Scenario], *, full: bool = True
) -> Verification:
    tables = service.namespace(f"{application.__name__} verified")
    with closing(application(tables)) as app, serving(app) as server:
        return verify(Target(cell="fake", host="127.0.0.1", port=server.port), scenarios, tables, full=full)


def test_a_right_application_passes_and_the_record_says_what_was_counted(postgresql: LiveService) -> None:
    found = audited(postgresql, RightOnDatabase, AUDITED)
    assert found.faults == ()
    counted = {one.scenario: (one.requests, one.reads, one.rows_read, one.rows_written) for one in found.audited}
    assert counted.keys() == {"db", "queries", "fortunes", "updates", "cached", "auth"}
    assert counted["db"] == (64, 64, 64, 0)
    assert counted["fortunes"] == (64, 64, 768, 0)
    assert counted["queries"][1] == counted["queries"][2] >= 640
    assert counted["updates"][1] == counted["updates"][2] == counted["updates"][3] >= 640
    assert counted["cached"][1] == 0
    assert counted["auth"] == (64, 60, 60, 0), "4 of 64 are refused before their row is read"


def test_statements_that_are_counted_only_some_time_after_the_answers_are_waited_for(postgresql: LiveService) -> None:
    assert audited(postgresql, EndsTransactionsLate, [SCENARIOS["queries"]]).faults == ()


def test_the_audit_leaves_the_tables_as_it_found_them(postgresql: LiveService) -> None:
    audited(postgresql, RightOnDatabase, [SCENARIOS["updates"]])
    assert postgresql.namespace("RightOnDatabase").numbers() == dict(seeding.worlds())


@pytest.mark.parametrize("application", [one for one in WRONG if one.by_audit], ids=lambda one: one.__name__)
def test_what_does_not_come_from_the_database_is_found_by_its_counters(
    postgresql: LiveService, application: type[WrongOnDatabase]
) -> None:
    scenarios = [SCENARIOS[application.scenario]]
    assert verified(postgresql, application, scenarios, full=False).passed, "its answers are right"
    (fault,) = audited(postgresql, application, scenarios).faults
    assert fault.fault.code == application.code
    assert fault.scenario == application.scenario


def test_a_right_application_passes_in_full_on_its_own_tables(live: LiveService) -> None:
    assert verified(live, RightOnDatabase, list(SCENARIOS.values())).faults == ()


@pytest.mark.parametrize("application", [one for one in WRONG if not one.by_audit], ids=lambda one: one.__name__)
def test_what_is_not_written_is_found_in_the_table(
    live: LiveService, application: type[WrongOnDatabase], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (seeding, sqlite):
        monkeypatch.setattr(module, "LOCKED_S", 0.2)
    faults = verified(live, application, [SCENARIOS["updates"]]).faults
    assert application.code in {fault.fault.code for fault in faults}, [str(fault) for fault in faults]
    if application is database.NothingIsWritten:
        assert "as was answered; seen " in str(faults[0])


def test_an_application_that_answers_wrong_is_told_so_and_not_counted(postgresql: LiveService) -> None:
    class Wrong(RightOnDatabase):
        def status(self) -> str:
            return "500 Internal Server Error"

    found = audited(postgresql, Wrong, [SCENARIOS["db"]])
    assert found.audited == ()
    assert [fault.fault.what for fault in found.faults] == ["status (64 of 64 requests, 16 at once)"]


def test_a_row_told_twice_in_one_answer_need_be_read_once() -> None:
    audit_of_updates = SCENARIOS["updates"].manifest.audit
    assert audit_of_updates is not None
    twice = b'[{"id": 1, "randomNumber": 2}, {"id": 1, "randomNumber": 3}, {"id": 4, "randomNumber": 5}]'
    assert demanded(audit_of_updates, [twice, twice]) == Counts(reads=4, rows_read=4, rows_written=4)
