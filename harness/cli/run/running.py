"""The steps of `harness run` after its plan: the campaign measured, its end reported."""

import contextlib
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.analysis.inference.leagues import ranked_together
from harness.analysis.inference.unresolved import STILL_OPEN
from harness.analysis.latency.capacity import capacity_rows
from harness.analysis.latency.latency import latency_rows
from harness.analysis.ranking import changing
from harness.campaign.cells.probing import cells_alike, probe_cells, to_probe
from harness.campaign.plan.options import Selection
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.profiles import STATEMENTS
from harness.campaign.plan.project import Project
from harness.campaign.run import Start, run
from harness.catalog.claim_files import shipped_story
from harness.cli.console import messages, output, print_error, print_notice, print_whole
from harness.cli.folders import point_latest_at
from harness.cli.quantities import spoken
from harness.cli.run.reporting import report_on
from harness.cli.show.latency_tables import capacity_table, latency_table
from harness.cli.show.progress import Bar, FaultsAlone
from harness.cli.show.settings import show_curves, show_settings
from harness.cli.show.tables import MOST, ranking_table
from harness.model.asked.cell import differences, labels
from harness.model.asked.statement import CapabilityAsked, Story
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from harness.model.found.ranking import Ranking, ScenarioRanking
from harness.model.measured.campaign import CampaignRecord
from harness.process.folders import temporary_folder
from harness.report.export import as_json, ranking_document
from harness.report.reading import read
from harness.report.text import shorten
from harness.report.view.opening.answer import headline
from harness.report.view.opening.reason import reason
from harness.report.view.sections.facts import counted_s
from harness.store.folder import ResultsFolder


def measure(project: Project, prepared: Prepared, start: Start, *, quiet: bool) -> HarnessError | None:
    """Run the campaign with its progress on the terminal; the fault that ended it, where one did after something had
    been measured. One that is interrupted twice is reported all the same.

    Raises HarnessError where nothing was measured.
    """
    point_latest_at(start.folder.path)
    with contextlib.ExitStack() as stack:
        progress = FaultsAlone() if quiet else stack.enter_context(Bar())
        with contextlib.suppress(KeyboardInterrupt):
            try:
                run(project, prepared, start, progress)
            except HarnessError as fault:
                if not start.folder.read_trials()[0]:
                    raise
                return fault
    return None


def try_capabilities(project: Project, prepared: Prepared, start: Start, selection: Selection, *, quiet: bool) -> None:
    """Keep in the campaign's folder what its applications can do on its servers; nothing where it was interrupted, or
    measured somebody's own service, which is in no folder of applications. Whatever goes wrong here, the campaign is
    reported."""
    record = start.folder.read_record()
    if record.state != "finished" or any(manifest.service for manifest in record.applications.values()):
        return
    ours = [cell for cell in prepared.record.plan.cells if not _is_for_a_statement(prepared, cell.app)]
    _try(project, start.folder, cells_alike(ours, selection), quiet=quiet)


def try_for_the_story(project: Project, folder: ResultsFolder, *, quiet: bool) -> None:
    """Keep in the campaign's folder what the story's statements ask of applications and servers, as above. What was
    tried before stays."""
    known, _ = folder.read_capabilities()
    if known is None and folder.read_record().state == "finished":
        _try(project, folder, probed_by(shipped_story()), quiet=quiet)


def probed_by(story: Story) -> Selection:
    """The applications and servers that a story's statements ask probes of."""
    asked = [one for said in story.statements for one in said.evidence if isinstance(one, CapabilityAsked)]
    return Selection(only=_each(one.app for one in asked), servers=_each(one.server for one in asked))


def _each(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in their order."""
    return tuple(dict.fromkeys(names))


def _is_for_a_statement(prepared: Prepared, app: str) -> bool:
    """Such an application answers one scenario: there is nothing else to try of it."""
    return prepared.applications[app].folder.parent.name == STATEMENTS


def _try(project: Project, folder: ResultsFolder, chosen: Selection, *, quiet: bool) -> None:
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("capabilities"))
        progress = FaultsAlone() if quiet else stack.enter_context(Bar())
        try:
            folder.write_capabilities(probe_cells(project, to_probe(project, chosen), workdir, progress))
        except HarnessError as fault:
            print_error(f"it was not tried what the applications can do: {fault}")


def finish(
    project: Project,
    results: Path,
    out: Path | None,
    *,
    json: bool,
    whole: bool,
    fail_on: str | None,
    again: Sequence[str],
    fault: HarnessError | None = None,
) -> ExitCode:
    """Write the report, print the ranking, and say how it ended. `again`: options that going on needs too. `fault`: why
    the campaign ended early; its exit code is the command's.

    Without `whole`, long tables end early, so that the report's path is what is seen.
    """
    most = None if whole else MOST
    page = _reported(project, results, out)
    source = read(results)
    if json:
        print_whole(as_json(ranking_document(source)))
    else:
        more = differences(source.record.plan.cells)
        for ranking in source.ranking.scenarios.values():
            output.print(ranking_table(ranking, most, more))
        show_settings(source, most)
        show_curves(source, most)
        show_latency(source.record, results, most)
        for line in filter(None, (headline(source), reason(source))):
            output.print(line, markup=False, highlight=False, soft_wrap=True)
    for ranking in source.ranking.scenarios.values():
        for notice in ranking.notices:
            if notice.code in (STILL_OPEN, *changing.CODES):
                messages.print(f"{ranking.scenario}: {notice.seen}", markup=False, highlight=False)
    tell_the_end(source.record, results, again, counted_s=counted_s(source))
    for line in why_not_ranked(source.record, source.ranking):
        messages.print(line, style="yellow", markup=False, highlight=False)
    code = ended(source.record, source.ranking, fail_on)
    if isinstance(page, HarnessError):
        print_error(
            f"{page.where}: {page.what}\nNothing measured is lost; write the report again with: {_again(results)}"
        )
        return page.exit_code if code in {ExitCode.OK, ExitCode.INCONCLUSIVE} else code
    messages.print("The report:", end=" ")
    (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    if fault:
        print_error(str(fault))
        return fault.exit_code
    return code


def _reported(project: Project, results: Path, out: Path | None) -> Path | HarnessError:
    """The page, or why it could not be written: the figures are shown all the same."""
    try:
        return report_on(project, results, out)
    except EnvironmentRefused as fault:
        return fault


def _again(results: Path) -> str:
    return shlex.join(["harness", "report", str(results), "--out", "DIR"])


def why_not_ranked(record: CampaignRecord, ranking: Ranking) -> Iterator[str]:
    """A line where nothing at all was ranked, else one for each scenario without ratios: the reference is missing."""
    found = ranking.scenarios.values()
    if not any(scenario.rows for scenario in found):
        yield f"Nothing was ranked: {_most_common_reason(record, found)}"
        return
    reference = record.plan.reference_cell
    called = labels(record.plan.cells)[reference.id]
    for scenario in found:
        if scenario.rows and not any(row.cell == reference.id for row in scenario.rows):
            reasons = [cell.reason for cell in scenario.unranked if cell.cell == reference.id]
            seen = f"{scenario.scenario}: there are no ratios, since the reference has no figure"
            yield f"{seen}, {called}: {shorten(' '.join(reasons) or 'not measured', 200)}"


def _most_common_reason(record: CampaignRecord, found: Iterable[ScenarioRanking]) -> str:
    reasons = Counter(failure.reason for failure in record.failures)
    reasons = reasons or Counter(cell.reason for scenario in found for cell in scenario.unranked)
    most = [reason for reason, _ in reasons.most_common(1)] or ["no block was completed"]
    return shorten(most[0], 200)


def show_latency(record: CampaignRecord, results: Path, most: int | None = None) -> None:
    """Response times at a fixed rate, and rates under a limit, as far as they were measured."""
    folder, more = ResultsFolder.open(results), differences(record.plan.cells)
    windows, broken_windows = folder.read_windows()
    searches, broken_searches = folder.read_searches()
    for notice in (*broken_windows, *broken_searches):
        print_notice(notice)
    for scenario, rows in latency_rows(record, windows).items():
        output.print(latency_table(scenario, rows, most, more))
    for scenario, found in capacity_rows(record, searches).items():
        output.print(capacity_table(scenario, found, most, more))


def needed_again(
    app_folders: Sequence[Path] | None, scenario_folders: Sequence[Path] | None, pythons: Sequence[Path] | None
) -> tuple[str, ...]:
    """What a campaign was started with and its record does not tell, since these are paths of this machine."""
    folders = [part for folder in app_folders or () for part in ("--app", str(folder))]
    folders += [part for folder in scenario_folders or () for part in ("--scenarios", str(folder))]
    return (*folders, *(part for python in pythons or () for part in ("--python", str(python))))


def tell_the_end(record: CampaignRecord, results: Path, again: Sequence[str], *, counted_s: float) -> None:
    """Where the time went, how much of it was counted, and how to go on."""
    whole_s = sum(record.phases_s.values()) or 1.0
    spent = ", ".join(f"{phase} {spoken(s)} ({s / whole_s:.0%})" for phase, s in record.phases_s.items())
    blocks = len(record.completed_blocks)
    messages.print(f"{blocks} complete blocks; wall time: {spent}", highlight=False, markup=False)
    messages.print(f"Counted: {spoken(counted_s)} ({counted_s / whole_s:.0%} of it)", highlight=False, markup=False)
    if record.state == "interrupted":
        command = shlex.join(["harness", "run", "--resume", str(results), *again])
        messages.print(f"Interrupted; resume it: {command}", markup=False, highlight=False)


def ended(record: CampaignRecord, ranking: Ranking, fail_on: str | None) -> ExitCode:
    """The exit code of a campaign: interrupted before failed before inconclusive."""
    if record.state == "interrupted":
        return ExitCode.INTERRUPTED
    left_out = _without_a_place(record, ranking)
    ranked = [scenario for scenario in ranking.scenarios.values() if scenario.rows]
    without_ratios = any(all(row.ratio is None for row in scenario.rows) for scenario in ranked)
    if record.failures or left_out - _measured_alone(record, ranking) or not ranked or without_ratios:
        return ExitCode.CELL_FAILED
    together = ranked_together(record)
    pairs = [pair for found in ranking.scenarios.values() for pair in found.pairs if together(pair)]
    if fail_on == "unresolved" and (not pairs or any(pair.verdict == "unresolved" for pair in pairs)):
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def _measured_alone(record: CampaignRecord, ranking: Ranking) -> set[str]:
    """Cells that burned CPU while idle: measured, not ranked. That excuses none where nothing is left to compare."""
    compared = any(len(found.rows) > 1 for found in ranking.scenarios.values())
    return {cell for cell, facts in record.cells.items() if facts.idle_cpu_share is not None} if compared else set()


def _without_a_place(record: CampaignRecord, ranking: Ranking) -> set[str]:
    """Cells that should have a place in a scenario: those whose application answers it."""
    return {
        cell.cell
        for scenario, found in ranking.scenarios.items()
        for cell in found.unranked
        if not record.why_not(cell.app, cell.server, scenario)
    }
