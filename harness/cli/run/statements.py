"""The steps of `harness claim` for a story: a campaign that holds what its statements need, and their verdicts."""

from collections.abc import Iterator
from pathlib import Path

from harness.analysis.statements.story import PROFILES
from harness.campaign.plan.project import Project
from harness.cli.console import messages, print_json
from harness.cli.show.claimed.ranking import results_in_a_command
from harness.cli.show.claimed.story import ended, show
from harness.model.asked.statement import Story
from harness.model.errors import ExitCode, UsageError
from harness.report.export import answered
from harness.report.reading import read, story_of
from harness.store.folder import ResultsFolder
from harness.store.running import under_way


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
    _, folder = max(_for_a_story(project), default=(0.0, None))
    return folder


def _for_a_story(project: Project) -> Iterator[tuple[float, Path]]:
    for file in project.results.glob("*/campaign.json"):
        folder = file.parent.resolve()
        try:
            record = ResultsFolder.open(folder).read_record()
        except UsageError:  # a folder that cannot be read answers nothing, and another one may
            continue
        if record.plan.profile in PROFILES and not under_way(folder):
            yield record.created_at, folder
