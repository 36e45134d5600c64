"""Scores over scenarios: geometric means of ratios, and the blocks' part in them."""

import numpy as np
import pytest
from scipy.stats import gmean

from harness.stats.arrays import Floats
from harness.stats.geometric import block_pseudo_values, mean_effects


def tables(seed: int = 1, scenarios: int = 3, blocks: int = 6, cells: int = 4) -> Floats:
    dice = np.random.default_rng(seed)
    return dice.normal(size=(scenarios, blocks, cells))


def pseudo_values(values: Floats) -> Floats:
    return block_pseudo_values(list(values), [np.arange(values.shape[1])] * len(values))


def test_a_score_is_the_geometric_mean_of_ratios() -> None:
    speeds = np.array([[100.0, 50.0], [10.0, 20.0], [7.0, 3.5]])
    effects = mean_effects(list(np.log(speeds)[:, None, :]))
    assert np.exp(effects[1] - effects[0]) == pytest.approx(gmean(speeds[:, 1] / speeds[:, 0]))


def test_complete_blocks_say_their_own_mean_over_scenarios() -> None:
    values = tables()
    own = values.mean(axis=0)
    assert pseudo_values(values) == pytest.approx(own - own.mean(axis=1, keepdims=True))


def test_a_cell_that_lacks_a_scenario_has_no_score() -> None:
    values = tables()
    values[1, :, 2] = np.nan
    assert np.flatnonzero(np.isnan(mean_effects(list(values)))).tolist() == [2]


def test_a_scenario_that_ran_in_fewer_blocks_still_counts_as_much() -> None:
    values = np.zeros((2, 6, 2))
    values[0, :, 1], values[1, :, 1] = 0.2, 0.4
    values[1, 3:] = np.nan
    effects = mean_effects(list(values))
    assert effects[1] - effects[0] == pytest.approx(0.3)


def test_intervals_from_incomplete_blocks_are_as_wide_as_the_scores_really_vary() -> None:
    scores, errors = [], []
    for seed in range(150):
        values = tables(seed, blocks=9)
        values[1, 6:] = np.nan
        values[2, 6:, 3] = np.nan
        pseudo = pseudo_values(values)
        difference = pseudo[:, 3] - pseudo[:, 0]
        scores.append(difference.mean())
        errors.append(np.var(difference, ddof=1) / len(difference))
    assert np.sqrt(np.mean(errors)) == pytest.approx(np.std(scores), rel=0.2)


def test_a_cell_with_one_block_has_a_score_and_no_say_from_that_block() -> None:
    values = tables()
    values[:, 1:, 2] = np.nan
    assert np.isfinite(mean_effects(list(values))).all()
    assert np.isnan(pseudo_values(values)[0, 2])
