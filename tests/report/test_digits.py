"""How many digits are written."""

import pytest

from harness.report.digits import significant


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (21988.167678245587, 21988.2),
        (0.0029989935663432515, 0.00299899),
        (1_795_332_660.25, 1_795_332_660.0),
        (-1.00000049, -1.0),
        (0.0, 0.0),
        (float("inf"), float("inf")),
    ],
)
def test_six_digits_count_and_all_before_the_point_are_kept(value: float, written: float) -> None:
    assert significant(value) == written
