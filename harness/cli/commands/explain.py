"""`harness explain`: where a request's microseconds go, and why one application takes more of them than another."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated

import typer

from harness.cli.measuring_options import Out, Results, WaitingChoice
from harness.cli.option_record import options_from
from harness.cli.options import Folders, Json, OneSetting, Quiet, selection
from harness.cli.quantities import duration, percentage
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class ExplainAsked(OneSetting, Folders):
    """The options of `harness explain`."""

    app_id: Annotated[str, typer.Argument(metavar="APP[@SERVER]", help="The application, and one of its servers.")]
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="APP[@SERVER]", help="An application that it is compared with (repeatable)."),
    ] = None
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="SCENARIO", help="The scenario (default: json, or the first both answer)."),
    ] = None
    until: Annotated[
        float | None,
        typer.Option(
            "--until",
            parser=percentage,
            metavar="SHARE",
            help="Measure until the largest layer is known to this share (default: 5%).",
        ),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=duration,
            metavar="TIME",
            help="Start no block that would end after this time (default: 3m); three blocks are measured in any case.",
        ),
    ] = None
    stretch: Annotated[
        float | None,
        typer.Option(
            "--stretch",
            parser=duration,
            metavar="TIME",
            help="How long each is driven under the profiler in each block (default: 6s), and for 3/4 of it without.",
        ),
    ] = None
    waiting: WaitingChoice = None
    results: Results = None
    out: Out = None
    json: Json = False
    quiet: Quiet = False


@options_from(ExplainAsked)
def explain(asked: ExplainAsked) -> int:
    """Profile servers under load: CPU microseconds per request by layer and function, alone or against others."""
    from harness.campaign.explaining.question import Asked, question_of
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.options import Generator
    from harness.campaign.plan.project import Project
    from harness.cli.folders import place_for_report

    project = Project.here()
    applications = (asked.app_id, *(asked.against or ()))
    results = asked.results or project.results
    generator = Generator(waiting=asked.waiting) if asked.waiting else Generator()
    asks = Asked(applications, asked.scenario, selection(asked), asked.platform, generator)
    question = question_of(project, results, asks)
    place_for_report(asked.out)
    refuse_what_is_lacking(question.prepared)

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.explaining.explain import (
        Limits,
        explanation_of,
        folder_of,
        measure_what_is_missing,
        profiles_of,
    )
    from harness.cli.console import messages, output, print_json
    from harness.cli.run.reporting import report_on
    from harness.cli.show.explaining import show
    from harness.cli.show.progress import Bar, FaultsAlone

    usual = Limits()
    limits = Limits(
        until=asked.until or usual.until,
        budget_s=asked.budget or usual.budget_s,
        stretch_s=asked.stretch or usual.stretch_s,
    )
    with ExitStack() as stack:
        progress = FaultsAlone() if asked.quiet else stack.enter_context(Bar())
        folder = stack.enter_context(folder_of(question, results))
        measure_what_is_missing(project, question, folder, limits, progress)
    found = explanation_of(profiles_of(folder, question), question)
    if asked.json:
        print_json(found.model_dump(mode="json"))
    else:
        show(found, question.prepared.record)
    page = report_on(project, folder.path, asked.out)
    messages.print("The report:", end=" ")
    (messages if asked.json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    return ExitCode.OK
