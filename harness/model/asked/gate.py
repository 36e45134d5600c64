"""What two variants are compared in, and what a gate on them may be asked."""

from typing import Literal

from harness.model.record import Record

Metric = Literal["throughput", "cpu", "memory", "p99"]
"""Requests per second; CPU time of the server per request; proportional memory of its processes under load; the 99th
percentile of response times at the fixed rate."""


class Threshold(Record):
    """By how much a metric may change: `share` of 1, below 0 for throughput, above 0 for all others."""

    metric: Metric
    share: float

    @property
    def text(self) -> str:
        """As it was asked for: throughput:-5%."""
        return f"{self.metric}:{100 * self.share:+g}%"


class FailOn(Record):
    """What --fail-on asks for. `regression`: anything that is called worse."""

    thresholds: tuple[Threshold, ...] = ()
    regression: bool = False
