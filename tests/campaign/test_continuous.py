"""Cells driven on end by the real load process: queues, whose time is their own, however busy the machine is."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.campaign.block.bench import Bench
from harness.campaign.block.continuous import pairs_of, run_continuously, slices_of
from harness.campaign.block.state import Block
from harness.campaign.plan.continuous_budget import affordable
from harness.campaign.plan.planning import warm_up_of
from harness.load.driver import LocustDriver
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CellFacts, Plan, SliceShape
from harness.model.measured.continuous import ContinuousRun
from tests.campaign.queues import MANIFEST, SCENARIO, bench_of, block_of, cell, queue

REFERENCE, TWIN, OTHER = cell("a"), cell("a", twin=1), cell("b")
SHAPE = SliceShape(continuous_s=3.5)


def measured(
    driver: LocustDriver,
    folder: Path,
    options: dict[Cell, tuple[str, ...]],
    seen: tuple[Cell, ...] = (),
    interrupted_after: int | None = None,
    **plan: object,
) -> tuple[Bench, Block]:
    """The runs of a block of queues, each started with its own options; `seen` are those that had theirs before."""
    with ExitStack() as stack:
        live = {one: stack.enter_context(queue(folder / one.id, [0.5], *given)) for one, given in options.items()}
        bench = bench_of(driver, folder, list(options), **({"shape": SHAPE, "budget_s": 3600} | plan))
        block = block_of(bench, live)
        block.facts = {one.id: CellFacts() for one in options}
        block.before = {one.id: CellFacts(continuous=(a_run(),)) for one in seen}
        runs = run_continuously(bench, block, SCENARIO, paces={})
        for number, _ in enumerate(runs, start=1):
            bench.interrupt.asked = number == interrupted_after
    return bench, block


def a_run() -> ContinuousRun:
    return ContinuousRun(
        block=0, scenario="plaintext", level=MANIFEST.rank.at, company=None, pieces=1, duration_s=5.0, completions=1
    )


def test_a_steady_server_passes_with_connections_that_are_busy_all_the_time(
    driver: LocustDriver, tmp_path: Path
) -> None:
    bench, block = measured(driver, tmp_path, {REFERENCE: (), OTHER: (), TWIN: ()}, seen=(REFERENCE,))
    (run,) = block.facts[OTHER.id].continuous
    assert run.failed_gates == ()
    assert run.company == REFERENCE.id
    assert run.little == pytest.approx(1, abs=0.05)
    assert run.duration_s > 2
    assert run.completions / run.duration_s <= 2050  # one request takes half a millisecond
    assert block.notices == []
    assert block.facts[REFERENCE.id].continuous == block.facts[TWIN.id].continuous == ()
    assert bench.phases.seconds().keys() == {"continuous runs"}
    assert {record.counted for record in block.slices} == {False}, "no trial is made of them"
    assert len(bench.folder.read_slices()[0][0]) == len(block.slices) > 2 * run.pieces


def test_two_cells_that_are_due_are_each_others_company_piece_by_piece(driver: LocustDriver, tmp_path: Path) -> None:
    _, block = measured(driver, tmp_path, {REFERENCE: (), OTHER: (), TWIN: ()})
    (one,), (other,) = (block.facts[cell.id].continuous for cell in (REFERENCE, OTHER))
    assert (one.company, other.company) == (OTHER.id, REFERENCE.id)
    assert one.pieces == other.pieces == len(block.slices) / 2 - 1
    assert [record.target for record in block.slices] == [OTHER.id, REFERENCE.id] * (one.pieces + 1)
    assert block.facts[TWIN.id].continuous == ()


def test_a_pair_has_equally_many_pieces_and_a_cell_without_a_partner_is_alone() -> None:
    cells = [cell(name) for name in "abcde"]
    paces = dict(zip([one.id for one in cells], [20_000, 100, 20_000, 20_000, 100], strict=True))
    found = [[one.app for one in together] for together in pairs_of(a_plan(), MANIFEST, cells, paces)]
    assert sorted(found) == [["a", "c"], ["b", "e"], ["d"]]


@pytest.mark.alone
def test_a_server_that_doubles_its_speed_on_the_way_is_caught_and_warmed_longer_from_then_on(
    driver: LocustDriver, tmp_path: Path
) -> None:
    shape, options = SliceShape(continuous_s=2.5), {REFERENCE: (), OTHER: ("--cold-for", "1.8")}
    _, block = measured(driver, tmp_path, options, seen=(REFERENCE,), shape=shape)
    cold, warm = block.facts[OTHER.id].continuous
    assert [gate.code for gate in cold.failed_gates] == ["halves-differ"]
    assert cold.change == pytest.approx(1, abs=0.4)
    assert warm.failed_gates == ()
    (notice,) = block.notices
    assert notice.code == "run-repeated"
    assert "it is warmed for 2.5 s in every later block" in notice.mend
    assert block.facts[OTHER.id].warm_up_s == 2.5


def test_an_interrupt_is_heard_after_the_piece_in_hand_and_half_a_run_is_none(
    driver: LocustDriver, tmp_path: Path
) -> None:
    _, block = measured(driver, tmp_path, {REFERENCE: (), OTHER: ()}, seen=(REFERENCE,), interrupted_after=3)
    assert [record.target for record in block.slices] == [REFERENCE.id, *[OTHER.id, REFERENCE.id] * 2]
    assert block.facts[OTHER.id].continuous == ()


@pytest.mark.parametrize(("pace", "pieces"), [(20_000, 20), (100, 5), (1, 1)])
def test_pieces_are_long_beside_response_times_and_last_as_long_as_was_asked_for(pace: float, pieces: int) -> None:
    nobody_else = Block(0, [OTHER], {})
    driven = [one for (one,) in slices_of(a_plan(), nobody_else, SCENARIO, [OTHER], {OTHER.id: pace})]
    assert len(driven) == pieces
    assert sum(one.length_s for one in driven) == pytest.approx(5, rel=0.05)
    wave_s = min(MANIFEST.rank.at.connections / pace, 5 / 6.5)
    assert driven[0].burn_in_s >= 2.49 * wave_s
    assert driven[0].length_s - driven[0].burn_in_s >= 3.99 * wave_s


def test_the_warm_up_of_later_blocks_is_as_long_as_was_seen_to_be_needed() -> None:
    usual, longer = warm_up_of(a_plan(), [REFERENCE, OTHER], MANIFEST, {OTHER.id: 4.0})
    assert (usual.length_s, usual.burn_in_s) == (0.25, 0.125)
    assert (longer.length_s, longer.burn_in_s) == (4.0, pytest.approx(3.875))


def a_plan(budget_s: float = 60) -> Plan:
    return Plan(
        seed=1,
        cells=(REFERENCE, OTHER),
        scenarios=(MANIFEST,),
        reference=REFERENCE.id,
        budget_s=budget_s,
        max_blocks=1,
        database="none",
        pool_size=1,
    )


def test_runs_that_would_take_over_a_sixth_of_the_budget_are_not_made_and_it_is_told(
    driver: LocustDriver, tmp_path: Path
) -> None:
    assert affordable(a_plan(budget_s=60))
    assert not affordable(a_plan(budget_s=59))
    _, block = measured(driver, tmp_path, {REFERENCE: (), OTHER: ()}, budget_s=30)
    assert block.slices == []
    (notice,) = block.notices
    assert notice.code == "no-continuous-runs"
    assert "would take 7 s of the budget of 30 s" in notice.seen
    assert "a budget of 1m" in notice.mend


def test_a_campaign_that_wants_none_makes_none(driver: LocustDriver, tmp_path: Path) -> None:
    _, block = measured(driver, tmp_path, {REFERENCE: (), OTHER: ()}, shape=SliceShape(continuous_s=0))
    assert (block.slices, block.notices) == ([], [])
