"""`harness compare`: what changed from one campaign to a later one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli import options, quantities
from harness.model.errors import ExitCode

Before = Annotated[Path, typer.Argument(metavar="A", help="The earlier campaign: its folder, or its name in results/.")]
After = Annotated[Path, typer.Argument(metavar="B", help="The later campaign.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Also write compare.html and comparison.json to this folder."),
]
Delta = Annotated[
    float | None,
    typer.Option(
        "--delta",
        parser=quantities.percentage,
        metavar="SHARE",
        help="The difference that matters, such as 3% (default: the larger one of the two campaigns).",
    ),
]
AcrossMachines = Annotated[
    bool, typer.Option("--across-machines", help="Compare although the machines differ; the result names it.")
]
FailOn = Annotated[
    Literal["regression"] | None,
    typer.Option(
        "--fail-on", help="'regression': end with 4 if a cell got worse, or failed although it had a figure before."
    ),
]


def compare(
    before: Before,
    after: After,
    *,
    out: Out = None,
    delta: Delta = None,
    across_machines: AcrossMachines = False,
    fail_on: FailOn = None,
    json: options.Json = False,
) -> int:
    """Compare two campaigns, cell by cell: ratios to the reference cell, with intervals."""
    from harness.analysis.compare.comparison import compare as compared
    from harness.campaign.plan.project import Project
    from harness.cli.console import messages, output, print_json
    from harness.cli.folders import results_folder
    from harness.cli.show.comparing import show, why_nothing
    from harness.model.asked.cell import labels
    from harness.report.comparison import measured, write_comparison

    project = Project.here()
    sides = [measured(results_folder(project, given)) for given in (before, after)]
    comparison = compared(sides[0], sides[1], delta=delta, across_machines=across_machines)
    if json:
        print_json(comparison.model_dump(mode="json"))
    else:
        show(comparison, {id_: name for side in sides for id_, name in labels(side.record.plan.cells).items()})
    if out is not None:
        page = write_comparison(comparison, sides[1].record, out)
        messages.print("The comparison:", end=" ")
        (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    if fail_on and comparison.regressed:
        return ExitCode.REGRESSION
    if not comparison.compared:
        for line in why_nothing(sides[0].record, sides[1].record):
            messages.print(f"Nothing to compare: {line}", markup=False, highlight=False)
        return ExitCode.INCONCLUSIVE if fail_on else ExitCode.OK
    return ExitCode.OK
