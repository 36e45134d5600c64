"""What threads cost: CPU and context switches per request with few of them and with many."""

from harness.analysis.statements.seen import Seen, oriented
from harness.model.asked.claim import ClaimVerdict
from harness.model.asked.statement import ThreadsAsked
from harness.model.found.ranking import CellCost, CpuRanking, RankedCell
from harness.model.found.statements import ThreadsPart


def threads_part(asked: ThreadsAsked, seen: Seen) -> ThreadsPart:
    """The ratio is that of the campaign's ranking by CPU per request, with its simultaneous interval."""
    part = ThreadsPart(verdict="cannot-tell", scenario=asked.scenario)
    few = seen.first(asked.app, asked.scenario, lambda cell: cell.threads == asked.fewest)
    many = seen.first(asked.app, asked.scenario, lambda cell: cell.threads == asked.most)
    if few is None or many is None:
        needed = f"{seen.title(asked.app)} with {asked.fewest} and with {asked.most} threads"
        return part.model_copy(update={"reason": f"{needed} was not measured in {asked.scenario}"})
    ratio, low, high = _cpu_ratio(seen, asked.scenario, few, many)
    verdict = _answer(low, high, asked.at_least)
    return part.model_copy(
        update={
            "verdict": verdict,
            "reason": _why_not(ratio, low) if verdict == "cannot-tell" else "",
            "few": few.cell,
            "many": many.cell,
            "few_threads": asked.fewest,
            "many_threads": asked.most,
            "few_cpu_us": few.cost.server_cpu_us,
            "many_cpu_us": many.cost.server_cpu_us,
            "few_switches": _switches(few.cost),
            "many_switches": _switches(many.cost),
            "ratio": ratio,
            "low": low,
            "high": high,
        }
    )


def _switches(cost: CellCost) -> float | None:
    """Context switches of both kinds for one request."""
    known = cost.voluntary_switches is not None and cost.involuntary_switches is not None
    return (cost.voluntary_switches or 0.0) + (cost.involuntary_switches or 0.0) if known else None


def _cpu_ratio(
    seen: Seen, scenario: str, few: RankedCell, many: RankedCell
) -> tuple[float | None, float | None, float | None]:
    """CPU per request of `many` over `few`. A pair's ratio is that of requests per CPU second: turned round, it is the
    other cell's CPU over the first one's."""
    found = seen.ranked(scenario)
    cpu: CpuRanking | None = found.cpu if found else None
    pairs = cpu.pairs if cpu else ()
    pair = next((one for one in pairs if {one.first, one.second} == {few.cell, many.cell}), None)
    return (None, None, None) if pair is None else oriented(pair, few.cell)


def _answer(low: float | None, high: float | None, at_least: float) -> ClaimVerdict:
    if low is None or high is None:
        return "cannot-tell"
    if low >= at_least:
        return "holds"
    return "does-not-hold" if high < at_least else "cannot-tell"


def _why_not(ratio: float | None, low: float | None) -> str:
    if ratio is None:
        return "the system does not report the CPU time of both"
    return "too few blocks for an interval" if low is None else "the interval includes both answers"
