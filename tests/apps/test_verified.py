"""Applications beyond the core, which no other test starts: each keeps the contract on its default server, and the
database counts what its answers demand. Every other server and database is for `make verify`."""

from pathlib import Path

import pytest

from harness.campaign.cells.accounting import Ledger, short
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import database_up, install, prepare
from harness.campaign.plan.project import Project
from harness.under_test.launch.launch import launched_together
from harness.under_test.verify.verification import verify_all
from tests.apps.test_applications import IN_PYTHON, TECHEMPOWER

BEYOND = [application.id for application in IN_PYTHON if not application.manifest.core]
BARE = ("raw-asgi", "raw-wsgi")
"""Beside them: what the database counts for the shared data access without a framework."""
BURST = 256
OPTIONS = RunOptions(
    selection=Selection(only=(*BEYOND, *BARE), scenarios=TECHEMPOWER),
    platform=PlatformOptions(database="postgresql"),
)


@pytest.mark.timeout(400)
def test_each_keeps_the_contract_and_reads_and_writes_what_its_answers_demand(tmp_path: Path) -> None:
    project = Project.here()
    prepared = prepare(project, OPTIONS)
    pythons, faults = install(prepared, project.cache)
    assert faults == ()
    cells = [cell for cell in prepared.record.plan.cells if not cell.twin]
    assert {cell.app for cell in cells} == {*BEYOND, *BARE}
    ledger = Ledger()
    with database_up(prepared, tmp_path) as service:
        stage = Stage(project, prepared, pythons, tmp_path / "logs", service)
        tables = {cell.id: own for cell in cells if (own := stage.tables_of(cell))}
        ledger.open(tables)
        with launched_together(stage.launches(cells)) as (live, failed):
            assert failed == []
            found = verify_all([stage.subject(cell, live[cell.id]) for cell in cells], full=True)
        for one in found:
            assert one.faults == ()
            assert set(one.scenarios) == set(TECHEMPOWER)
            ledger.note_answers(one.cell, one.answers)
        accounts = ledger.close(0, tables, prepared.scenarios)
    assert accounts.keys() == tables.keys() == {cell.id for cell in cells}
    for cell, own in accounts.items():
        by_table = {account.table: account for account in own}
        assert by_table.keys() == {"fortune", "world"}
        assert not any(short(account) for account in own), cell
        assert by_table["fortune"].answers > BURST, "those to the verifier's burst are counted"
        assert by_table["world"].demanded.rows_written > 20 * BURST * 0.99
