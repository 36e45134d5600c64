"""`harness compare`: what changed from one campaign to a later one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import quantities
from harness.cli.option_record import options_from
from harness.cli.options import GateOptions, Json
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class CompareAsked(GateOptions):
    """The options of `harness compare`."""

    before: Annotated[
        Path, typer.Argument(metavar="A", help="The earlier campaign: its folder, or its name in results/.")
    ]
    after: Annotated[Path, typer.Argument(metavar="B", help="The later campaign.")]
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Also write compare.html and comparison.json to this folder."),
    ] = None
    delta: Annotated[
        float | None,
        typer.Option(
            "--delta",
            parser=quantities.percentage,
            metavar="SHARE",
            help="The difference that matters, such as 3% (default: the larger one of the two campaigns).",
        ),
    ] = None
    across_machines: Annotated[
        bool, typer.Option("--across-machines", help="Compare although the machines differ; the result names it.")
    ] = False
    json: Json = False


@options_from(CompareAsked)
def compare(asked: CompareAsked) -> int:
    """Compare two campaigns, cell by cell: ratios to the reference cell, with intervals."""
    from harness.analysis.compare.comparison import compare as compared
    from harness.analysis.compare.gate import gate_between, parse_fail_on
    from harness.campaign.plan.project import Project
    from harness.cli.console import messages, output, print_json
    from harness.cli.folders import results_folder
    from harness.cli.show.comparing import show, why_nothing
    from harness.cli.show.gating import GateFiles, gate_outcome
    from harness.model.asked.cell import labels
    from harness.model.asked.gate import FailOn
    from harness.report.comparison import measured, write_comparison
    from harness.report.view.gating import of_campaigns

    asked.refuse_alone()
    fail_on = parse_fail_on(asked.fail_on, between_campaigns=True) if asked.fail_on is not None else FailOn()
    files = GateFiles(asked.junit, asked.markdown, asked.comment)
    files.refuse_unwritable()
    project = Project.here()
    sides = [measured(results_folder(project, given)) for given in (asked.before, asked.after)]
    comparison = compared(sides[0], sides[1], delta=asked.delta, across_machines=asked.across_machines)
    called = {id_: name for side in sides for id_, name in labels(side.record.plan.cells).items()}
    if asked.json:
        print_json(comparison.model_dump(mode="json"))
    else:
        show(comparison, called)
    if asked.out is not None:
        page = write_comparison(comparison, sides[1].record, asked.out)
        messages.print("The comparison:", end=" ")
        (messages if asked.json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    result = gate_between(comparison, fail_on)
    judged = of_campaigns(comparison, result, called)
    ended = gate_outcome(judged, result, files, fail_on_inconclusive=asked.fail_on_inconclusive)
    if comparison.compared:
        return ended
    for line in why_nothing(sides[0].record, sides[1].record):
        messages.print(f"Nothing to compare: {line}", markup=False, highlight=False)
    return ended or (ExitCode.INCONCLUSIVE if asked.fail_on is not None else ExitCode.OK)
