"""`harness report`: write the page of a results folder."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.console import messages, output, print_json
from harness.model.errors import ExitCode

Results = Annotated[
    Path | None,
    typer.Argument(metavar="[RESULTS]", help="A campaign's folder, or its name below results/ (default: the newest)."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of index.html (default: reports/ and the campaign's name)."),
]


def report(results: Results = None, *, out: Out = None, json: options.Json = False) -> int:
    """Write the ranking report of a campaign that was measured."""
    from harness.campaign.plan.project import Project
    from harness.cli.folders import results_folder
    from harness.cli.run.reporting import report_on

    project = Project.here()
    page = report_on(project, results_folder(project, results), out)
    if json:
        print_json({"report": str(page), "ranking": str(page.with_name("ranking.json"))})
    else:
        messages.print("The report:", end=" ")
        output.print(str(page), markup=False, highlight=False, soft_wrap=True)
    return ExitCode.OK
