"""Servers that do nothing, a little or a lot while idle: which are set apart, and what becomes of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.analysis.ranking.ranking import rank
from harness.campaign.block.bench import Bench
from harness.campaign.block.idling import set_the_burning_apart
from harness.campaign.block.state import Block
from harness.campaign.plan.next_round import next_round
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CellFacts
from harness.model.measured.load import Target
from harness.process.owned import OwnedProcess
from harness.under_test.launch.launch import LiveServer
from tests.analysis.campaigns import campaign, made_up, trial
from tests.campaign.queues import cell

USES = """
import sys, time
share, until = float(sys.argv[1]), time.monotonic() + float(sys.argv[2])
while True:
    began, used = time.monotonic(), time.process_time()
    while time.monotonic() < until and time.process_time() - used < 0.1 * share:
        pass
    time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
"""
"""A program that uses so much of a core for so many seconds, and nothing afterwards."""

ALWAYS = "1e9"
REFERENCE, TWIN, CALM, BURNS = cell("reference"), cell("reference", twin=1), cell("calm"), cell("burns")


@contextmanager
def block_of(folder: Path, uses: dict[Cell, tuple[str, str]], **before: CellFacts) -> Iterator[tuple[Bench, Block]]:
    """A block in which these programs are up, as if they were servers."""
    with ExitStack() as stack:
        block = Block(1, list(uses), {}, before=before, facts={one.id: CellFacts() for one in uses})
        for one, options in uses.items():
            argv = [sys.executable, "-c", USES, *options]
            process = stack.enter_context(OwnedProcess(argv, name=one.id, log=folder / one.id))
            block.live[one.id] = LiveServer(Target(cell=one.id, host="127.0.0.1", port=1), process, (), (), 0.0)
        plan = SimpleNamespace(reference_cells=frozenset((REFERENCE.id, TWIN.id)))
        yield SimpleNamespace(cores=SimpleNamespace(server=(0,)), plan=plan), block  # type: ignore[misc]


def test_a_server_that_burns_a_third_of_a_core_is_stopped_and_measured_alone(tmp_path: Path) -> None:
    with block_of(tmp_path, {REFERENCE: ("0", "0"), BURNS: ("0.3", ALWAYS)}) as (bench, block):
        server = block.live[BURNS.id]
        set_the_burning_apart(bench, block)
        assert list(block.live) == [REFERENCE.id]
        assert server.process.tree() == ()
    assert 0.1 < (block.facts[BURNS.id].idle_cpu_share or 0) < 0.5
    (notice,) = block.notices
    assert (notice.code, notice.seen.split()[0]) == ("burns-while-idle", BURNS.id)


def test_the_tick_of_an_event_loop_sets_nobody_apart(tmp_path: Path) -> None:
    with block_of(tmp_path, {REFERENCE: ("0.008", ALWAYS), CALM: ("0.008", ALWAYS)}) as (bench, block):
        set_the_burning_apart(bench, block)
    assert set(block.live) == {REFERENCE.id, CALM.id}
    assert block.notices == []


def test_a_server_that_was_still_busy_with_its_start_in_the_first_look_stays_in(tmp_path: Path) -> None:
    with block_of(tmp_path, {REFERENCE: ("0", "0"), CALM: ("0.3", "1.0")}) as (bench, block):
        set_the_burning_apart(bench, block)
    assert set(block.live) == {REFERENCE.id, CALM.id}
    assert block.notices == []


def test_a_neighbour_that_uses_a_whole_core_sets_nobody_apart(tmp_path: Path) -> None:
    neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        with block_of(tmp_path, {REFERENCE: ("0.008", ALWAYS), CALM: ("0.008", ALWAYS)}) as (bench, block):
            set_the_burning_apart(bench, block)
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
    assert set(block.live) == {REFERENCE.id, CALM.id}
    assert block.notices == []


def test_a_reference_that_burns_stays_with_its_twin_and_that_is_said_once(tmp_path: Path) -> None:
    uses = {REFERENCE: ("0.3", ALWAYS), TWIN: ("0.3", ALWAYS), CALM: ("0", "0")}
    with block_of(tmp_path, uses, **{TWIN.id: CellFacts(idle_cpu_share=0.3)}) as (bench, block):
        set_the_burning_apart(bench, block)
    assert set(block.live) == {REFERENCE.id, TWIN.id, CALM.id}
    (notice,) = block.notices
    assert notice.code == "reference-burns-while-idle"
    assert f"the reference {REFERENCE.id} uses" in notice.seen


@pytest.mark.parametrize(("uses", "share"), [(("0", "0"), 0.0), (("0.3", ALWAYS), 0.3)])
def test_one_that_was_set_apart_is_looked_at_again_in_its_own_block(
    uses: tuple[str, str], share: float, tmp_path: Path
) -> None:
    with block_of(tmp_path, {BURNS: uses}, **{BURNS.id: CellFacts(idle_cpu_share=0.4)}) as (bench, block):
        set_the_burning_apart(bench, block)
        assert list(block.live) == [BURNS.id]
    assert block.facts[BURNS.id].idle_cpu_share == pytest.approx(share, abs=0.15)
    assert block.notices == []


def test_one_that_is_calm_again_is_measured_beside_the_others_next(tmp_path: Path) -> None:
    cells = (REFERENCE, TWIN, CALM)
    record = campaign(cells, blocks=2).model_copy(update={"cells": {CALM.id: CellFacts(idle_cpu_share=0.0)}})
    trials = [*made_up({REFERENCE.id: 900.0, TWIN.id: 900.0}, 1), trial(CALM.id, 1, [800.0] * 20)]
    assert next_round(record, trials) == {"json": frozenset({REFERENCE.id, TWIN.id, CALM.id})}
    (left_out,) = rank(record, trials).scenarios["json"].unranked
    assert "measured alone: 800 requests/s" in left_out.reason
    burns = record.model_copy(update={"cells": {CALM.id: CellFacts(idle_cpu_share=0.3)}})
    assert CALM.id not in next_round(burns, trials).get("json", frozenset())


def test_one_that_is_calm_again_and_was_measured_beside_others_is_ranked() -> None:
    record = campaign((REFERENCE, CALM), blocks=2)
    record = record.model_copy(update={"cells": {CALM.id: CellFacts(idle_cpu_share=0.0)}})
    trials = [trial(CALM.id, 0, [800.0] * 20), trial(REFERENCE.id, 1, [900.0] * 20), trial(CALM.id, 1, [800.0] * 20)]
    assert {row.cell for row in rank(record, trials).scenarios["json"].rows} == {REFERENCE.id, CALM.id}


def test_a_reference_that_burns_is_ranked_all_the_same() -> None:
    record = campaign((REFERENCE, CALM)).model_copy(update={"cells": {REFERENCE.id: CellFacts(idle_cpu_share=0.3)}})
    found = rank(record, made_up({REFERENCE.id: 900.0, CALM.id: 800.0}, 1)).scenarios["json"]
    assert [row.cell for row in found.rows] == [REFERENCE.id, CALM.id]


def test_what_an_idle_server_uses_is_among_its_costs(tmp_path: Path) -> None:
    with block_of(tmp_path, {REFERENCE: ("0", "0"), CALM: ("0.01", ALWAYS)}) as (bench, block):
        set_the_burning_apart(bench, block)
        cost = block.costs.of(CALM.id, "json", repeat=False)
    assert 0 < (cost.rest_cpu_share or 0) < 0.1
    assert 2 < (cost.rest_switches_s or 0) < 200, "it sleeps ten times a second"
    assert cost.voluntary_switches is None, "it answered nothing"
