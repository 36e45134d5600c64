"""In which scenarios response times are measured, and in which block."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.campaign.block.latency import timed_in
from harness.campaign.block.state import Block
from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.planning import latency_scenarios
from harness.catalog.scenarios import Scenario
from harness.cli.run.asked import RunAsked
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import UsageError
from harness.model.measured.latency import LatencyWindow
from harness.model.notice import Notice
from harness.store.folder import ResultsFolder
from tests.campaign.test_planning import SCENARIO, a_plan


def scenario(name: str, *needs: str) -> ScenarioManifest:
    return ScenarioManifest.model_validate(SCENARIO.model_dump() | {"id": name, "needs": needs})


JSON, DB, QUERIES, PLAIN = scenario("json"), scenario("db", "database"), scenario("queries", "database"), scenario("p")


def test_unasked_every_scenario_is_measured() -> None:
    assert latency_scenarios([JSON, DB, QUERIES], None) == ("json", "db", "queries")


A = Cell(app="a", server="uvicorn", workers=1, database="none", interpreter="3.11")
B, C = (A.model_copy(update={"app": app}) for app in "bc")


def timed(folder: Path, windows: Sequence[LatencyWindow], cells: Sequence[Cell] = (A, B), **changes: object) -> Any:
    """The scenarios whose latency a block of these cells measures after such windows."""
    manifests = (JSON, PLAIN, DB)
    plan = a_plan().model_copy(update={"scenarios": manifests, "latency": ("json", "p", "db"), "latency_in_turn": True})
    results = ResultsFolder.create(folder / str(len(list(folder.iterdir()))))
    results.append_windows(windows)
    bench = SimpleNamespace(
        plan=plan.model_copy(update=changes),
        folder=results,
        scenarios={one.id: Scenario(one, folder) for one in manifests},
    )
    block = Block(0, cells, {one.id: frozenset(cell.id for cell in cells) for one in manifests})
    block.live = dict.fromkeys((cell.id for cell in cells), None)  # type: ignore[arg-type]
    return timed_in(bench, block)  # type: ignore[arg-type]


def window(scenario: str, cell: Cell = A, **changes: object) -> LatencyWindow:
    fields: dict[str, object] = {
        "cell": cell.id,
        "block": 0,
        "scenario": scenario,
        "level": SCENARIO.rank.at,
        "share": 0.5,
        "capacity_before": 100.0,
        "capacity_after": 100.0,
        "offered_rate": 50.0,
        "started_at": 0.0,
    }
    return LatencyWindow.model_validate(fields | changes)


def test_a_block_measures_the_scenario_with_the_fewest_windows_one_with_a_database_first(tmp_path: Path) -> None:
    assert timed(tmp_path, []) == ("db",)
    assert timed(tmp_path, [window("db")]) == ("json",)
    assert timed(tmp_path, [window("db"), window("json")]) == ("p",)
    assert timed(tmp_path, [window("db"), window("json"), window("p")]) == ("db",)


def test_several_windows_of_a_cell_in_one_block_are_one_turn(tmp_path: Path) -> None:
    assert timed(tmp_path, [window("db"), window("db"), window("json"), window("p")]) == ("db",)
    assert timed(tmp_path, [window("db"), window("db", block=1), window("json"), window("p")]) == ("json",)


def test_a_window_that_was_discarded_or_is_of_other_cells_does_not_count(tmp_path: Path) -> None:
    moved = Notice(code="capacity-moved", seen="it moved")
    assert timed(tmp_path, [window("db", discarded=moved)]) == ("db",)
    assert timed(tmp_path, [window("db", C)]) == ("db",)


def test_a_scenario_that_is_no_longer_driven_has_no_turn(tmp_path: Path) -> None:
    assert timed(tmp_path, [], cells=()) == ()


def test_where_scenarios_were_named_each_block_measures_them_all(tmp_path: Path) -> None:
    assert timed(tmp_path, [window("db")], latency_in_turn=False) == ("json", "p", "db")


def test_scenarios_are_named_by_pattern_all_or_none() -> None:
    scenarios = [DB, JSON, QUERIES]
    assert latency_scenarios(scenarios, ["all"]) == ("db", "json", "queries")
    assert latency_scenarios(scenarios, ["none"]) == ()
    assert latency_scenarios(scenarios, ["queries", "j*"]) == ("json", "queries")


@pytest.mark.parametrize("wanted", [["jsno"], ["none", "json"]])
def test_a_name_that_matches_no_scenario_of_the_plan_is_refused(wanted: list[str]) -> None:
    with pytest.raises(UsageError, match="--latency") as refused:
        latency_scenarios([DB, JSON], wanted)
    assert "matches nothing" in str(refused.value)


@pytest.mark.parametrize("measured", [(), ("json",)])
@pytest.mark.parametrize("p99_s", [None, 0.05])
def test_what_decides_latency_is_asked_for_again_when_a_campaign_is_gone_on_with(
    measured: tuple[str, ...], p99_s: float | None
) -> None:
    plan = a_plan().model_copy(update={"latency": measured, "latency_share": 0.7, "p99_s": p99_s})
    plan = plan.model_copy(update={"shape": plan.shape.model_copy(update={"window_s": 7.0})})
    options = RunOptions.like(plan)
    assert latency_scenarios(plan.scenarios, options.latency) == measured
    assert RunOptions.like(plan.model_copy(update={"latency_in_turn": True})).latency is None
    assert (options.latency_share, options.p99_s, options.shape.window_s) == (0.7, p99_s, 7.0)


def test_a_short_look_measures_no_latency_unless_it_is_asked_for() -> None:
    assert RunAsked(quick=True).scenarios_with_latency == ("none",)
    assert RunAsked(p99=0.05, quick=True).scenarios_with_latency is None
    assert RunAsked(latency=["json"], quick=True).scenarios_with_latency == ("json",)
    assert RunAsked().scenarios_with_latency is None
