"""Two variants in words: what B is beside A, metric by metric; for the terminal and the page alike."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from harness.model.asked.diff import Diff, Side
from harness.model.asked.gate import Metric
from harness.model.found.variants import MetricChange, ScenarioVariants, VariantComparison
from harness.model.measured.campaign import CampaignRecord, measuring_s
from harness.report.text import count, duration, listing, number, per_second, shorten, times

_TITLES: Final[dict[Metric, str]] = {
    "cpu": "CPU time per request",
    "memory": "memory under load",
    "p99": "p99 of response times",
}
_UNITS: Final[dict[Metric, tuple[float, str]]] = {
    "throughput": (1.0, ""),
    "cpu": (1e6, " µs"),
    "memory": (1 / 2**20, " MiB"),
    "p99": (1e3, " ms"),
}
_WORDS: Final[dict[Metric, tuple[str, str]]] = {
    "throughput": ("faster", "slower"),
    "cpu": ("less", "more"),
    "memory": ("less", "more"),
    "p99": ("shorter", "longer"),
}
"""What better and worse are called."""
MOST_PACKAGES: Final = 12
MANY_TIMES: Final = 10.0
HARDLY_KNOWN: Final = 100.0
"""An undecided interval whose ends are so many times apart says nothing."""


class Difference(NamedTuple):
    """A package whose version differs; "none" where a side has it not."""

    package: str
    a: str
    b: str


def titled(change: MetricChange) -> str:
    """What the metric is called."""
    return per_second(change.unit) if change.metric == "throughput" else _TITLES[change.metric]


def called(letter: str, side: Side) -> str:
    """A (starlette 0.50.0)."""
    return f"{letter} ({shorten(side.name, 80)})"


def headline(diff: Diff, found: VariantComparison) -> str:
    """The one sentence: throughput, or what else is decided where that is not."""
    a, b = called("A", diff.a), called("B", diff.b)
    if diff.same:
        a, b = "A", "B"
    by_scenario = {one.title: change for one in found.scenarios for change in one.metrics[:1]}
    decided = {title: change for title, change in by_scenario.items() if change.verdict in {"better", "worse"}}
    many = len(by_scenario) > 1
    if decided:
        said = [_against(change) + (f" in {shorten(title, 40)}" if many else "") for title, change in decided.items()]
        rest = "; in the rest no difference is called" if len(decided) < len(by_scenario) else ""
        return f"{b} is {listing(said)} than {a}{rest}"
    cpu = [one for _, one in found.changes() if one.metric == "cpu" and one.verdict in {"better", "worse"}]
    tied = bool(by_scenario) and all(change.verdict == "tied" for change in by_scenario.values())
    start = (
        f"{b} is as fast as {a}, to within {_percent(found.delta)}"
        if tied
        else f"Whether {b} is faster or slower than {a} is undecided"
    )
    return start + (f", and takes {_against(cpu[0])} CPU time per request" if len(cpu) == 1 else "")


def _against(change: MetricChange) -> str:
    """2.1 % slower."""
    better, worse = _WORDS[change.metric]
    size = abs((change.ratio or 1.0) - 1)
    return f"{_percent(size)} {better if change.verdict == 'better' else worse}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 else f"{100 * share:.2g} %"


def verdict(change: MetricChange) -> str:
    """faster, slower, less, more, shorter, longer, tied, undecided, void, n/a: of B beside A."""
    if change.reason:
        return "n/a"
    if change.void:
        return "void"
    better, worse = _WORDS[change.metric]
    return {"better": better, "worse": worse, "tied": "tied", "unresolved": "undecided"}[change.verdict]


def value(metric: Metric, figure: float | None) -> str:
    """With its unit; n/a where there is none."""
    factor, unit = _UNITS[metric]
    return "n/a" if figure is None else f"{number(figure * factor)}{unit}"


def changed(change: MetricChange) -> str:
    """B against A as a change: -2.1 %. None without an interval: one block may be far off."""
    return "n/a" if change.ratio is None or change.low is None else _signed(change.ratio)


def between(change: MetricChange) -> str:
    """The interval of the change: -3.0 % to -1.2 %."""
    if change.low is None or change.high is None:
        return "n/a"
    if change.verdict == "unresolved" and change.high > HARDLY_KNOWN * change.low:
        return "hardly known"
    return f"{_signed(change.low)} to {_signed(change.high)}"


def _signed(ratio: float) -> str:
    """A change as a share; as a factor where a share is hard to read."""
    return times(ratio) if ratio >= MANY_TIMES else f"{100 * (ratio - 1):+.1f} %"


def longer(change: MetricChange, block_s: float | None) -> str:
    """How much more measuring would decide it; why there is no figure; empty where it is decided."""
    if change.reason:
        return shorten(change.reason, 120)
    if change.void:
        return "A was called different from its own twin"
    if change.verdict != "unresolved":
        return ""
    if change.blocks_more is None:
        return "out of reach, or not known yet"
    time = f", {duration(change.blocks_more * block_s)}" if block_s else ""
    return f"about {count(change.blocks_more, 'block')} more{time}"


def block_s(record: CampaignRecord) -> float | None:
    """Seconds that a block took on average; None before the first."""
    blocks = len(record.completed_blocks)
    return measuring_s(record.phases_s) / blocks if blocks else None


def sentences(scenario: ScenarioVariants, block: float | None) -> Iterator[str]:
    """A sentence for each metric: B against A."""
    for change in scenario.metrics:
        named, said = titled(change), verdict(change)
        if said in {"n/a", "void"}:
            yield f"{named}: {said} ({longer(change, block)})"
        elif said == "undecided":
            yield f"{named}: undecided, {between(change)}; {longer(change, block)}"
        elif said == "tied":
            yield f"{named}: tied ({between(change)})"
        else:
            yield f"{named}: {_against(change)} ({between(change)})"


def packages_that_differ(record: CampaignRecord) -> tuple[Difference, ...]:
    """As the live processes of both sides had them; none where one was never seen."""
    if record.diff is None:
        return ()
    first, second = (_packages(record, side.app) for side in (record.diff.a, record.diff.b))
    if not first or not second:
        return ()
    return tuple(
        Difference(name, first.get(name, "none"), second.get(name, "none"))
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    )


def _packages(record: CampaignRecord, app: str) -> dict[str, str]:
    cells = [cell.id for cell in record.plan.cells if cell.app == app and not cell.twin]
    return next((record.cells[cell].packages for cell in cells if cell in record.cells), {})


def versions(record: CampaignRecord) -> str:
    """The packages that differ, in a line; empty where none does."""
    found = packages_that_differ(record)
    said = [f"{one.package} {one.a} → {one.b}" for one in found[:MOST_PACKAGES]]
    more = len(found) - MOST_PACKAGES
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")
