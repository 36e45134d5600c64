"""After a scenario that writes, each cell's tables are put back; a cell that holds them fails, and no other."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.campaign.block.bench import Bench
from harness.campaign.block.run_block import undo
from harness.campaign.block.state import Block
from harness.campaign.cells.installing import Pythons
from harness.campaign.cells.stage import Stage
from harness.campaign.session.interrupt import Interrupt
from harness.campaign.session.phases import Phases
from harness.campaign.session.progress import Silent
from harness.model.asked.dataset import worlds
from harness.under_test.services import provision, seeding, sqlite
from tests.campaign.queues import cell
from tests.under_test.databases import connected, rows


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_tables_are_put_back_and_whoever_holds_them_fails(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (seeding, sqlite):
        monkeypatch.setattr(module, "LOCKED_S", 0.2)
    wrote, holds = cell("wrote"), cell("holds")
    with provision(kind, tmp_path, max_connections=5) as service:  # type: ignore[arg-type]
        stage = Stage(None, None, Pythons({}, {}), tmp_path, service)  # type: ignore[arg-type]
        phases = Phases()
        bench = Bench(stage, None, None, Silent(), phases, Interrupt(), None)  # type: ignore[arg-type]
        block = Block(0, [wrote, holds], {}, live={one.id: SimpleNamespace() for one in (wrote, holds)})  # type: ignore[misc]
        rows(service.namespace(wrote.id).url, "UPDATE world SET randomnumber = 7")
        with connected(service.namespace(holds.id).url) as application:
            application.execute("BEGIN")
            application.execute("UPDATE world SET randomnumber = 7 WHERE id = 1")
            undo(bench, block)
        assert service.namespace(wrote.id).numbers() == dict(worlds())
    assert list(block.live) == [wrote.id]
    (failure,) = block.failures
    assert (failure.cell, failure.phase) == (holds.id, "measure")
    assert "a transaction was left open" in failure.reason
    assert phases.seconds()["undo"] > 0
