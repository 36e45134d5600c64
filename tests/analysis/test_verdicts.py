"""What a look at a campaign's blocks concludes where they are few."""

import numpy as np

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
