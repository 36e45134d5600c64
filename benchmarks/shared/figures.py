"""A figure: what a program of this folder ends with."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A value and its interval. `name` holds no blanks; its last words are the unit where it has one."""

    name: str
    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if " " in self.name or not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"not a figure: {self!r}")

    def __str__(self) -> str:
        return f"figure {self.name} {self.value:.5g} {self.low:.5g} {self.high:.5g}"


@dataclass(frozen=True)
class Outcome:
    """What a program found, and every bound it missed, in words."""

    figures: Sequence[Figure]
    missed: Sequence[str] = ()


def of_runs(name: str, values: Sequence[float]) -> Figure:
    """The median of repeated runs, from the smallest to the largest of them.

    That range holds the true median with probability 1 - 2^(1 - n): 97 % for six runs (the sign test's interval).
    """
    return Figure(name, statistics.median(values), min(values), max(values))


def exact(name: str, value: float) -> Figure:
    """A figure that was counted, not estimated."""
    return Figure(name, value, value, value)


def slug(text: str) -> str:
    """Part of a figure's name."""
    return text.replace("-", "_").replace(".", "_")
