"""`harness export`: the figures of a campaign for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.model.errors import EnvironmentRefused, ExitCode

Results = Annotated[
    Path | None,
    typer.Argument(metavar="[RESULTS]", help="A campaign's folder, or its name below results/ (default: the newest)."),
]
Form = Annotated[
    Literal["csv", "markdown", "json"],
    typer.Option("--format", metavar="FORMAT", help="csv, markdown (tables for a README) or json (as ranking.json)."),
]
Out = Annotated[
    str, typer.Option("--out", metavar="FILE", help="File to write (default: -, which is standard output).")
]


def export(results: Results = None, *, form: Form = "csv", out: Out = "-") -> int:
    """Write the figures of a campaign as CSV, Markdown or JSON: the same as on its page."""
    from harness.campaign.plan.project import Project
    from harness.cli.console import print_whole
    from harness.cli.folders import results_folder
    from harness.report.export import as_json, ranking_of
    from harness.report.formats import as_csv, as_markdown
    from harness.report.reading import read

    document = ranking_of(read(results_folder(Project.here(), results)))
    if form == "csv":
        text = as_csv(document)
    elif form == "markdown":
        text = as_markdown(document)
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
