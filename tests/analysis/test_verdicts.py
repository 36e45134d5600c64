"""What a look at a campaign's blocks concludes where they are few."""

import numpy as np
import pytest

from harness.analysis.inference.verdicts import judge
from harness.analysis.trials.blocks import BlockValues


def test_an_interval_that_would_say_nothing_is_not_given() -> None:
    """One block and a repeat in it leave one degree of freedom: the interval would reach beyond any number."""
    cells = ("a", "b", "c", "d")
    blocks = [
        BlockValues(0, cells, np.array([9.0, 9.1, 8.0, 7.0]), 0.0, 10),
        BlockValues(0, cells[:2], np.array([9.3, 9.0]), 0.0, 10),
    ]
    look = judge(blocks, [0], 0.03, frozenset(cells[:2]))
    assert look is not None
    assert look.fit.df == 1
    assert all(np.isnan(pair.half_width) for pair in look.pairs.values())
    assert {pair.verdict for pair in look.pairs.values()} == {"unresolved"}
    assert look.floor is None


def test_a_verdict_stands_with_the_faster_of_two_whoever_joins_later_and_whatever_they_do() -> None:
    """From the seventh block on "b" is the faster, and "a0" is there, which is sorted between all others."""
    dice = np.random.default_rng(5)
    early, late = {"a": 9.5, "b": 9.0, "r": 8.0}, {"a": 9.0, "a0": 9.7, "b": 9.5, "r": 8.0}
    blocks = []
    for number in range(13):
        speeds = early if number < 6 else late
        values = np.array(list(speeds.values())) + dice.normal(0, 0.01, len(speeds))
        blocks.append(BlockValues(number, tuple(speeds), values, 0.01, 10))
    before, after = (judge(blocks[:count], range(count), 0.03, frozenset("r")) for count in (6, 13))
    assert before is not None
    assert after is not None
    decided = {key: pair for key, pair in before.pairs.items() if pair.verdict == "better"}
    assert ("a", "b") in decided
    for key, pair in decided.items():
        assert after.pairs[key][:2] == pair[:2], "in the order in which it was decided"
        assert after.pairs[key][-2:] == pair[-2:]
    turned, rates = after.pairs["a", "b"], after.log_rates()
    assert turned.difference == pytest.approx(rates[turned.first] - rates[turned.second])
    assert set(after.pairs) == {("a", "a0"), ("a", "b"), ("a", "r"), ("a0", "b"), ("a0", "r"), ("b", "r")}
