"""What is said of a metric of two variants: "B is 3.2 % slower (2.1 to 4.3 %)"."""

from collections.abc import Mapping
from typing import Final

from harness.model.found.comparison import ChangeVerdict
from harness.model.found.variants import Metric, MetricChange

NAMES: Final[Mapping[Metric, str]] = {
    "throughput": "requests/s",
    "cpu": "CPU per request",
    "memory": "memory",
    "p99": "p99",
}
_SAYS: Final[Mapping[Metric, str]] = {
    "throughput": "is {by} {faster}",
    "cpu": "takes {by} {more} CPU per request",
    "memory": "takes {by} {more} memory",
    "p99": "has a {by} {longer} p99",
}
_UP: Final = {"faster": "faster", "more": "more", "longer": "longer"}
_DOWN: Final = {"faster": "slower", "more": "less", "longer": "shorter"}


def verdict_word(metric: Metric, verdict: ChangeVerdict) -> str:
    """Of B: faster or slower, less or more, shorter or longer; tied; unresolved."""
    if verdict in ("tied", "unresolved"):
        return verdict
    up = (verdict == "better") == (metric == "throughput")
    (word,) = (word for word in _UP if f"{{{word}}}" in _SAYS[metric])
    return (_UP if up else _DOWN)[word]


def in_words(change: MetricChange) -> str:
    """One line, without the scenario; it holds no text of others: why there is no figure is in `reason`."""
    if change.ratio is None:
        return f"{NAMES[change.metric]}: no figure"
    if change.void:
        return f"{NAMES[change.metric]}: nothing is claimed: A was called different from its own twin"
    if change.verdict == "tied":
        return f"A and B are tied in {NAMES[change.metric]} ({between(change)})"
    if change.verdict == "unresolved":
        return f"{NAMES[change.metric]}: unresolved ({between(change)}){_ahead(change)}"
    return f"B {_says(change.metric, change.ratio)}{_interval(change, change.ratio)}"


def _says(metric: Metric, ratio: float) -> str:
    return _SAYS[metric].format(by=f"{100 * abs(ratio - 1):.1f} %", **(_UP if ratio >= 1 else _DOWN))


def _interval(change: MetricChange, ratio: float) -> str:
    """(2.1 to 4.3 %): in the direction that the words have, the smaller first."""
    if change.low is None or change.high is None:
        return ""
    ends = (change.low - 1, change.high - 1) if ratio >= 1 else (1 - change.high, 1 - change.low)
    return f" ({100 * ends[0]:.1f} to {100 * ends[1]:.1f} %)"


def between(change: MetricChange) -> str:
    """The interval with signs: -0.8 to +1.1 %."""
    if change.low is None or change.high is None:
        return "no interval yet"
    return f"{signed(change.low)} to {signed(change.high)} %"


def signed(ratio: float) -> str:
    """A ratio as a change in percent, without the sign of percent: +2.1, -14.8, 0.0."""
    text = f"{100 * (ratio - 1):+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _ahead(change: MetricChange) -> str:
    if change.blocks_more is None:
        return ""
    return f"; about {change.blocks_more} more block{'' if change.blocks_more == 1 else 's'} would decide it"
