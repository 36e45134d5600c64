"""`harness export`: the figures of a campaign for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.model.errors import EnvironmentRefused, ExitCode, UsageError

Results = Annotated[
    Path | None,
    typer.Argument(metavar="[RESULTS]", help="A campaign's folder, or its name below results/ (default: the newest)."),
]
Form = Annotated[
    Literal["csv", "markdown", "json", "badge"],
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="csv, markdown (tables for a README), json (as ranking.json) or badge (one configuration, as SVG).",
    ),
]
Out = Annotated[
    str, typer.Option("--out", metavar="FILE", help="File to write (default: -, which is standard output).")
]
Cell = Annotated[
    str,
    typer.Option("--cell", metavar="APP[@SERVER]", help="Configuration of the badge (not needed where there is only one)."),
]
Scenario = Annotated[
    str, typer.Option("--scenario", metavar="SCENARIO", help="Of which scenario the badge is (default: the first).")
]


def export(
    results: Results = None, *, form: Form = "csv", out: Out = "-", cell: Cell = "", scenario: Scenario = ""
) -> int:
    """Write the figures of a campaign as CSV, Markdown or JSON, the same as on its page, or a badge for a README."""
    from harness.campaign.plan.project import Project
    from harness.cli.console import print_whole
    from harness.cli.folders import results_folder
    from harness.report.exports.badge import badge
    from harness.report.export import as_json, ranking_of
    from harness.report.exports.formats import as_csv, as_markdown
    from harness.report.reading import read

    if form != "badge" and (cell or scenario):
        given = "--cell" if cell else "--scenario"
        raise UsageError(f"--format {form} holds them all", where=given, mend="leave it out, or give --format badge")
    document = ranking_of(read(results_folder(Project.here(), results)))
    if form == "csv":
        text = as_csv(document)
    elif form == "markdown":
        text = as_markdown(document)
    elif form == "badge":
        text = badge(document, cell, scenario)
    else:
        text = as_json(document.model_dump(mode="json"))
    if out == "-":
        print_whole(text)
        return ExitCode.OK
    try:
        Path(out).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise EnvironmentRefused(
            f"cannot be written: {error.strerror}", where=out, mend="name another file with --out"
        ) from None
    return ExitCode.OK
