"""The project's applications, whatever they ask the database with, are seen to ask it for every answer."""

from pathlib import Path

import pytest

from harness.campaign.cells.accounting import Ledger, short
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import database_up, install, prepare
from harness.campaign.plan.project import Project
from harness.under_test.launch.launch import launched_together
from harness.under_test.verify.verification import verify_all

HONEST = ("raw-asgi", "raw-wsgi", "django-orm", "django-async", "flask-sqlalchemy", "fastapi-sqlalchemy")
SCENARIOS = ("db", "queries", "updates", "fortunes", "cached")
OPTIONS = RunOptions(
    selection=Selection(only=HONEST, scenarios=SCENARIOS), platform=PlatformOptions(database="postgresql")
)


@pytest.mark.timeout(300)
def test_applications_with_and_without_an_orm_read_and_write_what_their_answers_demand(tmp_path: Path) -> None:
    project = Project.here()
    prepared = prepare(project, OPTIONS)
    pythons, faults = install(prepared, project.cache)
    assert faults == ()
    cells = {cell.app: cell for cell in prepared.record.plan.cells if not cell.twin}
    assert cells.keys() == set(HONEST)
    ledger = Ledger()
    with database_up(prepared, tmp_path) as service:
        stage = Stage(project, prepared, pythons, tmp_path / "logs", service)
        tables = {cell.id: own for cell in cells.values() if (own := stage.tables_of(cell))}
        ledger.open(tables)
        with launched_together(stage.launches(list(cells.values()))) as (live, failed):
            assert failed == []
            found = verify_all([stage.subject(cell, live[cell.id]) for cell in cells.values()], full=True)
        for one in found:
            assert one.faults == ()
            ledger.note_answers(one.cell, one.answers)
        accounts = ledger.close(0, tables, prepared.scenarios)
    assert accounts.keys() == tables.keys()
    for cell, own in accounts.items():
        by_table = {account.table: account for account in own}
        assert by_table.keys() == {"fortune", "world"}
        assert not any(short(account) for account in own), cell
        assert by_table["fortune"].answers > 256, "those to the verifier's burst are counted"
        assert by_table["world"].demanded.rows_written > 20 * 256 * 0.99
