"""The faults that `harness explain` must find."""

from pathlib import Path

import pytest
from faults import base, copied, default_server
from shared.faults import FAULTS, Fault

from harness.campaign.plan.options import Exactly, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project


def test_there_are_twelve_and_few_originals() -> None:
    assert len({one.id for one in FAULTS}) == len(FAULTS) == 12
    assert len({base(one) for one in FAULTS}) <= 5


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.id)
def test_a_fault_makes_another_application_of_its_original(fault: Fault, tmp_path: Path) -> None:
    home = tmp_path / fault.id
    copied(home, fault.app, fault.edits)
    compile((home / "app.py").read_text(), str(home / "app.py"), "exec")
    server = default_server(fault.app)
    exactly = (Exactly(app=fault.id, server=server),)
    selection = Selection(app_folders=(home,), exactly=exactly, scenarios=(fault.scenario,))
    prepared = prepare(Project.here(), RunOptions(selection=selection))
    assert {(cell.app, cell.server) for cell in prepared.record.plan.cells} == {(fault.id, server)}
