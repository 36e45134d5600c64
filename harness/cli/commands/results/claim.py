"""`harness claim`: put a claimed ranking, or a story's statements, to the test."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import options
from harness.model.errors import UsageError

if TYPE_CHECKING:
    from harness.campaign.plan.project import Project
    from harness.model.asked.claim import Claim
    from harness.model.asked.statement import Story

What = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[CLAIM] [RESULTS]",
        help="A claim: the name of one of the project's (story), or a file that ends in .toml; a campaign's folder, or"
        " its name below results/ (default: the newest).",
    ),
]
Scenario = Annotated[
    str | None,
    typer.Option("--scenario", metavar="SCENARIO", help="Test a ranking in this scenario instead of its own."),
]


def claim(what: What = None, *, scenario: Scenario = None, json: options.Json = False) -> int:
    """Put a claimed ranking, or the statements of a story, to the test: do they hold on this machine, and why?"""
    from harness.campaign.plan.project import Project
    from harness.catalog.claim_files import RANKING, read_any
    from harness.model.asked.statement import Story

    file, results = _sorted_out(what or [])
    project, claimed = Project.here(), read_any(file or RANKING)
    if isinstance(claimed, Story):
        _refuse_scenario(scenario)
        return _story(project, claimed, results, json=json)
    return _ranking(project, claimed, results, scenario, json=json)


def _ranking(project: "Project", claimed: "Claim", results: Path | None, scenario: str | None, *, json: bool) -> int:
    from harness.analysis.ranking.claims import finding
    from harness.cli.console import messages, print_json
    from harness.cli.folders import results_folder
    from harness.cli.show.claimed.ranking import ENDED, results_in_a_command, show, wanted_scenario
    from harness.report.reading import read

    chosen = wanted_scenario(claimed, scenario)
    folder = results_folder(project, results)
    source = read(folder)
    messages.print(f"Of campaign {source.record.id} ({folder})", style="dim", markup=False, highlight=False)
    found = finding(claimed, source.record, source.ranking, chosen, results_in_a_command(project, folder))
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        show(found, source.record)
    return ENDED[found.verdict]


def _story(project: "Project", claimed: "Story", results: Path | None, *, json: bool) -> int:
    from harness.cli.folders import results_folder
    from harness.cli.run.claimed.statements import answer, newest_for_a_story

    folder = results_folder(project, results) if results else newest_for_a_story(project)
    if folder is None:
        from harness.cli.run.claimed.story import measured  # what measures takes a second to load

        folder = measured(project)
    return answer(project, claimed, folder, json=json)


def _refuse_scenario(scenario: str | None) -> None:
    if scenario is not None:
        raise UsageError("a story names the scenarios of its statements", where="--scenario", mend="leave it out")


def _sorted_out(what: list[Path]) -> tuple[Path | None, Path | None]:
    """The claim's file and the results. A claim is known by its suffix, or by its name among those of the project, which
    is looked up before a results folder is. Raises UsageError where there is more of either."""
    from harness.catalog.claim_files import SHIPPED, SUFFIX

    files = [SHIPPED.get(str(path), path) for path in what if path.suffix == SUFFIX or str(path) in SHIPPED]
    folders = [path for path in what if path.suffix != SUFFIX and str(path) not in SHIPPED]
    if len(files) > 1 or len(folders) > 1:
        raise UsageError(
            f"that is too much: {', '.join(map(str, what))}",
            where="harness claim",
            mend=f"name at most one claim ({', '.join(SHIPPED)}, or a file that ends in {SUFFIX}), and one results"
            " folder",
        )
    return (files[0] if files else None), (folders[0] if folders else None)
