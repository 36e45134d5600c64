"""The search for the highest rate a server holds: bisection that a hiccup of the machine cannot lead astray.

Pure: the tries so far decide the next one.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from harness.model.measured.latency import Probe

WIDTH: Final = 0.05
"""Of the ceiling: the bracket is narrowed to this."""

LEAST_TRIES: Final = 2
"""Of each end of the bracket; where they disagree a third decides."""

MOST_PROBES: Final = 16


def bracket(probes: Sequence[Probe]) -> tuple[float | None, float | None]:
    """(the highest rate that was held below every broken one, the lowest broken one), requests per second.

    A rate was held or broken as most of its probes say; where they are even it counts as neither.
    """
    votes = _votes(probes)
    broken = min((rate for rate, vote in votes.items() if vote < 0), default=None)
    held = max((rate for rate, vote in votes.items() if vote > 0 and (broken is None or rate < broken)), default=None)
    return held, broken


def next_rate(probes: Sequence[Probe], ceiling: float) -> float | None:
    """The rate to try next, at most `ceiling`; None when the bracket is narrow and both its ends have been seen twice.

    A rate about which probes disagree comes first, then the middle of the bracket, then its ends again.
    """
    if len(probes) >= MOST_PROBES:
        return None
    for rate, vote in _votes(probes).items():
        if vote == 0:
            return rate
    held, broken = bracket(probes)
    low, high = held or 0.0, broken or ceiling
    if high - low > WIDTH * ceiling:
        return (low + high) / 2
    tries = Counter(probe.offered_rate for probe in probes)
    return next((end for end in (high, low) if end > 0 and tries[end] < LEAST_TRIES), None)


def _votes(probes: Sequence[Probe]) -> dict[float, int]:
    """For each rate, how many more probes held it than broke it."""
    votes: dict[float, int] = {}
    for probe in probes:
        votes[probe.offered_rate] = votes.get(probe.offered_rate, 0) + (1 if probe.held else -1)
    return votes
