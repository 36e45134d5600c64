"""A claim put to the test, in words: for the terminal and for the page alike."""

from collections.abc import Iterator
from itertools import pairwise
from math import log
from typing import Final

from harness.model.asked.claim import ClaimedCell, ClaimedPair, ClaimVerdict, PublishedFigures, TierFinding
from harness.report.text import NOT_AVAILABLE, number, shorten, times, times_between
from harness.report.view.sections.effects import signed

SAID: Final[dict[ClaimVerdict, str]] = {
    "holds": "holds",
    "does-not-hold": "does not hold",
    "cannot-tell": "cannot tell",
}
TIER_TITLES: Final = {
    "controlled": "Controlled tier: the same data access for every Python application",
    "idiomatic": "Idiomatic tier: what each framework's own documentation recommends",
}
LEAST_DIFFERENCE: Final = 0.05
"""Of log(ratio): below it there is no difference worth a reason."""


def titles(tier: TierFinding) -> dict[str, str]:
    """What each subject is called."""
    return {cell.subject: cell.title for cell in tier.cells}


def pair_title(tier: TierFinding, pair: ClaimedPair) -> str:
    """FastAPI > Django."""
    names = titles(tier)
    return f"{names[pair.first]} > {names[pair.second]}"


def ratio_of(pair: ClaimedPair) -> str:
    return NOT_AVAILABLE if pair.ratio is None else times(pair.ratio)


def interval_of(pair: ClaimedPair) -> str:
    return "" if pair.low is None or pair.high is None else times_between(pair.low, pair.high)


def published_ratio(run: PublishedFigures, pair: ClaimedPair) -> str:
    """What the published figures make of the pair; they come without an interval."""
    return times(run.rps[pair.first] / run.rps[pair.second])


def why(tier: TierFinding) -> tuple[str, ...]:
    """What the campaign's costs say of the differences; empty where it has none."""
    return tuple(_why(tier))


def _why(tier: TierFinding) -> Iterator[str]:
    cpu = [f"{cell.title} {number(cell.server_cpu_us)} µs" for cell in tier.cells if cell.server_cpu_us is not None]
    if cpu:
        yield f"CPU time of the server a request: {', '.join(cpu)}."
    service = [f"{c.title} {number(c.service_cpu_us)} µs" for c in tier.cells if c.service_cpu_us is not None]
    if service:
        yield f"CPU time of the database a request: {', '.join(service)}."
    over = [_framework(cell) for cell in tier.cells if cell.framework_us is not None]
    if over:
        yield f"A request keeps a worker busy longer than with the bare callable on its server: {', '.join(over)}."
    of_pair = {(pair.first, pair.second): pair for pair in tier.pairs}
    for faster, slower in pairwise(tier.cells):
        reason = _explained(faster, slower, of_pair[faster.subject, slower.subject])
        if reason:
            yield reason


def _framework(cell: ClaimedCell) -> str:
    bounds = ""
    if cell.framework_us_low is not None and cell.framework_us_high is not None:
        bounds = f" ({signed(cell.framework_us_low)} to {signed(cell.framework_us_high)})"
    return f"{cell.title} {signed(cell.framework_us or 0.0)} µs{bounds}"


def _explained(faster: ClaimedCell, slower: ClaimedCell, pair: ClaimedPair) -> str:
    """How much of the difference in requests per second is CPU time of the server; empty where either is not known, or
    whether there is a difference is not known."""
    if pair.verdict == "cannot-tell" or pair.ratio is None or pair.cpu_ratio is None:
        return ""
    if abs(log(pair.ratio)) < LEAST_DIFFERENCE:
        return ""
    share = log(pair.cpu_ratio) / log(pair.ratio)
    if share <= 0:
        what = "so the CPU time of the server is not the reason"
    elif share < 0.8:
        what = "which is a part of the difference"
    else:
        what = "which is about all of the difference" if share <= 1.25 else "which is more than the difference"
    return (
        f"{faster.title} answers {times(pair.ratio)} the requests of {slower.title}, whose server takes "
        f"{times(pair.cpu_ratio)} the CPU time per request, {what}."
    )


def reason_of(text: str) -> str:
    return shorten(text, 300)
