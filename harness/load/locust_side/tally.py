"""Locust's own statistics, kept truthful by one bulk merge a slice.

An event a request, Locust's way, would cost a third of the rate.
"""

import time

from locust.stats import RequestStats, StatsEntry, StatsError

from harness.load.histogram import recorded_us
from harness.model.measured.load import SliceRecord


def merge_into(stats: RequestStats, record: SliceRecord, name: str | None = None) -> None:
    """Add a slice to Locust's total and to the entry of its scenario and `name` (its cell and level, when not given).

    As Locust has it, failures are requests too.
    """
    seen = entry_of(stats, record, name or f"{record.target} {record.level.label}")
    if not seen.num_requests:
        return
    for entry in (stats.total, stats.get(seen.name, seen.method)):
        entry.extend(seen)
    for kind, count in record.errors.items():
        key = StatsError.create_key(seen.method, seen.name, kind)
        stats.errors.setdefault(key, StatsError(seen.method, seen.name, kind)).occurrences += count


def entry_of(stats: RequestStats, record: SliceRecord, name: str) -> StatsEntry:
    """The slice as Locust would have counted it: whole milliseconds, all of it in the second now."""
    now = time.time()
    failures = sum(record.errors.values())
    entry = StatsEntry(stats, name, record.scenario)
    if record.histogram is not None:
        for time_us, count in recorded_us(record.histogram):
            entry.response_times[round(time_us / 1000)] += count
        entry.min_response_time, entry.max_response_time = min(entry.response_times), max(entry.response_times)
    answered = sum(entry.response_times.values())
    entry.total_response_time = round((record.latency_mean_s or 0.0) * 1000 * answered)
    entry.total_content_length = record.body_bytes
    entry.num_requests, entry.num_none_requests, entry.num_failures = answered + failures, failures, failures
    entry.num_reqs_per_sec[int(now)], entry.num_fail_per_sec[int(now)] = answered + failures, failures
    entry.last_request_timestamp = now
    return entry
