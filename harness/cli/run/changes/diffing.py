"""The end of `harness diff`: the report written, B set beside A, and the exit code."""

from dataclasses import dataclass
from pathlib import Path

from harness.analysis.compare.gate import gate as checked
from harness.campaign.plan.preparation import Prepared, source_of
from harness.campaign.plan.project import Project
from harness.cli.console import messages, output, print_error, print_json, print_notice
from harness.cli.quantities import spoken
from harness.cli.run.reporting import report_on
from harness.cli.show.gating import GateFiles, gate_outcome
from harness.cli.show.varying import show
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Notice
from harness.report.reading import read
from harness.report.text import shorten
from harness.report.view.gating import of_variants
from harness.store.folder import ResultsFolder


def say_what_changed(folder: ResultsFolder, prepared: Prepared) -> None:
    """Files that were edited while they were measured make a side that nobody has: the record says so."""
    record, apps = folder.read_record(), Project.here().apps
    changed = [
        app
        for app, application in prepared.applications.items()
        if source_of(application, apps).sha256 != record.sources[app].sha256
    ]
    if changed:
        notice = Notice(
            code="changed-while-measured",
            seen=f"files of {', '.join(changed)} changed while they were measured: each block started what lay there",
            mend="measure again, and leave the files alone meanwhile; or commit, and name the commit",
        )
        folder.write_record(record.model_copy(update={"notices": (*record.notices, notice)}))
        print_notice(notice)


@dataclass(frozen=True)
class Gate:
    """What is asked of the gate beside its thresholds, which the record holds."""

    files: GateFiles
    fail_on_inconclusive: bool


def finish(
    project: Project, results: Path, out: Path | None, *, json: bool, fault: HarnessError | None, gate: Gate
) -> ExitCode:
    """Write the report, show B beside A, and say how it ended. `fault`: why the campaign ended early."""
    page: Path | None = None
    try:
        page = report_on(project, results, out)
    except EnvironmentRefused as unwritten:
        print_error(f"{unwritten}\nNothing measured is lost; write the report with: harness report {results} --out DIR")
    source = read(results)
    record, found = source.record, source.variants
    assert record.diff is not None, "it is a campaign of two variants"
    assert found is not None, "both sides are in the plan"
    decided = checked(found, record.diff.thresholds)
    if json:
        parts = {"diff": record.diff, "comparison": found, **({"gate": decided} if decided.checks else {})}
        print_json({name: part.model_dump(mode="json") for name, part in parts.items()})
    else:
        show(record, record.diff, found)
    for failure in record.failures:
        reason = f"{failure.cell}: {failure.phase}: {shorten(failure.reason, 300)}"
        messages.print(reason, style="yellow", markup=False, highlight=False)
    whole_s = sum(record.phases_s.values())
    messages.print(
        f"{len(record.completed_blocks)} complete blocks in {spoken(whole_s)}", markup=False, highlight=False
    )
    judged = of_variants(found, decided)
    gated = gate_outcome(judged, decided, gate.files, fail_on_inconclusive=gate.fail_on_inconclusive)
    if page is not None:
        messages.print("The report:", end=" ")
        (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    if fault:
        print_error(str(fault))
        return fault.exit_code
    return ended(record) or gated or (ExitCode.OK if page else ExitCode.ENVIRONMENT)


def ended(record: CampaignRecord) -> ExitCode:
    """Interrupted before failed. A difference alone is no failure."""
    if record.state == "interrupted":
        return ExitCode.INTERRUPTED
    return ExitCode.CELL_FAILED if record.failures or not record.completed_blocks else ExitCode.OK
