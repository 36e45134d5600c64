"""Bars with a whisker for their interval, as shares of the longest one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares of the longest bar, in percent of its length. The whisker begins at `low` and is `span` long."""

    width: str
    low: str | None = None
    span: str | None = None


def bar(value: float, low: float | None, high: float | None, longest: float) -> Bar:
    """Without a whisker where the interval is not known, or is none."""
    if low is None or high is None or low == high:
        return Bar(length(value, longest))
    return Bar(length(value, longest), length(low, longest), length(high - low, longest))


def length(value: float, longest: float) -> str:
    """In percent of the longest."""
    return f"{100 * value / longest:.2f}%"
