"""What a reader must know before the answer."""

from dataclasses import dataclass
from typing import Final

from harness.report.text import listing, shorten, some
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class Flag:
    """Why the page is not the last word, at its very top."""

    word: str
    says: str


MOST_FAILED: Final = 4
"""Configurations that failed and are named; the others are counted, and each has its reason where it is listed."""
SLEEPS: Final = (
    "The load generator slept between answers, and the servers paid for waking it: ratios to a fast one came out too"
    " low, by up to 15%."
)


def flags(source: Source) -> tuple[Flag, ...]:
    """What a reader must know before the answer."""
    record, found = source.record, source.ranking.scenarios
    seen = [
        shorten(item.title, 80)
        for item in record.plan.scenarios
        if item.id in found and found[item.id].estimate and (found[item.id].rows or item.id not in source.explanations)
    ]
    failed = {failure.cell: source.name(failure.cell).label for failure in record.failures}
    flags = (
        ("estimate", seen and f"The order is only the one seen, not one that was inferred: {listing(seen)}."),
        ("failed", failed and f"Failed, and so without a figure: {listing(some(list(failed.values()), MOST_FAILED))}."),
        ("generator slept", not record.plan.spins and SLEEPS),
        ("interrupted", record.state == "interrupted" and "What was measured up to then is shown; it can be resumed."),
        ("running", record.state == "running" and "The campaign had not ended when this page was written."),
    )
    return tuple(Flag(word, says) for word, says in flags if says)
