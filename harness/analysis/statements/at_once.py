"""How many requests wait at the same time on one worker with one thread."""

from typing import Final

from harness.analysis.statements.seen import Seen
from harness.model.asked.cell import Cell
from harness.model.asked.claim import ClaimVerdict
from harness.model.asked.statement import AtOnceAsked
from harness.model.found.statements import AtOncePart, Then

TWO: Final = 2.0
"""Fewer than two at once is one by one: a single one waiting all the time, and the time between two of them."""


def at_once_part(asked: AtOnceAsked, seen: Seen) -> AtOncePart:
    """The answer of today, and of a version of that time where the statement names one."""
    part = _part(asked, seen)
    if asked.then_app is None:
        return part
    past = _part(asked.model_copy(update={"app": asked.then_app}), seen)
    tried = Then(verdict=past.verdict, rests_on="tried", of=seen.version_of(past.cell) or asked.then_app)
    return part.model_copy(update={"then": tried})


def _part(asked: AtOnceAsked, seen: Seen) -> AtOncePart:
    """By Little's law (1961) the mean number that waits is requests per second x the time each of them waits."""
    part = AtOncePart(verdict="cannot-tell", scenario=asked.scenario, says=asked.says)

    def alone(cell: Cell) -> bool:
        return cell.server == asked.server and cell.workers == 1 and _has_one_thread(seen, cell)

    row = seen.first(asked.app, asked.scenario, alone)
    found = seen.ranked(asked.scenario)
    if row is None or found is None:
        return part.model_copy(update={"reason": seen.lacks(asked.app, asked.scenario)})
    wait_s = asked.wait_ms / 1000
    low, high = (None if bound is None else bound * wait_s for bound in (row.rps_low, row.rps_high))
    verdict = _answer(low, high, asked.says == "together")
    return part.model_copy(
        update={
            "verdict": verdict,
            "reason": "too few blocks for an interval, or the interval includes both"
            if verdict == "cannot-tell"
            else "",
            "cell": row.cell,
            "connections": found.level.connections,
            "rps": row.rps,
            "at_once": row.rps * wait_s,
            "low": low,
            "high": high,
        }
    )


def _has_one_thread(seen: Seen, cell: Cell) -> bool:
    """A WSGI server has several threads unless it was given one; an event loop is one thread."""
    loop = cell.threads is None and seen.record.interfaces.get(cell.server) not in (None, "wsgi")
    return loop or cell.threads == 1


def _answer(low: float | None, high: float | None, together: bool) -> ClaimVerdict:
    if low is None or high is None or low < TWO <= high:
        return "cannot-tell"
    return "holds" if (low >= TWO) == together else "does-not-hold"
