"""`harness compare`: what changed from one campaign to a later one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import quantities
from harness.cli.option_record import options_from
from harness.cli.options import GateOptions, Json


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
    from harness.campaign.plan.project import Project
    from harness.cli.folders import results_folder
    from harness.cli.run.changes.comparing import Gate, compared

    gate, project = Gate.of(asked), Project.here()
    before, after = (results_folder(project, given) for given in (asked.before, asked.after))
    found = compared(
        before,
        after,
        gate,
        delta=asked.delta,
        across_machines=asked.across_machines,
        json=asked.json,
        out=asked.out,
    )
    return found.code
