"""The end of `harness tune`: the report written, the tie group of the best shown, the command to run, the exit code."""

from pathlib import Path

from harness.campaign.loop import Clock
from harness.campaign.plan.project import Project
from harness.cli.console import messages, output, print_error, print_json
from harness.cli.quantities import number_of, spoken
from harness.cli.run.reporting import report_on
from harness.cli.show.tables import MOST
from harness.cli.show.tuning import show
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from harness.model.found.tuning import Tuned
from harness.model.measured.campaign import CampaignRecord, Plan
from harness.report.reading import read
from harness.report.view.tuning import Words, headline


def say_how_long(plan: Plan) -> None:
    """How many candidates there are; a warning where a first look at each takes the whole budget."""
    candidates, round_s = sum(not cell.twin for cell in plan.cells), Clock(plan).round_s()
    text = f"{number_of(candidates, 'configuration')} race; a first look at all takes about {spoken(round_s)}"
    messages.print(text, style="dim", markup=False, highlight=False)
    if 2 * round_s > plan.budget_s:
        few = f"The budget of {spoken(plan.budget_s)} leaves little time to tell them apart: give more (--budget), or"
        messages.print(f"{few} fewer (--server, --server-workers, --threads, --pool)", style="yellow", markup=False)


def finish(
    project: Project, results: Path, out: Path | None, *, json: bool, whole: bool, fault: HarnessError | None
) -> ExitCode:
    """Write the report, show the answer, and say how it ended. `fault`: why the campaign ended early."""
    page: Path | None = None
    try:
        page = report_on(project, results, out)
    except EnvironmentRefused as unwritten:
        print_error(f"{unwritten}\nNothing measured is lost; write the report with: harness report {results} --out DIR")
    source = read(results)
    record, found = source.record, source.tuned
    assert record.tuning is not None, "it is a campaign of configurations that race"
    assert found is not None, "so they were judged"
    if json:
        print_json(document(record, found))
    else:
        show(record, record.tuning, found, None if whole else MOST)
    whole_s = sum(record.phases_s.values())
    blocks = len(record.completed_blocks)
    messages.print(f"{blocks} complete blocks in {spoken(whole_s)}", markup=False, highlight=False)
    if page is not None:
        messages.print("The report:", end=" ")
        (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    if fault:
        print_error(str(fault))
        return fault.exit_code
    return ended(record, found) or (ExitCode.OK if page else ExitCode.ENVIRONMENT)


def document(record: CampaignRecord, found: Tuned) -> dict[str, object]:
    """The answer for programs: `command` is that of the recommended configuration, null where there is none."""
    words = Words(record)
    made = words.production(found.recommended) if found.recommended else None
    return {
        "tuned": found.model_dump(mode="json"),
        "answer": headline(words, found),
        "command": list(made.argv) if made else None,
        "note": made.note if made else "",
        "cells": {cell.id: cell.model_dump(mode="json") for cell in record.plan.cells if not cell.twin},
    }


def ended(record: CampaignRecord, found: Tuned) -> ExitCode:
    """Interrupted before failed before inconclusive. A candidate that failed is part of the answer."""
    if record.state == "interrupted":
        return ExitCode.INTERRUPTED
    if not found.contenders and all(one.cause == "failed" for one in found.gone):
        return ExitCode.CELL_FAILED
    return ExitCode.OK if found.recommended else ExitCode.INCONCLUSIVE
