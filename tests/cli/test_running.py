"""How a campaign ends: the exit code, what is said about it, and how options of then and now meet."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.analysis.inference.unresolved import OpenPair, Unresolved
from harness.analysis.ranking.ranking import rank
from harness.campaign.plan.options import RunOptions
from harness.cli.run.asked import RunAsked
from harness.cli.run.plans import wanted_options
from harness.cli.run.running import ended, needed_again, tell_the_end, why_not_ranked
from harness.cli.show.progress import in_a_line, open_in_a_line
from harness.model.errors import ExitCode
from harness.model.found.ranking import PairVerdict, Ranking, ScenarioRanking, UnrankedCell
from harness.model.found.slopes import SlopeCell, SlopeRanking
from harness.model.measured.campaign import CellFacts, SliceShape
from harness.model.notice import Failure
from harness.store.folder import ResultsFolder
from tests.analysis.campaigns import LEVEL, campaign, cell, made_up

FASTER, SLOWER = cell("faster"), cell("slower")
RECORD = campaign((FASTER, SLOWER)).model_copy(update={"state": "finished"})
FAILED = RECORD.model_copy(update={"failures": (Failure(cell=SLOWER.id, phase="start", reason="no"),)})
NOTHING = RunAsked().options
"""Asked for by somebody who gives no option."""

ROWS = rank(RECORD, made_up({FASTER.id: 2000.0, SLOWER.id: 1000.0}, 1)).scenarios["json"].rows
UNRANKED = UnrankedCell(cell=SLOWER.id, app="slower", server="uvicorn", reason="errors")


def ranking(*verdicts: str, unranked: tuple[UnrankedCell, ...] = ()) -> Ranking:
    pairs = tuple(
        PairVerdict(first=FASTER.id, second=SLOWER.id, ratio=2.0, low=1.9, high=2.1, verdict=verdict)
        for verdict in verdicts
    )
    of_json = ScenarioRanking(
        scenario="json", level=LEVEL, estimate=False, rows=ROWS, pairs=pairs, unranked=unranked, blocks=6
    )
    return Ranking(campaign="made-up", reference=FASTER.id, scenarios={"json": of_json})


def test_a_campaign_whose_cells_were_all_measured_ends_with_0() -> None:
    assert ended(RECORD, ranking("better", "unresolved"), None) == ExitCode.OK


def test_a_cell_that_failed_or_has_no_place_ends_it_with_3() -> None:
    assert ended(FAILED, ranking("better"), None) == ExitCode.CELL_FAILED
    assert ended(RECORD, ranking(unranked=(UNRANKED,)), None) == ExitCode.CELL_FAILED


def test_a_cell_that_is_measured_alone_has_no_place_and_did_not_fail() -> None:
    restless = RECORD.model_copy(update={"cells": {SLOWER.id: CellFacts(idle_cpu_share=0.05)}})
    of_json = ranking(unranked=(UNRANKED,)).scenarios["json"]
    rows = rank(campaign((FASTER, cell("third"))), made_up({FASTER.id: 9.0, cell("third").id: 8.0}, 1))
    ranked = of_json.model_copy(update={"rows": rows.scenarios["json"].rows})
    assert ended(restless, ranking().model_copy(update={"scenarios": {"json": ranked}}), None) == ExitCode.OK


def test_a_campaign_never_ends_with_0_where_cells_measured_alone_leave_nothing_to_compare() -> None:
    restless = RECORD.model_copy(update={"cells": {SLOWER.id: CellFacts(idle_cpu_share=0.05)}})
    alone = ranking(unranked=(UNRANKED,)).scenarios["json"].model_copy(update={"rows": ROWS[:1]})
    found = ranking().model_copy(update={"scenarios": {"json": alone}})
    assert ended(restless, found, None) == ExitCode.CELL_FAILED


def test_a_scenario_that_its_application_does_not_answer_is_no_failure_of_a_cell() -> None:
    manifest = RECORD.applications["slower"].model_copy(update={"scenarios": ("plaintext",)})
    partly = RECORD.model_copy(update={"applications": {**RECORD.applications, "slower": manifest}})
    assert ended(partly, ranking(unranked=(UNRANKED,)), None) == ExitCode.OK


def test_a_pair_that_is_not_ranked_together_does_not_keep_a_campaign_unresolved() -> None:
    rails = cell("rails")
    record = campaign((FASTER, SLOWER, rails)).model_copy(update={"state": "finished"})
    found = ranking("better").scenarios["json"]
    pair = PairVerdict(first=FASTER.id, second=rails.id, ratio=1.01, low=0.9, high=1.2, verdict="unresolved")
    open_pair = found.model_copy(update={"pairs": (*found.pairs, pair)})
    both = ranking().model_copy(update={"scenarios": {"json": open_pair}})
    assert ended(record, both, "unresolved") == ExitCode.INCONCLUSIVE
    manifest = record.applications["rails"].model_copy(update={"tier": "reference"})
    beside = record.model_copy(update={"applications": {**record.applications, "rails": manifest}})
    assert ended(beside, both, "unresolved") == ExitCode.OK


def test_one_that_was_interrupted_ends_with_130_whatever_else_happened() -> None:
    assert ended(FAILED.model_copy(update={"state": "interrupted"}), ranking(), "unresolved") == ExitCode.INTERRUPTED


def test_what_is_unresolved_ends_it_with_6_only_when_asked_to() -> None:
    assert ended(RECORD, ranking("better", "unresolved"), "unresolved") == ExitCode.INCONCLUSIVE
    assert ended(RECORD, ranking("better", "tied"), "unresolved") == ExitCode.OK
    assert ended(FAILED, ranking("unresolved"), "unresolved") == ExitCode.CELL_FAILED


def test_the_way_to_go_on_is_told_with_every_path_the_record_does_not_hold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    interrupted = RECORD.model_copy(update={"state": "interrupted", "phases_s": {"start": 2.0, "slices": 61.4}})
    again = needed_again([Path("my shop")], [Path("mine")], [Path("/opt/python3"), Path("/opt/python4")])
    tell_the_end(interrupted, Path("results/one"), again, counted_s=31.7)
    told = capsys.readouterr().err
    assert (
        "harness run --resume results/one --app 'my shop' --scenarios mine --python /opt/python3 --python /opt/python4"
        in told
    )
    assert "start 2 s (3%), slices 1 min 01 s (97%)" in told
    assert "Counted: 32 s (50% of it)" in told
    tell_the_end(RECORD, Path("results/one"), again, counted_s=0.0)
    assert "--resume" not in capsys.readouterr().err


def test_what_would_be_known_now_is_told_with_the_blocks_that_the_rest_takes() -> None:
    def open_pairs(*ahead: int | None, decided_now: bool = False) -> Unresolved:
        pairs = tuple(OpenPair("a", "b", more, decided_now) for more in ahead)
        return Unresolved("json", pairs, frozenset({"a", "b"}), 5, comparisons=10)

    both = open_in_a_line([open_pairs(3), open_pairs(7, 24)], block_s=77.5)
    assert both.startswith("if it ended now: 17 of 20 comparisons decided; 3 undecided; ")
    assert both.endswith("; about 24 more blocks (31 min 00 s) would decide them")
    assert open_in_a_line([open_pairs(3, None)]).endswith("2 undecided; about 3 more blocks would decide 1 of them")
    assert open_in_a_line([open_pairs(None)]) == "if it ended now: 9 of 10 comparisons decided; 1 undecided"
    decided = open_in_a_line([open_pairs(1, 4, decided_now=True)], block_s=60.0)
    assert decided == "if it ended now: 10 of 10 comparisons decided"


NOBODY = UnrankedCell(cell=FASTER.id, app="faster", server="uvicorn", reason="no CPU left for it")


def test_a_campaign_that_ranked_nothing_ends_with_3_and_one_line_why() -> None:
    found = ranking(unranked=(NOBODY, UNRANKED)).scenarios["json"].model_copy(update={"rows": ()})
    nothing = ranking().model_copy(update={"scenarios": {"json": found}})
    restless = {cell_.id: CellFacts(idle_cpu_share=0.05) for cell_ in (FASTER, SLOWER)}
    record = RECORD.model_copy(update={"cells": restless})
    assert ended(record, nothing, None) == ExitCode.CELL_FAILED
    assert list(why_not_ranked(record, nothing)) == ["Nothing was ranked: no CPU left for it"]
    empty = ranking().model_copy(update={"scenarios": {}})
    assert ended(RECORD, empty, None) == ExitCode.CELL_FAILED
    assert list(why_not_ranked(RECORD, empty)) == ["Nothing was ranked: no block was completed"]


def test_a_reference_without_a_figure_is_told_and_ends_the_campaign_with_3() -> None:
    alone = rank(RECORD, made_up({SLOWER.id: 1000.0}, 1))
    assert ended(RECORD, alone, None) == ExitCode.CELL_FAILED
    (line,) = why_not_ranked(RECORD, alone)
    assert line.startswith("json: there are no ratios, since the reference has no figure, faster on uvicorn: ")
    assert list(why_not_ranked(RECORD, ranking("better"))) == []


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """A results folder of a campaign with nothing left at its default."""
    shape = SliceShape(length_s=0.2, burn_in_s=0.05, rotations_s=3.0)
    plan = RECORD.plan.model_copy(update={"seed": 7, "shape": shape, "delta": 0.1, "database": "sqlite"})
    ResultsFolder.create(tmp_path / "one").write_record(RECORD.model_copy(update={"plan": plan}))
    return tmp_path / "one"


def test_what_is_not_given_again_is_as_it_was(interrupted: Path) -> None:
    then = wanted_options(interrupted, NOTHING)
    assert (then.seed, then.shape.length_s, then.delta, then.platform.database) == (7, 0.2, 0.1, "sqlite")
    assert [(one.app, one.server) for one in then.selection.exactly] == [("faster", "uvicorn"), ("slower", "uvicorn")]
    assert then.platform.server_workers == (1,)


def test_what_is_given_again_is_taken(interrupted: Path) -> None:
    now = wanted_options(interrupted, RunAsked(only=["x"], python=[Path("p")], seed=8, budget=9.0).options)
    assert (now.seed, now.budget_s, now.selection.only) == (8, 9.0, ("x",))
    assert (now.platform.pythons, now.platform.database) == ((Path("p"),), "sqlite")


def test_folders_given_again_do_not_change_which_cells_are_measured(interrupted: Path) -> None:
    now = wanted_options(interrupted, RunAsked(app=[Path("shop")]).options)
    assert now.selection.app_folders == (Path("shop"),)
    assert now.selection.exactly


def test_a_new_campaign_has_the_options_given_and_a_seed_of_its_own() -> None:
    one, other = (wanted_options(None, RunAsked(budget=9.0).options) for _ in range(2))
    assert one.budget_s == 9.0
    assert one.seed != other.seed
    assert wanted_options(None, RunAsked(seed=5).options) == RunOptions(seed=5)


def test_a_short_look_may_be_changed_in_parts() -> None:
    quick = RunAsked(quick=True).shape
    assert quick
    changed = RunAsked(rotations=0.6, quick=True).shape
    assert changed == quick.model_copy(update={"rotations_s": 0.6})
    assert RunAsked().shape is None


def ranked(ratios: Mapping[tuple[str, str], float]) -> ScenarioRanking:
    """A ranking of (application, server) with their ratios to the reference."""
    found = rank(RECORD, made_up({FASTER.id: 10.0, SLOWER.id: 9.0}, 1)).scenarios["json"]
    rows = [
        found.rows[0].model_copy(update={"cell": f"{app}.{server}", "app": app, "server": server, "ratio": ratio})
        for (app, server), ratio in ratios.items()
    ]
    return found.model_copy(update={"rows": tuple(rows), "estimate": True})


def test_the_line_of_a_scenario_names_servers_where_an_application_is_there_on_several() -> None:
    found = ranked({("flask", "waitress"): 1.0, ("flask", "gunicorn-sync"): 0.5, ("django", "waitress"): 0.25})
    assert in_a_line(found) == "flask@waitress 1.00, flask@gunicorn-sync 0.50, django 0.25 (estimate)"


def test_the_line_of_many_cells_names_the_fastest_and_counts_the_others() -> None:
    found = ranked({(f"app-{number}", "uvicorn"): 1 / (number + 1) for number in range(67)})
    assert in_a_line(found).startswith("app-0 1.00, app-1 0.50, ")
    assert in_a_line(found).endswith(", app-7 0.12 and 59 more (estimate)")


def test_the_line_of_a_scenario_that_is_ranked_by_slopes_gives_the_slopes() -> None:
    def slope(cell: str, microseconds: float) -> SlopeCell:
        known = dict.fromkeys(("low", "high", "cpu_us", "cpu_low", "cpu_high", "rank_low", "rank_high"))
        rest = {"distinguished": True, "at_zero_us": 10.0, "tie_groups": (), "blocks": 1, "points": ()}
        return SlopeCell.model_validate({"cell": cell, "microseconds": microseconds, **known, **rest})

    found = ranked({("flask", "waitress"): 0.1, ("raw-asgi", "uvicorn"): 1.0})
    rows = tuple(slope(row.cell, us) for row, us in zip(found.rows, (0.3115, 12.04), strict=True))
    slopes = SlopeRanking(per="middleware", rows=rows, pairs=(), confidence=None, noise_floor_us=None)
    line = in_a_line(found.model_copy(update={"slopes": slopes}))
    assert line == "flask 0.311, raw-asgi 12 (us per middleware) (estimate)"
