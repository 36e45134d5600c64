"""Which simultaneous intervals hold their level when cells are not equally steady.

The finding is in docs/decisions/simultaneous-intervals.md.
"""

from collections.abc import Callable

import numpy as np
import pytest

from harness.stats.arrays import Floats
from harness.stats.design import TwoWayFit, two_way_fit
from harness.stats.pairs import games_howell_half_widths, guarded_half_widths, tukey_half_widths
from harness.stats.spending import simultaneous_confidence

pytestmark = pytest.mark.simulated

CAMPAIGNS, ALPHA = 2000, 0.025
"""About what is spent by block 7."""

Method = Callable[[TwoWayFit, float], Floats]


def residuals(kind: str, blocks: int, cells: int) -> Floats:
    """(campaigns, blocks, cells): block values of cells that do not differ."""
    dice = np.random.default_rng(11)
    shape = (CAMPAIGNS, blocks, cells)
    if kind == "heavy tails":
        return dice.standard_t(3, shape)
    spread = np.ones(cells)
    spread[: {"alike": 0, "one noisy": 1, "two noisy": 2}[kind]] = 3.0
    return dice.normal(size=shape) * spread


def false_claims(method: Method, values: Floats) -> float:
    """Share of campaigns in which some pair of cells that do not differ is called different."""
    called = 0
    for campaign in values:
        fit = two_way_fit(campaign)
        called += bool(np.any(np.abs(fit.cells[:, None] - fit.cells) > method(fit, 1 - ALPHA)))
    return called / len(values)


def bound(share: float) -> float:
    """What a method that errs with probability `share` stays below in 999 of 1000 such simulations."""
    return share + 3.1 * float(np.sqrt(share * (1 - share) / CAMPAIGNS))


@pytest.mark.parametrize("cells", [3, 8])
@pytest.mark.parametrize("kind", ["alike", "heavy tails", "one noisy", "two noisy"])
def test_guarded_intervals_hold_their_level(kind: str, cells: int) -> None:
    assert false_claims(guarded_half_widths, residuals(kind, 6, cells)) <= bound(ALPHA)


def grouped(cells: int, turns: int) -> Floats:
    """(campaigns, blocks, cells): two groups a turn, drawn anew, the first cell in each; the second is noisy."""
    dice = np.random.default_rng(12)
    values = np.full((500, 2 * turns, cells), np.nan)
    for campaign in values:
        for turn in range(turns):
            others = dice.permutation(np.arange(1, cells))
            for block, group in enumerate((others[::2], others[1::2]), start=2 * turn):
                members = np.array([0, *group])
                campaign[block, members] = dice.normal(size=len(members)) * np.where(members == 1, 3.0, 1.0)
    return values


def test_guarded_intervals_hold_their_level_where_cells_take_turns_in_groups() -> None:
    values = grouped(15, 6)
    assert false_claims(guarded_half_widths, values) <= ALPHA + 3.1 * float(np.sqrt(ALPHA / len(values)))
    assert false_claims(tukey_half_widths, values) > 2 * ALPHA


def test_one_variance_for_all_claims_too_much_of_a_noisy_cell() -> None:
    assert false_claims(tukey_half_widths, residuals("one noisy", 6, 8)) > 2 * ALPHA


def test_a_variance_for_each_pair_claims_too_much_from_few_blocks() -> None:
    assert false_claims(games_howell_half_widths, residuals("alike", 6, 8)) > 2 * ALPHA


def test_the_first_looks_spend_little_where_two_blocks_do_not_show_which_cell_is_noisy() -> None:
    looks, cells = (2, 3, 4), 8
    confidence = simultaneous_confidence(looks, 0.05, cells)
    called = 0
    for campaign in residuals("one noisy", looks[-1], cells):
        fits = [two_way_fit(campaign[:blocks]) for blocks in looks]
        widths = [guarded_half_widths(fit, level) for fit, level in zip(fits, confidence, strict=True)]
        effects = [np.abs(fit.cells[:, None] - fit.cells) for fit in fits]
        called += any(np.any(effect > width) for effect, width in zip(effects, widths, strict=True))
    assert called / CAMPAIGNS <= bound(0.025)  # found: 2.2 %; 6 % where 1 % was spent by block 2
