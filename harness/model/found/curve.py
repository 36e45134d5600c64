"""What the analysis concludes of one application over the values of one setting."""

from typing import Literal

from harness.model.asked.counting import Unit
from harness.model.found.ranking import CellCost, PairVerdict
from harness.model.record import Record

Axis = Literal["workers", "threads", "runtime_threads", "pool"]
"""Settings that are numbers."""


class CurvePoint(Record):
    """A cell at one value of the setting; `value` is None of a cell that has no such setting. `rps`: goodput, units per
    second, with its interval, None while there are too few blocks for one."""

    cell: str
    value: int | None
    rps: float
    rps_low: float | None
    rps_high: float | None
    cost: CellCost


class Curve(Record):
    """One application on one server in one scenario, over the values of `setting`, everything else being equal.

    `points`: two at least, by value; cells without a figure are left out. `beside`: cells of the same league that have
    no such setting, the fastest first. `best`: the fastest point's cell. `enough`: the cell of the least value that no
    larger one is called better than.
    Verdicts are those of the ranking, None where both are one cell: `gain` of the least value and the best one, `loss`
    of the best and the largest one, `other` of the best and the fastest cell beside. `cpu`: of the least and the
    largest value, requests per CPU second.
    """

    setting: Axis
    scenario: str
    unit: Unit = "requests"
    points: tuple[CurvePoint, ...]
    beside: tuple[CurvePoint, ...] = ()
    best: str
    enough: str
    gain: PairVerdict | None = None
    loss: PairVerdict | None = None
    other: PairVerdict | None = None
    cpu: PairVerdict | None = None
