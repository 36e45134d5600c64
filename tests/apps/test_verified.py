"""An application beyond the core, on an interface that no application of the core speaks: it keeps the contract on its
default server, and the database counts what its answers demand. Every other one, on every server and database, is for
`make verify`."""

from pathlib import Path

from harness.campaign.cells.accounting import short
from harness.campaign.cells.verifying import verify_cells
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Silent
from harness.under_test.verify.verification import Verification
from tests.apps.test_applications import TECHEMPOWER

BURST = 256
OPTIONS = RunOptions(
    selection=Selection(only=("raw-rsgi",), scenarios=TECHEMPOWER),
    platform=PlatformOptions(database="postgresql"),
)


def test_it_keeps_the_contract_and_reads_and_writes_what_its_answers_demand(tmp_path: Path) -> None:
    project = Project.here()
    (found,) = verify_cells(project, prepare(project, OPTIONS), tmp_path, Silent())
    assert isinstance(found, Verification)
    assert found.faults == ()
    assert set(found.scenarios) == set(TECHEMPOWER)
    by_table = {account.table: account for account in found.accounts}
    assert by_table.keys() == {"fortune", "world"}
    assert not any(short(account) for account in found.accounts)
    assert by_table["fortune"].answers > BURST, "those to the verifier's burst are counted"
    assert by_table["world"].demanded.rows_written > 20 * BURST * 0.99
