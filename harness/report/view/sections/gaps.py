"""What each framework's own recommendation does to its throughput."""

from dataclasses import dataclass

from harness.model.found.ranking import TierGap
from harness.report.text import Figure, absent, shorten, times, times_between
from harness.report.view.names import Name
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class GapRow:
    """The idiomatic cell over the controlled one of the same framework."""

    framework: str
    idiomatic: Name
    controlled: Name
    ratio: Figure
    interval: Figure
    same_server: bool


def gap_rows(source: Source, scenario: str) -> tuple[GapRow, ...]:
    """Of one scenario, the largest loss first."""
    found = [gap for gap in source.ranking.gaps if gap.scenario == scenario]
    return tuple(_row(source, gap) for gap in sorted(found, key=lambda gap: gap.ratio))


def _row(source: Source, gap: TierGap) -> GapRow:
    known = gap.low is not None and gap.high is not None
    return GapRow(
        framework=shorten(gap.framework, 80),
        idiomatic=source.name(gap.idiomatic),
        controlled=source.name(gap.controlled),
        ratio=Figure(times(gap.ratio), gap.ratio),
        interval=(
            Figure(times_between(gap.low or 0, gap.high or 0), (gap.high or 0) - (gap.low or 0))
            if known
            else absent("too few blocks for an interval")
        ),
        same_server=gap.same_server,
    )
