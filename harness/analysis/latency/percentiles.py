"""Percentiles of recorded times, over everything that was due and not only over what was answered."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from hdrh.histogram import HdrHistogram

from harness.stats.arrays import Ints

SHARES: Final = (0.5, 0.9, 0.95, 0.99, 0.999)
MIN_BEYOND: Final = 30
"""Requests that must lie beyond a percentile before it is shown: their count then varies by less than a fifth."""


_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Times:
    """The times in a histogram: its buckets that hold any, from the shortest, and how many times lie in each or before.

    A time is given as the highest of its bucket: at most 0.1 % too long, never too short.
    """

    histogram: HdrHistogram | None
    buckets: Ints
    upto: Ints

    @property
    def count(self) -> int:
        return int(self.upto[-1]) if len(self.upto) else 0

    def at(self, rank: int) -> float:
        """Seconds of the time with this rank, counted from 1 for the shortest."""
        assert self.histogram is not None, "a rank has been counted"
        lowest = self.histogram.get_value_from_index(int(self.buckets[np.searchsorted(self.upto, rank)]))
        return float(self.histogram.get_highest_equivalent_value(lowest)) / 1e6


def times_of(histogram: str | None) -> Times:
    """The times in an encoded histogram (HdrHistogram V2, microseconds)."""
    if histogram is None:
        return Times(None, np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    decoded = HdrHistogram.decode(histogram)
    counts = np.frombuffer(decoded.counts, dtype=np.uint64).astype(np.int64)
    used = np.flatnonzero(counts)
    return Times(decoded, used, np.cumsum(counts[used]))


def time_within(times: Times, due: int, share: float) -> float | None:
    """Seconds within which `share` of the `due` requests were answered rightly; None where fewer than that were.

    What was never answered is later than anything: leaving it out would make a server the better for dropping it.
    """
    rank = max(1, math.ceil(round(share * due, 6)))
    return times.at(rank) if rank <= times.count else None


def bounds_of(times: Times, due: int, share: float) -> tuple[float, float | None]:
    """The 95 % interval of `time_within`, where it is a time: between the times of two ranks around its own, whatever
    the times are like (David & Nagaraja, Order Statistics, 7.1). The upper one is None where it lies among requests
    that were never answered. It takes requests for independent: where they wait for each other it is too narrow.
    """
    rank, spread = share * due, _Z * math.sqrt(due * share * (1 - share))
    low, high = max(1, math.floor(rank - spread)), min(due, math.ceil(rank + spread) + 1)
    return times.at(low), times.at(high) if high <= times.count else None


def takes(share: float) -> int:
    """How many requests a percentile takes before it is shown: the least n with n(1 - share) >= MIN_BEYOND."""
    return math.ceil(round(MIN_BEYOND / (1 - share), 6))
