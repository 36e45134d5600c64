"""A claim put to the test, on the terminal."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.table import Table
from rich.text import Text

from harness.campaign.plan.project import Project
from harness.cli.console import messages, output
from harness.cli.show.tables import table
from harness.model.asked.claim import Claim, ClaimedCell, ClaimFinding, ClaimVerdict, TierFinding
from harness.model.errors import ExitCode, UsageError
from harness.model.measured.campaign import CampaignRecord
from harness.report.text import a_second, number
from harness.report.view.sections.claimed.ranking_words import (
    SAID,
    TIER_TITLES,
    interval_of,
    pair_title,
    published_ratio,
    ratio_of,
    reason_of,
    why,
)

ENDED: Final[dict[ClaimVerdict, ExitCode]] = {
    "holds": ExitCode.OK,
    "does-not-hold": ExitCode.REGRESSION,
    "cannot-tell": ExitCode.INCONCLUSIVE,
}
NOT_INSTALLED: Final = "not-installed"
"""Code of the notice that an application was left out because the machine lacks its programs."""


def wanted_scenario(claim: Claim, scenario: str | None) -> str:
    """The scenario asked for, or the claim's own. Raises UsageError where the claim has no figures of it."""
    if scenario is not None and scenario not in claim.scenarios():
        raise UsageError(
            f'the claim "{claim.id}" says nothing of "{scenario}"',
            where="--scenario",
            mend=f"choose one of: {', '.join(claim.scenarios())}",
        )
    return scenario or claim.scenario


def results_in_a_command(project: Project, folder: Path) -> str:
    """A campaign below results/ goes by its name alone."""
    return folder.name if folder.parent == project.results.resolve() else str(folder)


def show(found: ClaimFinding, record: CampaignRecord) -> None:
    """The verdicts and figures on standard output; what to bear in mind, and what to do, on standard error."""
    output.print(f"{found.title}, {found.scenario}: {SAID[found.verdict]}", markup=False, highlight=False, style="bold")
    for tier in found.tiers:
        _show(found, tier)
    for number_, run in enumerate(found.published, start=1):
        messages.print(f"[{number_}] {run.title}. {run.source}.", style="dim", markup=False, highlight=False)
        for line in run.differed:
            messages.print(f"    there: {line}", style="dim", markup=False, highlight=False)
    for text in _left_out(record):
        messages.print(text, style="yellow", markup=False, highlight=False)
    if found.command:
        messages.print(f"To measure what is missing or open: {shlex.join(found.command)}", markup=False)


def _show(found: ClaimFinding, tier: TierFinding) -> None:
    output.print(Text(f"\n{TIER_TITLES[tier.tier]}: {SAID[tier.verdict]}", style="bold"))
    if any(cell.rps is not None for cell in tier.cells):
        output.print(_pairs(found, tier), _figures(found, tier))
    for line in (*_notes(tier), *why(tier)):
        output.print(line, markup=False, highlight=False)


def _pairs(found: ClaimFinding, tier: TierFinding) -> Table:
    rows = [
        (
            pair_title(tier, pair),
            SAID[pair.verdict],
            ratio_of(pair),
            interval_of(pair) or "n/a",
            *(published_ratio(run, pair) for run in found.published),
        )
        for pair in tier.pairs
    ]
    runs = _runs(found)
    columns = ("claimed", "here", "ratio", "interval", *runs)
    return table(columns, rows, right=range(2, len(columns)), whole=range(1, len(columns)))


def _figures(found: ClaimFinding, tier: TierFinding) -> Table:
    rows = [
        (
            f"{cell.app} on {cell.server}" if cell.server else cell.app,
            *_of(cell),
            *(number(run.rps[cell.subject]) for run in found.published),
        )
        for cell in tier.cells
    ]
    columns = ("application", a_second(found.unit), "interval", "CPU µs", "+ bare", *_runs(found))
    return table(columns, rows, right=range(1, len(columns)), whole=range(1, len(columns)))


def _runs(found: ClaimFinding) -> tuple[str, ...]:
    """Published figures go by a number, which is explained below."""
    return tuple(f"[{place}]" for place in range(1, len(found.published) + 1))


def _notes(tier: TierFinding) -> Iterator[str]:
    """Why a subject has no figure, and why a pair that has one is not decided as was claimed."""
    for cell in tier.cells:
        if cell.reason:
            yield f"n/a  {cell.title} ({cell.app}): {reason_of(cell.reason)}"
    for pair in tier.pairs:
        if pair.ratio is not None and pair.reason:
            yield f"{pair_title(tier, pair)}: {pair.reason}"


def _of(cell: ClaimedCell) -> tuple[str, str, str, str]:
    known = cell.rps_low is not None and cell.rps_high is not None
    interval = f"{number(cell.rps_low or 0)}–{number(cell.rps_high or 0)}" if known else "n/a"
    return _told(cell.rps), interval, _told(cell.server_cpu_us), _told(cell.framework_us)


def _told(value: float | None) -> str:
    return "n/a" if value is None else number(value)


def _left_out(record: CampaignRecord) -> Iterator[str]:
    for notice in record.notices:
        if notice.code == NOT_INSTALLED:
            yield f"note: {reason_of(notice.seen)} ({reason_of(notice.mend)})"
