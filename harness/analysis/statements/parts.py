"""The parts of a difference between two applications: interface, server and driver, and the frameworks."""

from typing import NamedTuple

from harness.analysis.statements.seen import Seen, oriented
from harness.model.asked.claim import ClaimVerdict
from harness.model.asked.statement import PartsAsked
from harness.model.found.ranking import Effect, RankedCell
from harness.model.found.statements import PartsPart


class Share(NamedTuple):
    """Microseconds with an interval; None where there is none."""

    us: float
    low: float | None
    high: float | None


def parts_part(asked: PartsAsked, seen: Seen) -> PartsPart:
    """Microseconds are those of the campaign's effects: the bare callables' difference, and that of what the frameworks
    add to them. The interval of the first is the pair's, which holds for all pairs together; that of the second is as
    wide as both effects' intervals allow."""
    part = PartsPart(verdict="cannot-tell", scenario=asked.scenario)
    faster, slower = (seen.first(app, asked.scenario) for app in (asked.faster, asked.slower))
    if faster is None or slower is None:
        lacking = asked.faster if faster is None else asked.slower
        return part.model_copy(update={"reason": seen.lacks(lacking, asked.scenario)})
    pair = seen.pair(asked.scenario, faster.cell, slower.cell)
    if pair is None:
        return part.model_copy(update={"reason": "the two were not compared"})
    ratio, low, high = oriented(pair, faster.cell)
    part = part.model_copy(
        update={"faster": faster.cell, "slower": slower.cell, "ratio": ratio, "low": low, "high": high}
    )
    if pair.verdict != "better":
        return part.model_copy(update={"reason": "the two are not distinguished"})
    return _told_apart(part, seen, faster, slower, ahead=pair.first == faster.cell)


def _told_apart(part: PartsPart, seen: Seen, faster: RankedCell, slower: RankedCell, *, ahead: bool) -> PartsPart:
    scenario = part.scenario or ""
    fast, slow = (seen.framework(scenario, cell) for cell in (faster.cell, slower.cell))
    interface = _interface(seen, scenario, fast, slow)
    if fast is None or slow is None or interface is None:
        verdict: ClaimVerdict = "cannot-tell" if ahead else "does-not-hold"
        reason = "no bare callable was measured on the server of each" if ahead else ""
        return part.model_copy(update={"verdict": verdict, "reason": reason})
    framework = _frameworks(fast, slow)
    verdict = _answer(interface, framework) if ahead else "does-not-hold"
    return part.model_copy(
        update={
            "verdict": verdict,
            "reason": "the intervals of the two parts overlap" if verdict == "cannot-tell" else "",
            "interface_us": interface.us,
            "interface_low": interface.low,
            "interface_high": interface.high,
            "framework_us": framework.us,
            "framework_low": framework.low,
            "framework_high": framework.high,
        }
    )


def _interface(seen: Seen, scenario: str, fast: Effect | None, slow: Effect | None) -> Share | None:
    """How much longer the bare callable of the slower one takes."""
    if fast is None or slow is None:
        return None
    if fast.base == slow.base:
        return Share(0.0, 0.0, 0.0)
    pair = seen.pair(scenario, fast.base, slow.base)
    if pair is None:
        return None
    _, low, high = oriented(pair, fast.base)
    bare = fast.base_microseconds
    return Share(
        slow.base_microseconds - bare,
        None if low is None else bare * (low - 1),
        None if high is None else bare * (high - 1),
    )


def _frameworks(fast: Effect, slow: Effect) -> Share:
    known = None not in (fast.low, fast.high, slow.low, slow.high)
    return Share(
        slow.microseconds - fast.microseconds,
        (slow.low or 0.0) - (fast.high or 0.0) if known else None,
        (slow.high or 0.0) - (fast.low or 0.0) if known else None,
    )


def _answer(interface: Share, framework: Share) -> ClaimVerdict:
    """Holds where the interface's part is surely the larger, and does not where it is surely the smaller."""
    if interface.low is None or interface.high is None or framework.low is None or framework.high is None:
        return "cannot-tell"
    if interface.low > framework.high:
        return "holds"
    return "does-not-hold" if interface.high < framework.low else "cannot-tell"
