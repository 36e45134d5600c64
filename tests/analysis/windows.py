"""Latency windows and searches made up from known times."""

from collections.abc import Sequence

import numpy as np

from harness.load.histogram import Times
from harness.model.measured.latency import CapacitySearch, Criterion, LatencyWindow, Probe
from tests.analysis.campaigns import LEVEL


def histogram(seconds: Sequence[float]) -> str | None:
    times = Times()
    times.add(np.asarray(seconds, dtype=np.float64))
    return times.encoded()


def window(cell: str, block: int, seconds: Sequence[float], **changes: object) -> LatencyWindow:
    """`seconds`: the response times; as many requests were due, unless told otherwise."""
    values: dict[str, object] = {
        "cell": cell,
        "block": block,
        "scenario": "json",
        "level": LEVEL,
        "share": 0.5,
        "capacity_before": 2000.0,
        "capacity_after": 2100.0,
        "offered_rate": 1000.0,
        "started_at": float(block),
        "duration_s": len(seconds) / 1000,
        "offered": len(seconds),
        "completions": len(seconds),
        "histogram": histogram(seconds),
        "service_histogram": histogram(np.asarray(seconds) / 2),
        "mean_s": float(np.mean(seconds)) if len(seconds) else None,
        "max_s": float(np.max(seconds)) if len(seconds) else None,
    }
    return LatencyWindow.model_validate(values | changes)


def probe(rate: float, broke: Sequence[str] = ()) -> Probe:
    return Probe(
        offered_rate=rate, duration_s=2.0, offered=int(2 * rate), completions=int(2 * rate), broke=tuple(broke)
    )


def search(cell: str, block: int, highest: float | None, broken: float | None, **changes: object) -> CapacitySearch:
    values: dict[str, object] = {
        "cell": cell,
        "block": block,
        "scenario": "json",
        "level": LEVEL,
        "criterion": Criterion(p99_s=0.05),
        "ceiling": 2000.0,
        "highest": highest,
        "broken": broken,
        "probes": tuple(probe(rate) for rate in (highest, broken) if rate),
    }
    return CapacitySearch.model_validate(values | changes)
