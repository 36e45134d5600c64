"""Full-resolution histograms of times: counted in bulk, kept in HdrHistogram's V2 encoding, merged exactly.

Values are whole microseconds, exact up to 2,047 and to 3 significant figures (0.1 %) beyond.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

HIGHEST_US: Final = 3_600_000_000
SIGNIFICANT_FIGURES: Final = 3
HALF_MAGNITUDE: Final = 10
"""log2 of half the sub-buckets that 3 significant figures take: 2 x 10^3 rounded up to 2^11."""
HALF: Final = 1 << HALF_MAGNITUDE
BUCKETS: Final = HIGHEST_US.bit_length() - HALF_MAGNITUDE
COUNTS: Final = (BUCKETS + 1) * HALF


def empty() -> HdrHistogram:
    return HdrHistogram(1, HIGHEST_US, SIGNIFICANT_FIGURES)


def indices(microseconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where HdrHistogram counts each value (Tene's CountsArrayIndex, for a lowest value of 1)."""
    buckets = np.frexp((microseconds | (2 * HALF - 1)).astype(np.float64))[1].astype(np.int64) - (HALF_MAGNITUDE + 1)
    return ((buckets + 1) << HALF_MAGNITUDE) + (microseconds >> buckets) - HALF


class Times:
    """Counts of times in seconds, with their exact sum and maximum."""

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] = np.zeros(COUNTS, dtype=np.int64)
        self.count = 0
        self.sum_s = 0.0
        self.max_s = 0.0

    def add(self, seconds: NDArray[np.float64]) -> None:
        """Count every value of an array."""
        if not len(seconds):
            return
        microseconds = np.clip(np.rint(seconds * 1e6), 0, HIGHEST_US).astype(np.int64)
        self._counts += np.bincount(indices(microseconds), minlength=COUNTS)
        self.count += len(seconds)
        self.sum_s += float(seconds.sum())
        self.max_s = max(self.max_s, float(np.max(seconds)))

    @property
    def mean_s(self) -> float | None:
        return self.sum_s / self.count if self.count else None

    def encoded(self) -> str | None:
        """HdrHistogram V2, compressed, base64; None when nothing was counted."""
        return encoded(self._counts) if self.count else None


def encoded(counts: NDArray[np.int64]) -> str:
    """HdrHistogram V2 encoding of counts by index."""
    histogram = empty()
    counters(histogram)[:COUNTS] = counts
    used = np.flatnonzero(counts)
    histogram.set_internal_tacking_values(int(used[0]), int(used[-1]), int(counts.sum()))
    return str(histogram.encode().decode("ascii"))


def decoded(histogram: str) -> HdrHistogram:
    return HdrHistogram.decode(histogram)


def merged(histograms: Iterable[str | None]) -> str | None:
    """The sum of encoded histograms, count for count; None when there is none among them."""
    total: HdrHistogram | None = None
    for histogram in histograms:
        if histogram is not None:
            total = total or empty()
            total.decode_and_add(histogram)
    return None if total is None else str(total.encode().decode("ascii"))


def counters(histogram: Any) -> NDArray[np.uint64]:
    """The histogram's own counters, as an array."""
    return np.frombuffer(histogram.counts, dtype=np.uint64)


def percentile_s(histogram: str, percent: float) -> float:
    """The time in seconds below or at which `percent` of the values lie."""
    return float(decoded(histogram).get_value_at_percentile(percent)) / 1e6


def recorded_us(histogram: str) -> Iterable[tuple[int, int]]:
    """Each value that occurred (the lowest of its bucket, in microseconds) and how often."""
    counts = counters(decoded(histogram))
    used = np.flatnonzero(counts)
    buckets = np.maximum((used >> HALF_MAGNITUDE) - 1, 0)
    values = np.where(used < HALF, used, (used & (HALF - 1)) + HALF) << buckets
    return zip(values.tolist(), counts[used].tolist(), strict=True)
