"""One record from those of several load hosts that drove the same slice together."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from harness.load.histogram import decoded, merged
from harness.model.measured.load import ErrorKind, Slice, SliceRecord


def merged_record(slice_: Slice, parts: Sequence[SliceRecord], marks: Iterable[str] = ()) -> SliceRecord:
    """Counts are sums, histograms are merged count for count.

    The duration is the one at which the sum of completions gives the sum of the hosts' rates, since each measured its
    own stretch.
    """
    completions = sum(part.completions for part in parts)
    rate = sum(part.rate for part in parts)
    errors: Counter[ErrorKind] = Counter()
    for part in parts:
        errors.update(part.errors)
    return SliceRecord(
        rotation=slice_.rotation,
        target=slice_.target,
        scenario=slice_.scenario,
        level=slice_.level,
        counted=slice_.counted,
        started_at=min((part.started_at for part in parts), default=time.time()),
        duration_s=completions / rate if rate else max((part.duration_s for part in parts), default=0.0),
        completions=completions,
        answered=sum(part.answered for part in parts),
        unaudited=sum(part.unaudited for part in parts),
        errors=dict(errors),
        bytes_received=sum(part.bytes_received for part in parts),
        body_bytes=sum(part.body_bytes for part in parts),
        reconnects=sum(part.reconnects for part in parts),
        generator_cpu_s=sum(part.generator_cpu_s for part in parts),
        generator_busy_s=known_sum(part.generator_busy_s for part in parts),
        ready_s=max((part.ready_s for part in parts if part.ready_s is not None), default=None),
        wall_s=max((part.wall_s for part in parts), default=0.0),
        latency_mean_s=mean_latency(parts),
        latency_max_s=max((p.latency_max_s for p in parts if p.latency_max_s is not None), default=None),
        histogram=merged(part.histogram for part in parts),
        first_histogram=merged(part.first_histogram for part in parts),
        service_histogram=merged(part.service_histogram for part in parts),
        lateness_histogram=merged(part.lateness_histogram for part in parts),
        offered=known_sum(part.offered for part in parts),
        backlog=known_sum(part.backlog for part in parts),
        marks=tuple(sorted({*marks, *(mark for part in parts for mark in part.marks)})),
    )


Number = TypeVar("Number", int, float)

LONGEST_HISTOGRAM: Final = 256 * 1024
"""Of its encoding; the engine's have some thousand characters."""


def fault_of_part(slice_: Slice, part: SliceRecord) -> str | None:
    """Why the record of a host cannot be one of this slice; None where it can."""
    asked = (slice_.rotation, slice_.target, slice_.scenario, slice_.level)
    if (part.rotation, part.target, part.scenario, part.level) != asked:
        return f"a record of another slice: {part.target} {part.scenario} in rotation {part.rotation}"
    numbers = [value for value in part.model_dump().values() if isinstance(value, int | float)]
    if any(not math.isfinite(number) or number < 0 for number in (*numbers, *part.errors.values())):
        return "a record with a number that cannot be"
    for histogram in (part.histogram, part.first_histogram, part.service_histogram, part.lateness_histogram):
        if histogram is not None and not decodable(histogram):
            return "a record with a histogram that cannot be read"
    return None


def decodable(histogram: str) -> bool:
    try:
        return len(histogram) <= LONGEST_HISTOGRAM and decoded(histogram) is not None
    except Exception:  # noqa: BLE001  the library raises whatever zlib, base64 and struct do
        return False


def mean_latency(parts: Sequence[SliceRecord]) -> float | None:
    """Weighted by what each host timed: completions (closed model) or what fell due (open model)."""
    timed = [(part.latency_mean_s, timed_count(part)) for part in parts if part.latency_mean_s is not None]
    count = sum(weight for _, weight in timed)
    return sum(mean * weight for mean, weight in timed) / count if count else None


def timed_count(part: SliceRecord) -> int:
    return part.completions if part.offered is None else max(1, part.offered)


def known_sum(values: Iterable[Number | None]) -> Number | None:
    """None where nothing is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
