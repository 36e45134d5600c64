"""What the analysis concludes of two variants of one application that took turns in one campaign."""

from collections.abc import Iterator
from typing import Literal

from harness.model.asked.counting import Unit
from harness.model.asked.gate import Metric
from harness.model.asked.request import Level
from harness.model.found.comparison import ChangeVerdict
from harness.model.notice import Notice
from harness.model.record import Record


class Variant(Record):
    """One of the two: the id of its cell, and its name for a reader."""

    cell: str
    name: str


class MetricChange(Record):
    """One metric of one scenario in both variants.

    `a`, `b`: geometric means over blocks, in `unit` per second, seconds of CPU, bytes, or seconds. `ratio`: `b` over
    `a`, paired inside blocks, so not always the quotient of the two. `low`..`high`: its interval, which holds together
    with those of all metrics and scenarios, at whatever block the campaign ends; None while there are too few blocks.

    `verdict`: of B against A. More requests per second are better; less of every other metric is. `decided_at`: blocks
    when it was given; it stands from there. `blocks_more`: about how many blocks of the campaign more would decide it;
    None where it is decided, out of reach or not known.
    `floor`: A seems to differ from its own twin by this share of 1, and smaller differences are not called; None where
    the twin has no figure. `void`: A was called different from its own twin; then nothing is claimed.
    `reason`: why there is no figure.
    """

    metric: Metric
    unit: Unit = "requests"
    verdict: ChangeVerdict = "unresolved"
    a: float | None = None
    b: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    blocks: int = 0
    decided_at: int | None = None
    blocks_more: int | None = None
    floor: float | None = None
    void: bool = False
    reason: str = ""


class ScenarioVariants(Record):
    """One scenario at its ranking level; `metrics` in the order of `Metric`, those that this machine or campaign does
    not record left out."""

    scenario: str
    title: str
    level: Level
    metrics: tuple[MetricChange, ...]


class VariantComparison(Record):
    """B against A. `delta`: the difference that matters, as a share of 1. `confidence`: of all intervals together.
    `blocks`: completed blocks of the campaign."""

    schema_version: Literal[1] = 1
    campaign: str
    a: Variant
    b: Variant
    delta: float
    confidence: float
    blocks: int
    scenarios: tuple[ScenarioVariants, ...]
    notices: tuple[Notice, ...] = ()

    def changes(self) -> Iterator[tuple[ScenarioVariants, MetricChange]]:
        """Every metric of every scenario, with its scenario."""
        return ((scenario, change) for scenario in self.scenarios for change in scenario.metrics)
