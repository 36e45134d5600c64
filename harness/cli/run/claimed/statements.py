"""The steps of `harness claim` for a story: a campaign that holds what its statements need, and their verdicts."""

from pathlib import Path

from harness.analysis.statements.story import PROFILES
from harness.campaign.plan.project import Project
from harness.cli.console import messages, print_json
from harness.cli.show.claimed.ranking import results_in_a_command
from harness.cli.show.claimed.story import ended, show
from harness.model.asked.statement import Story
from harness.model.errors import ExitCode
from harness.report.export import answered
from harness.report.reading import read, story_of
from harness.store.campaigns import newest_first
from harness.store.folder import ResultsFolder


def answer(project: Project, story: Story, folder: Path, *, json: bool) -> ExitCode:
    """Answer the statements from a campaign. Ends as the verdicts say."""
    source = read(folder)
    messages.print(f"Of campaign {source.record.id} ({folder})", style="dim", markup=False, highlight=False)
    named = results_in_a_command(project, folder)
    found = story_of(story, ResultsFolder.open(folder), source.record, source.ranking, named)
    if json:
        print_json(answered(found, source).model_dump(mode="json"))
    else:
        show(found, lambda cell: source.name(cell).label, source.title)
    return ended(found)


def newest_for_a_story(project: Project) -> Path | None:
    """The newest campaign that measured what a story needs and is not under way; None where there is none."""
    found = (
        folder.path.resolve() for record, folder in newest_first(project.results) if record.plan.profile in PROFILES
    )
    return next(found, None)
