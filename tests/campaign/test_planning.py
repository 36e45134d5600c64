import random
from pathlib import Path

import pytest

from harness.campaign.cells.services import most_connections
from harness.campaign.explaining.starting import connections_of
from harness.campaign.plan.cells import (
    Axes,
    Choice,
    cells_of,
    reference_of,
    seen_short_of_workers,
    short_of_workers,
    waiting_with_workers,
    with_twin,
)
from harness.campaign.plan.planning import (
    GROUP_SIZE,
    block_dice,
    blocks_of_a_round,
    ceiling_s,
    groups_of,
    rotation_of,
    waves_of_upstream,
    whole_waves,
)
from harness.campaign.plan.selection import most_workers
from harness.catalog.applications import Application
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.errors import UsageError
from harness.model.measured.campaign import Plan, SliceShape
from harness.model.measured.load import DRAIN_S
from harness.under_test.services.upstream_server import DELAY_S


def a_cell(app: str, server: str = "uvicorn") -> Cell:
    return Cell(app=app, server=server, workers=1, database="sqlite", interpreter="cpython-3.11")


CELLS = (*(a_cell(f"app{n}") for n in range(20)), a_cell("raw-asgi"))
LEVEL = Level(connections=64)
SCENARIO = ScenarioManifest(
    id="json",
    title="JSON",
    about="about",
    requests=(Request(path="/json"),),
    expect=Expectation(content_type="application/json", form="json"),
    levels=(LEVEL,),
    rank=Ranked(at=LEVEL),
)


def a_plan(cells: tuple[Cell, ...] = CELLS, seed: int = 1) -> Plan:
    return Plan(
        seed=seed,
        cells=cells,
        scenarios=(SCENARIO,),
        reference=cells[-1].id,
        budget_s=10,
        max_blocks=3,
        database="sqlite",
        pool_size=16,
    )


def test_the_database_takes_a_pool_of_each_cell_that_is_up_and_a_connection_of_each_worker_at_least() -> None:
    many = tuple(Cell(app=f"a{n}", server="s", workers=1, database="postgresql", interpreter="p") for n in range(20))
    assert most_connections(a_plan(many)) == 8 * 16, "a block has eight of them up at a time"
    wide = many[0].model_copy(update={"workers": 40})
    assert most_connections(a_plan((many[1], wide))) == 16 + 40
    assert connections_of(a_plan(many), many) == 20 * (16 + 1), (
        "all are explained together, some once more, with one thread"
    )


def test_a_cell_has_the_workers_that_really_run_and_it_is_told_where_these_are_fewer() -> None:
    manifest = AppManifest.model_validate(
        {
            "id": "shop",
            "title": "Shop",
            "targets": {"asgi": "app:app"},
            "servers": ("uvicorn", "daphne"),
            "scenarios": ("json",),
        }
    )
    choices = [Choice(manifest, server) for server in manifest.servers]
    for wanted in (1, 4):
        cells = cells_of(choices, Axes((wanted,), ("cpython-3.11",)), database="none")
        assert {cell.server: cell.workers for cell in cells} == {"uvicorn": wanted, "daphne": 1}
        assert len(notices := short_of_workers(cells, [wanted])) == (wanted > 1)
    assert "daphne runs 1 worker process where others run 4" in notices[0].seen


def test_an_own_server_that_is_not_told_how_many_workers_to_run_has_one_and_it_is_told(tmp_path: Path) -> None:
    """Be it by its command or by its configuration."""
    for name, argv, config in (
        ("plain", ["{python}", "serve.py", "{port}"], "port {port}"),
        ("by-command", ["{python}", "serve.py", "{port}", "{workers}"], "port {port}"),
        ("by-config", ["{python}", "{config}"], "port {port}, workers {workers}"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "conf").write_text(config)
        own = {"argv": argv, "config": "conf"}
        given = {"id": name, "title": name, "own": own, "servers": ["own"], "scenarios": ["json"]}
        application = Application(AppManifest.model_validate(given), tmp_path / name)
        choice = Choice(application.manifest, "own", most_workers=most_workers(application, "own"))
        (cell,) = cells_of([choice], Axes((3,), ("cpython-3.11",)), database="none")
        notices = [notice.seen for notice in short_of_workers([cell], [3])]
        assert cell.workers == (1 if name == "plain" else 3)
        assert bool(notices) == (name == "plain")
        assert not notices or notices[0].startswith("plain's own server runs 1 worker process where others run 3")


@pytest.mark.parametrize(
    ("server", "processes", "threads", "told"),
    [("own", 1, 1, True), ("own", 1, 3, False), ("own", 4, 4, False), ("own", 2, 2, True), ("uvicorn", 1, 1, False)],
)
def test_an_own_server_that_was_told_of_workers_and_is_seen_to_run_fewer_is_told(
    server: str, processes: int, threads: int, told: bool
) -> None:
    cell = Cell(app="shop", server=server, workers=3, database="none", interpreter="cpython-3.11")
    notices = seen_short_of_workers(cell, processes, threads)
    assert [notice.code for notice in notices] == ["fewer-workers"] * told


@pytest.mark.parametrize("workers", [1, 2])
def test_it_is_told_where_answers_wait_for_acknowledgements_because_a_server_has_several_workers(workers: int) -> None:
    found = [
        Cell(app="shop", server=server, workers=workers, database="none", interpreter="cpython-3.11")
        for server in ("uvicorn", "uvicorn-asyncio")
    ]
    notices = waiting_with_workers([*found, found[-1].model_copy(update={"app": "other"})])
    assert [notice.seen.split()[0] for notice in notices] == ["uvicorn-asyncio"] * (workers > 1)


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 15, 20])
def test_every_cell_is_in_one_group_and_the_reference_in_each(count: int) -> None:
    reference = CELLS[-1]
    cells = CELLS[:count]
    groups = groups_of((*cells, reference), reference, random.Random(3), {})
    assert all(len(group) <= GROUP_SIZE and group.count(reference) == 1 for group in groups)
    others = [cell for group in groups for cell in group if cell != reference]
    assert sorted(others, key=lambda c: c.id) == sorted(cells, key=lambda c: c.id)
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_the_order_of_a_rotation_is_decided_by_seed_and_block_alone() -> None:
    def orders(seed: int, block: int) -> list[list[str]]:
        plan = a_plan(CELLS[:6], seed)
        dice = block_dice(plan, block)
        rotations = [rotation_of(plan, plan.cells, SCENARIO, {}, number=n, order=dice) for n in range(4)]
        return [[s.target for (s,) in rotation] for rotation in rotations]

    assert orders(1, 0) == orders(1, 0)
    assert orders(1, 0) != orders(1, 1)
    assert orders(1, 0) != orders(2, 0)
    assert all(sorted(order) == sorted(cell.id for cell in CELLS[:6]) for order in orders(5, 2))


def test_a_slice_is_as_long_as_asked_for_where_many_waves_of_answers_fit_into_it() -> None:
    shape = a_plan().shape
    assert whole_waves(a_plan(), 64, None, 0.1) == (shape.burn_in_s, 0.1)
    assert whole_waves(a_plan(), 64, 20_000, 0.1) == (shape.burn_in_s, 0.1)
    assert whole_waves(a_plan(), 64, 20_000, 0.3) == (shape.burn_in_s, 0.3)


def test_the_generator_itself_is_measured_for_half_a_second_or_over_four_slices_where_these_are_shorter() -> None:
    assert [ceiling_s(SliceShape(length_s=length_s)) for length_s in (0.13, 1.0, 0.05)] == [0.5, 0.5, 0.2]


@pytest.mark.parametrize("wave_s", [0.018, 0.02, 0.03, 0.045, 0.06, 0.1, 0.4, 1.0, 2.9, 4.9])
@pytest.mark.parametrize("misjudged", [0.95, 1.0, 1.05])
def test_of_a_server_that_answers_in_waves_whole_waves_are_counted(wave_s: float, misjudged: float) -> None:
    plan = a_plan()
    waves = whole_waves(plan, 64, misjudged * 64 / wave_s, 0.1)
    assert waves.burn_in_s >= plan.shape.burn_in_s
    counted = sum(waves.burn_in_s < number * wave_s <= waves.length_s for number in range(1, 100))
    thought_s = wave_s / misjudged
    assert counted == round((waves.length_s - waves.burn_in_s) / thought_s) >= 1
    assert waves.length_s <= max(plan.shape.rotations_s, 1.6 * thought_s)


def test_a_cell_that_hardly_answers_does_not_hold_up_the_others() -> None:
    plan = a_plan()
    assert whole_waves(plan, 256, 0.5, 0.1).length_s == 1.5 * DRAIN_S
    assert whole_waves(plan, 64, 64 / 0.6, 0.1).length_s == pytest.approx(4.5 * 0.6)
    short = plan.model_copy(update={"shape": SliceShape(rotations_s=1.0)})
    assert whole_waves(short, 64, 64 / 0.6, 0.1).length_s == pytest.approx(1.5 * 0.6)


def test_a_cell_and_its_twins_are_repeats_of_each_other_and_of_nothing_that_differs_in_anything_else() -> None:
    one = CELLS[0].model_copy(update={"twin": 0})
    assert all(one.model_copy(update={"twin": number}).is_or_repeats(one) for number in range(3))
    others = {"app": "other", "server": "other", "workers": 9, "threads": 9, "runtime_threads": 9, "pool": 9}
    others |= {"database": "sqlite" if one.database == "none" else "none", "interpreter": "other"}
    assert set(others) | {"twin"} == set(Cell.model_fields)
    assert not any(one.model_copy(update={name: value}).is_or_repeats(one) for name, value in others.items())


def test_the_reference_is_the_bare_callable_unless_another_is_named() -> None:
    assert reference_of(CELLS, None) == a_cell("raw-asgi")
    assert reference_of(CELLS[:3], None) == CELLS[0]
    assert reference_of(CELLS, "app2") == a_cell("app2")
    assert reference_of(CELLS, "app2@uvicorn") == a_cell("app2")
    with pytest.raises(UsageError, match="app2@gunicorn") as refused:
        reference_of(CELLS, "app2@gunicorn")
    assert "app1@uvicorn" in str(refused.value)


def test_a_round_holds_every_needed_cell_once_and_the_reference_and_its_twin_in_each_block() -> None:
    plan = a_plan(with_twin(CELLS, CELLS[-1])).model_copy(update={"reference": CELLS[-1].id})
    company = {CELLS[-1], plan.cells[-1]}
    need = {"json": frozenset(cell.id for cell in plan.cells) - {CELLS[0].id}}
    blocks = blocks_of_a_round(plan, need, frozenset(), 0, {})
    assert all(company <= set(block) for block in blocks)
    others = [cell for block in blocks for cell in block if cell not in company]
    assert sorted(cell.id for cell in others) == sorted(need["json"] - {cell.id for cell in company})
    assert blocks == blocks_of_a_round(plan, need, frozenset(), 0, {})
    assert blocks != blocks_of_a_round(plan, need, frozenset(), 1, {})


def test_few_cells_that_are_still_needed_share_a_block() -> None:
    plan = a_plan()
    need = {"json": frozenset({CELLS[0].id, CELLS[-1].id}), "db": frozenset({CELLS[9].id, CELLS[-1].id})}
    (block,) = blocks_of_a_round(plan, need, frozenset(), 0, {})
    assert set(block) == {CELLS[0], CELLS[9], CELLS[-1]}


def test_a_cell_that_burns_while_idle_has_a_block_of_its_own() -> None:
    plan = a_plan()
    burner = CELLS[3]
    every = {"json": frozenset(cell.id for cell in CELLS)}
    *others, lone = blocks_of_a_round(plan, every, frozenset({burner.id}), 0, {})
    assert lone == (burner,)
    assert all(burner not in block for block in others)
    only = {"json": frozenset({burner.id, plan.reference})}
    assert blocks_of_a_round(plan, only, frozenset({burner.id}), 0, {}) == [(burner,)]


def test_a_rotation_of_a_slope_holds_every_level_of_each_cell_one_after_the_other() -> None:
    levels = tuple(Level(connections=64, n=n) for n in (0, 4, 16))
    sloping = SCENARIO.model_copy(update={"levels": levels, "rank": Ranked(by="slope", at=levels[-1])})
    plan, dice = a_plan(CELLS[:3]), random.Random(1)
    paces = {(CELLS[0].id, levels[-1]): 20.0}
    rotations = [rotation_of(plan, CELLS[:3], sloping, paces, number=n, order=dice) for n in range(20)]
    assert all({s.target for s in of_cell} == {of_cell[0].target} for one in rotations for of_cell in one)
    assert all({s.level for s in of_cell} == set(levels) for one in rotations for of_cell in one)
    assert len({tuple(s.level for s in one[0]) for one in rotations}) > 1, "their order is random"
    (slow,) = [s for of_cell in rotations[0] for s in of_cell if (s.target, s.level) == (CELLS[0].id, levels[-1])]
    assert slow.length_s > plan.shape.length_s, "each level has its own pace"
    assert plan.rotations_s_of(sloping) == 2 * plan.rotations_s_of(SCENARIO)


def test_a_scenario_of_more_connections_has_more_of_the_time_of_rotations_and_all_have_what_was_asked_for() -> None:
    few, usual, many = (
        SCENARIO.model_copy(update={"id": str(n), "rank": Ranked(at=Level(connections=n))}) for n in (16, 64, 256)
    )
    most = many.model_copy(update={"id": "most", "rank": Ranked(at=Level(connections=4096))})
    plan = a_plan(CELLS[:3]).model_copy(update={"scenarios": (few, usual, many)})
    assert plan.rotations_s_of(few) == plan.rotations_s_of(usual) == plan.shape.rotations_s / 2
    assert plan.rotations_s_of(many) == 4 * plan.rotations_s_of(usual)
    assert sum(map(plan.rotations_s_of, plan.scenarios)) == 3 * plan.shape.rotations_s
    plan = plan.model_copy(update={"scenarios": (usual, most)})
    assert plan.rotations_s_of(most) == 4 * plan.rotations_s_of(usual), "no more than four times as much"
    assert plan.model_copy(update={"scenarios": (most,)}).rotations_s_of(most) == plan.shape.rotations_s


def test_a_server_of_few_threads_that_wait_for_the_upstream_has_slices_as_short_as_any() -> None:
    many, waiting = Level(connections=256), SCENARIO.model_copy(update={"needs": ("upstream",)})
    waiting = waiting.model_copy(update={"rank": Ranked(at=many), "levels": (many,)})
    plan = a_plan()
    assert waves_of_upstream(waiting, 4900.0) is None, "all connections wait at the same time: their waves are counted"
    assert waves_of_upstream(waiting, None) is None
    assert waves_of_upstream(SCENARIO, 160.0) is None
    for pace in (20.0, 160.0):
        found = waves_of_upstream(waiting, pace)
        assert found is not None
        assert found.length_s < 1 < whole_waves(plan, 256, pace, 0.1).length_s
        waves = (found.length_s - found.burn_in_s) / DELAY_S
        assert waves == pytest.approx(round(waves)), "whole waves are counted"
        assert (found.burn_in_s / DELAY_S) % 1 == pytest.approx(0.5), "and its edges lie between two of them"
