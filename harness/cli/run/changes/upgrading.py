"""The steps of `harness upgraded` around its campaign: applications verified before, campaigns compared after."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final

from harness.analysis.compare.versions import versions_changed
from harness.campaign.cells.verifying import to_verify
from harness.campaign.plan.options import PlatformOptions, Selection
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.upgrading.question import Upgrade
from harness.cli.console import messages, print_error, print_json
from harness.cli.quantities import number_of
from harness.cli.run import running, verifying
from harness.cli.run.changes.comparing import DISTRIBUTIONS, Gate, compared
from harness.cli.run.reporting import report_on
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from harness.model.found.comparison import CellChange, Comparison
from harness.model.found.versions import VersionChange
from harness.model.measured.campaign import CampaignRecord
from harness.report.reading import read
from harness.report.view.sections.facts import counted_s
from harness.store.folder import ResultsFolder

MOST_CLOSER: Final = 3
"""Commands that look closer: of the configurations that changed most."""


@dataclass(frozen=True)
class End:
    """A campaign of changed locks that has ended. `again`: options that resuming it needs too. `fault`: why it ended
    early."""

    project: Project
    upgrade: Upgrade
    folder: ResultsFolder
    again: Sequence[str]
    fault: HarnessError | None


def all_pass(
    project: Project, changed: Selection, platform: PlatformOptions, prepared: Prepared, *, json: bool, quiet: bool
) -> bool:
    """Whether the changed applications answer the contract on every server they name, on the database of the campaign;
    what does not is shown."""
    database = prepared.platform.database
    platform = platform if database == "none" else platform.model_copy(update={"database": database})
    found = verifying.verified(project, to_verify(project, changed, platform), quiet=quiet)
    configurations = number_of(len(found.verdicts), "configuration")
    if found.passed:
        messages.print(f"{configurations} verified: all answer the contract", markup=False, highlight=False)
        return True
    if json:
        print_json([verdict.model_dump(mode="json") for verdict in found.failed])
    else:
        verifying.show(found.failed, found.cells)
    names = dict.fromkeys(verdict.app for verdict in found.failed)
    without = shlex.join(["harness", "upgraded", *(part for name in names for part in ("--skip", name))])
    print_error(
        f"nothing was measured: {len(found.failed)} of {configurations} failed the contract with the new locks\n"
        f"mend these applications, or leave them out: {without}"
    )
    return False


def finish(end: End, gate: Gate, *, across_machines: bool, out: Path | None, json: bool) -> ExitCode:
    """Write the report, show what changed against the earlier campaign, and say how it ended."""
    before, after = end.upgrade.before.path, end.folder.path
    place = _reported(end, out)
    source = read(after)
    running.tell_the_end(source.record, after, end.again, counted_s=counted_s(source))
    if source.record.state == "interrupted":
        then = shlex.join(["harness", "compare", str(before), str(after)])
        messages.print(f"and compare afterwards: {then}", markup=False, highlight=False)
    for failure in source.record.failures:
        messages.print(f"{failure.cell}: {failure.phase}: {failure.reason}", style="yellow", markup=False)
    found = compared(before, after, gate, across_machines=across_machines, json=json, out=place)
    for arguments in closer(found.comparison, end.upgrade.before.read_record(), source.record):
        command = shlex.join(["harness", *arguments, *end.again])
        messages.print(f"To look closer: {command}", markup=False, highlight=False)
    if end.fault:
        print_error(str(end.fault))
        return end.fault.exit_code
    unwritten = ExitCode.OK if place else ExitCode.ENVIRONMENT
    return _ended(source.record) or found.code or unwritten


def _reported(end: End, out: Path | None) -> Path | None:
    """The folder of the report; None where it could not be written, which a message says."""
    try:
        page = report_on(end.project, end.folder.path, out)
    except EnvironmentRefused as fault:
        print_error(str(fault))
        return None
    messages.print(f"The report: {page}", markup=False, highlight=False, soft_wrap=True)
    return page.parent


def _ended(record: CampaignRecord) -> ExitCode:
    """Interrupted before failed."""
    if record.state == "interrupted":
        return ExitCode.INTERRUPTED
    return ExitCode.CELL_FAILED if record.failures or not record.completed_blocks else ExitCode.OK


def closer(comparison: Comparison, then: CampaignRecord, now: CampaignRecord) -> Iterator[list[str]]:
    """The arguments of `harness diff` for the configurations that changed most. It measures the versions of then and of
    now in one campaign, so it distinguishes smaller changes than two campaigns can."""
    changes = versions_changed(then, now, DISTRIBUTIONS)
    rows = [(one.scenario, row) for one in comparison.scenarios for row in one.rows if row.verdict != "tied"]
    seen: set[str] = set()
    for scenario, row in sorted(rows, key=lambda one: _distance(one[1]), reverse=True):
        wanted = requirements_of_then(changes.get(row.cell, ()))
        if row.cell in seen or not wanted or len(seen) == MOST_CLOSER:
            continue
        seen.add(row.cell)
        yield ["diff", row.app, "--server", row.server, "--scenario", scenario, "--a", " ".join(wanted)]


def _distance(row: CellChange) -> float:
    """How far it changed. The reference comes first: its own change is part of all others, and no ratio shows it."""
    return inf if row.relative is None else abs(row.relative.ratio - 1)


def requirements_of_then(changes: Sequence[VersionChange]) -> list[str]:
    """What pins the framework and the server to what they were; the packages they need where neither changed."""
    known = [one for one in changes if one.before is not None]
    named = [one for one in known if one.origin != "dependency"]
    return [f"{one.package}=={one.before}" for one in named or known]
