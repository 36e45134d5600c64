"""What the programs' figures rest on."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from counters import ratio_of
from explained import concluded
from shared.accountant import __file__ as accountant
from shared.comparison import Pair, Round, figures, missed
from shared.copies import copies
from shared.counts import count_figure, most_allowed
from shared.figures import Figure, of_runs
from shared.made_up import made_up_campaign
from shared.standard_errors import jackknifed, mean_error, residual_deviation
from shared.watched import Seen, note

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.model.found.explanation import Amount, CellLayers, Difference, Explanation
from harness.store.folder import ResultsFolder


def test_a_figure_is_a_finite_number_with_an_interval() -> None:
    assert str(of_runs("report_s", [3.0, 1.0, 2.0])) == "figure report_s 2 1 3"
    with pytest.raises(ValueError, match="not a figure"):
        Figure("empty", math.nan, 0.0, 0.0)


def test_four_of_thirty_campaigns_may_claim_what_five_per_cent_would() -> None:
    assert most_allowed(30, 0.05) == 4
    found = count_figure("aa_false_claims", 0, 30)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(30 * (1 - 0.025 ** (1 / 30)))  # the exact interval's closed form for none


def test_a_standard_error_leaves_out_what_all_cells_share() -> None:
    dice = np.random.default_rng(1)
    drift = dice.normal(0, 0.5, (4000, 1))
    values = drift + np.array([1.0, 2.0, 3.0]) + dice.normal(0, 0.03, (4000, 3))
    assert residual_deviation(values) == pytest.approx(0.03, rel=0.05)
    assert mean_error(values) == pytest.approx(0.03 * math.sqrt(2 / 4000), rel=0.05)


def test_the_interval_of_a_ratio_of_errors_holds_the_truth_about_as_often_as_it_says() -> None:
    dice = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        small, large = dice.normal(0, 1, (20, 5)), dice.normal(0, 4, (20, 5))
        found = jackknifed("ratio", lambda of, s=small, g=large: mean_error(s[of]) / mean_error(g[of]), 20)
        held += found.low <= 0.25 <= found.high
    assert held >= 180


def rounds_of(dice: np.random.Generator, window: float, slices: float) -> list[Round]:
    """Twenty rounds of three cells; the last two are one application."""
    return [
        Round(dice.normal(0, window, 3).tolist(), dice.normal(0, slices, (30, 3)).tolist(), seconds=12.0)
        for _ in range(20)
    ]


def test_precise_rotations_and_unbiased_slices_keep_their_bounds() -> None:
    dice = np.random.default_rng(3)
    pairs = [Pair("app", dice.normal(0.005, 0.05), 0.0) for _ in range(60)]
    found = figures([1, 2], rounds_of(dice, window=0.1, slices=0.1), pairs)
    by_name = {figure.name: figure for figure in found}
    assert by_name["se_rotation_over_window"].value == pytest.approx(30**-0.5, rel=0.3)
    assert by_name["aa_ratio_rotation"].low < 1 < by_name["aa_ratio_rotation"].high
    assert not missed(found)


def test_coarser_rotations_and_biased_slices_are_told() -> None:
    dice = np.random.default_rng(4)
    pairs = [Pair("app", dice.normal(0.05, 0.02), 0.0) for _ in range(60)]
    told = missed(figures([1, 2], rounds_of(dice, window=0.01, slices=0.3), pairs))
    assert len(told) == 2
    assert "slice_bias_app" in told[1]


def test_copies_are_applications_like_any_other(tmp_path: Path) -> None:
    selection = copies(tmp_path, {"one": 0, "two": 40})
    prepared = prepare(Project.here(), RunOptions(selection=selection, reference="one"))
    assert [(cell.app, cell.twin) for cell in prepared.record.plan.cells] == [("one", 0), ("two", 0), ("one", 1)]
    assert prepared.record.applications["two"].environment == {"TURNS": "40"}


def test_a_made_up_campaign_reads_like_a_real_one(tmp_path: Path) -> None:
    count = made_up_campaign(tmp_path / "results", blocks=2)
    trials, notices = ResultsFolder.open(tmp_path / "results").read_trials()
    assert count == len(trials) == 13 * 7 * 5 * 2
    assert not notices


def test_the_accountant_tells_the_peak_of_what_it_ran_and_passes_its_exit_code_on(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "held = bytearray(80_000_000); raise SystemExit(3)"]
    argv = [sys.executable, "-I", "-S", str(accountant), str(tmp_path / "spent.json"), *program]
    assert subprocess.run(argv, check=False).returncode == 3
    told = json.loads((tmp_path / "spent.json").read_text())
    assert 80e6 < told["peak_bytes"] < 160e6
    assert told["cpu_s"] > 0


def test_blocks_are_told_from_the_start_of_the_first_server() -> None:
    seen = Seen()
    record = {"created_at": 100.0, "completed_blocks": [], "phases_s": {}}
    note(record, 104.0, seen)
    phases = {"environments": 1.0, "services": 2.0, "slices": 6.0, "start": 4.0}
    note(record | {"completed_blocks": [0], "phases_s": phases}, 113.0, seen)
    note(record | {"completed_blocks": [0, 1], "phases_s": phases | {"slices": 10.0, "latency": 2.0}}, 121.0, seen)
    assert list(seen.blocks()) == [(10.0, 6.0), (8.0, 6.0)]
    assert (seen.wall_s, seen.slices_s) == (18.0, 12.0)


def test_a_ratio_of_pairs_is_their_geometric_mean_with_an_interval_that_holds_it() -> None:
    found = ratio_of([math.log(1.02), math.log(1.00), math.log(1.01)] * 20)
    assert found.value == pytest.approx((1.02 * 1.00 * 1.01) ** (1 / 3))
    assert 1.005 < found.low < found.value < found.high < 1.015


def explained_as(framework: float, other: float, total: float, measured: float) -> Explanation:
    """Two cells whose layers are known to 2 us either way."""

    def about(us: float) -> Amount:
        return Amount(us=us, low=us - 2, high=us + 2)

    cells = [
        CellLayers(
            cell=cell, blocks=3, samples=100, total=about(100), waiting=about(0), parts={}, functions=(), slowed=1.0,
            layers={"framework": about(framework), "other": about(other)},
        )
        for cell in ("a", "b")
    ]  # fmt: skip
    pair = Difference(
        first="a", second="b", total=about(total), waiting=about(0), layers={}, parts={}, functions=(), ratio=2.0,
        factors={}, measured=about(measured),
    )  # fmt: skip
    return Explanation(scenario="json", cells=tuple(cells), differences=(pair,))


def test_explanations_that_agree_with_each_other_and_with_the_counters_keep_their_bounds() -> None:
    found = dict(concluded("json", explained_as(90, 5, 50, 53), explained_as(93, 6, 51, 53)))
    assert [(figure.name, figure.value) for figure in found] == [
        ("json_layers_that_overlap", 4), ("json_largest_share_of_other", 0.06), ("json_pairs_that_agree", 2),
    ]  # fmt: skip
    assert not any(found.values())


def test_explanations_that_do_not_agree_miss_each_bound() -> None:
    found = dict(concluded("json", explained_as(90, 5, 50, 53), explained_as(80, 11, 60, 53)))
    assert [figure.value for figure in found] == [0, 0.11, 1]
    assert all(found.values())
