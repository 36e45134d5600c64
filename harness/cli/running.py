"""The steps of `harness run` after its plan: the campaign measured, its end told."""

import contextlib
import shlex
from collections.abc import Sequence
from pathlib import Path

from harness.analysis.capacity import capacity_rows
from harness.analysis.latency import latency_rows
from harness.analysis.places import ranked_together
from harness.analysis.unresolved import STILL_OPEN
from harness.campaign.preparation import Prepared
from harness.campaign.project import Project
from harness.campaign.run import Start, run
from harness.cli.console import messages, output, print_notice
from harness.cli.folders import point_latest_at
from harness.cli.latency_tables import capacity_table, latency_table
from harness.cli.progress import Bar, FaultsAlone
from harness.cli.quantities import spoken
from harness.cli.reporting import report_on
from harness.cli.tables import MOST, ranking_table
from harness.model.campaign import CampaignRecord
from harness.model.errors import ExitCode
from harness.model.ranking import Ranking
from harness.report.reading import read
from harness.report.view.facts import counted_s
from harness.store.folder import ResultsFolder


def measure(project: Project, prepared: Prepared, start: Start, *, quiet: bool) -> None:
    """Run the campaign with its progress on the terminal. One that is interrupted twice is reported all the same."""
    point_latest_at(start.folder.path)
    with contextlib.ExitStack() as stack:
        progress = FaultsAlone() if quiet else stack.enter_context(Bar())
        with contextlib.suppress(KeyboardInterrupt):
            run(project, prepared, start, progress)


def finish(
    project: Project,
    results: Path,
    out: Path | None,
    *,
    json: bool,
    whole: bool,
    fail_on: str | None,
    again: Sequence[str],
) -> ExitCode:
    """Write the report, print the ranking, and say how it ended. `again`: options that going on needs too.

    Without `whole`, long tables end early, so that the report's path is what is seen.
    """
    most = None if whole else MOST
    page = report_on(project, results, out)
    source = read(results)
    if json:
        output.file.write(page.with_name("ranking.json").read_text())
    else:
        for ranking in source.ranking.scenarios.values():
            output.print(ranking_table(ranking, most))
        show_latency(source.record, results, most)
    for ranking in source.ranking.scenarios.values():
        for notice in ranking.notices:
            if notice.code == STILL_OPEN:
                messages.print(f"{ranking.scenario}: {notice.seen}", markup=False, highlight=False)
    tell_the_end(source.record, results, again, counted_s=counted_s(source))
    messages.print("The report:", end=" ")
    (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    return ended(source.record, source.ranking, fail_on)


def show_latency(record: CampaignRecord, results: Path, most: int | None = None) -> None:
    """Response times at a fixed rate, and rates under a limit, as far as they were measured."""
    folder = ResultsFolder.open(results)
    windows, broken_windows = folder.read_windows()
    searches, broken_searches = folder.read_searches()
    for notice in (*broken_windows, *broken_searches):
        print_notice(notice)
    for scenario, rows in latency_rows(record, windows).items():
        output.print(latency_table(scenario, rows, most))
    for scenario, found in capacity_rows(record, searches).items():
        output.print(capacity_table(scenario, found, most))


def needed_again(app_folders: Sequence[Path] | None, python: Path | None) -> tuple[str, ...]:
    """What a campaign was started with and its record does not tell, since these are paths of this machine."""
    folders = [part for folder in app_folders or () for part in ("--app", str(folder))]
    return (*folders, *(("--python", str(python)) if python else ()))


def tell_the_end(record: CampaignRecord, results: Path, again: Sequence[str], *, counted_s: float) -> None:
    """Where the time went, how much of it was counted, and how to go on."""
    whole_s = sum(record.phases_s.values()) or 1.0
    spent = ", ".join(f"{phase} {spoken(s)} ({s / whole_s:.0%})" for phase, s in record.phases_s.items())
    blocks = len(record.completed_blocks)
    messages.print(f"{blocks} complete blocks; wall time: {spent}", highlight=False, markup=False)
    messages.print(f"Counted: {spoken(counted_s)} ({counted_s / whole_s:.0%} of it)", highlight=False, markup=False)
    if record.state == "interrupted":
        command = shlex.join(["harness", "run", "--resume", str(results), *again])
        messages.print(f"Interrupted; go on with: {command}", markup=False, highlight=False)


def ended(record: CampaignRecord, ranking: Ranking, fail_on: str | None) -> ExitCode:
    """The exit code of a campaign: interrupted before failed before inconclusive."""
    if record.state == "interrupted":
        return ExitCode.INTERRUPTED
    alone = {cell for cell, facts in record.cells.items() if facts.idle_cpu_share is not None}  # measured, not ranked
    if record.failures or _without_a_place(record, ranking) - alone:
        return ExitCode.CELL_FAILED
    pairs = [pair for found in ranking.scenarios.values() for pair in found.pairs if ranked_together(record, pair)]
    if fail_on == "unresolved" and (not pairs or any(pair.verdict == "unresolved" for pair in pairs)):
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def _without_a_place(record: CampaignRecord, ranking: Ranking) -> set[str]:
    """Cells that should have a place in a scenario: those whose application answers it."""
    return {
        cell.cell
        for scenario, found in ranking.scenarios.items()
        for cell in found.unranked
        if cell.app not in record.applications or scenario in record.applications[cell.app].scenarios
    }
