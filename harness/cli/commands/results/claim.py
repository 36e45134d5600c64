"""`harness claim`: put a claimed ranking to the test."""

from pathlib import Path
from typing import Annotated, Final

import typer

from harness.cli import options
from harness.model.errors import UsageError

What = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[CLAIM.toml] [RESULTS]",
        help="A file with another claim; a campaign's folder, or its name below results/ (default: the newest).",
    ),
]
Scenario = Annotated[
    str | None,
    typer.Option("--scenario", metavar="SCENARIO", help="Test the claim in this scenario instead of its own."),
]
SUFFIX: Final = ".toml"


def claim(what: What = None, *, scenario: Scenario = None, json: options.Json = False) -> int:
    """Put a claimed ranking to the test: does it hold on this machine, by how much, and why?"""
    from harness.analysis.ranking.claims import finding
    from harness.campaign.plan.project import Project
    from harness.catalog.claim_files import STORY, read_claim
    from harness.cli.console import messages, print_json
    from harness.cli.folders import results_folder
    from harness.cli.show.claiming import ENDED, results_in_a_command, show, wanted_scenario
    from harness.report.reading import read

    file, results = _sorted_out(what or [])
    claimed = read_claim(file or STORY)
    chosen = wanted_scenario(claimed, scenario)
    project = Project.here()
    folder = results_folder(project, results)
    source = read(folder)
    messages.print(f"Of campaign {source.record.id} ({folder})", style="dim", markup=False, highlight=False)
    found = finding(claimed, source.record, source.ranking, chosen, results_in_a_command(project, folder))
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        show(found, source.record)
    return ENDED[found.verdict]


def _sorted_out(what: list[Path]) -> tuple[Path | None, Path | None]:
    """The claim's file, known by its suffix, and the results; raises UsageError where there is more of either."""
    files = [path for path in what if path.suffix == SUFFIX]
    folders = [path for path in what if path.suffix != SUFFIX]
    if len(files) > 1 or len(folders) > 1:
        raise UsageError(
            f"that is too much: {', '.join(map(str, what))}",
            where="harness claim",
            mend="name at most one claim, a file that ends in .toml, and one results folder",
        )
    return (files[0] if files else None), (folders[0] if folders else None)
