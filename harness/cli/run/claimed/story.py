"""A campaign for `harness claim` where none holds what a story's statements need."""

from pathlib import Path

from harness.campaign.plan.lacking import refuse_what_is_lacking
from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.profiles import STORY, profile
from harness.campaign.plan.project import Project
from harness.campaign.run import begin
from harness.cli.console import messages, print_error
from harness.cli.quantities import spoken
from harness.cli.run import running
from harness.cli.run.reporting import report_on


def measured(project: Project) -> Path:
    """The folder of a campaign with the story's profile, measured now and reported. Raises HarnessError where nothing
    could be measured."""
    prepared = prepare(project, RunOptions(profile=STORY, **profile(STORY).options))
    budget = spoken(prepared.record.plan.budget_s)
    text = f"No campaign holds what the statements need. Measuring one, {budget} or more: harness run --profile"
    messages.print(f"{text} {STORY}", markup=False, highlight=False)
    refuse_what_is_lacking(prepared)
    start = begin(prepared, project.results)
    fault = running.measure(project, prepared, start, quiet=False)
    if fault is not None:
        print_error(str(fault))
    running.try_for_the_story(project, start.folder, quiet=False)
    page = report_on(project, start.folder.path, None)
    messages.print(f"The report: {page}", markup=False, highlight=False, soft_wrap=True)
    return start.folder.path
