"""`harness diff`: two variants of one application, measured in turn in one campaign."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from harness.cli.measuring_options import (
    Blocks,
    Continuous,
    Out,
    PlanAlone,
    Results,
    Rotations,
    Seed,
    Until,
    WaitingChoice,
)
from harness.cli.option_record import options_from
from harness.cli.options import Folders, GateOptions, Json, OneSetting, Quiet, selection
from harness.cli.quantities import duration
from harness.cli.run.service import ServiceChoice
from harness.model.errors import ExitCode

BUDGET_S = 180.0
DELTA = 0.02
"""Smaller than that of `harness run`: a slow-down by 3 % must not be called a tie."""


@dataclass(frozen=True, kw_only=True)
class DiffAsked(ServiceChoice, GateOptions, OneSetting, Folders):
    """The options of `harness diff`."""

    app_id: Annotated[
        str | None,
        typer.Argument(metavar="[APP]", help="The application, by its id; or a service: --target, --command."),
    ] = None
    a: Annotated[
        list[str] | None,
        typer.Option(
            "--a",
            metavar="SPEC",
            help="What the first side is: a requirement (starlette==0.50), a git revision (main, HEAD~3), '.' (the"
            " files as they lie), or a setting (server=, workers=, threads=, runtime_threads=, python=, env:NAME=)."
            " Several in one value or repeated. Default: the application as it is.",
        ),
    ] = None
    b: Annotated[
        list[str] | None, typer.Option("--b", metavar="SPEC", help="What the second side is, written like --a.")
    ] = None
    server: Annotated[
        str | None, typer.Option("--server", metavar="SERVER", help="The server of both sides (default: its first).")
    ] = None
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="SCENARIO",
            help="Measure these scenarios (repeatable; default: json, or the first that both sides answer).",
        ),
    ] = None
    until: Until = None
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=duration,
            metavar="TIME",
            help="Start no block that would end after this time (default: 3m).",
        ),
    ] = None
    blocks: Blocks = None
    rotations: Rotations = None
    continuous: Continuous = None
    latency: Annotated[
        list[str] | None,
        typer.Option(
            "--latency",
            metavar="SCENARIO",
            help="Measure response times in these scenarios (repeatable; 'all', 'none'; default: in all in turn).",
        ),
    ] = None
    waiting: WaitingChoice = None
    seed: Seed = None
    plan: PlanAlone = False
    results: Results = None
    out: Out = None
    json: Json = False
    quiet: Quiet = False

    @property
    def options(self) -> dict[str, Any]:
        """What decides the plan beside the two sides."""
        shape = {"rotations_s": self.rotations, "continuous_s": self.continuous}
        given = {
            "seed": self.seed,
            "max_blocks": self.blocks,
            "latency": tuple(self.latency) if self.latency else None,
            "shape": {name: value for name, value in shape.items() if value is not None} or None,
            "generator": {"waiting": self.waiting} if self.waiting else None,
        }
        always = {"budget_s": self.budget or BUDGET_S, "delta": self.until or DELTA}
        return always | {name: value for name, value in given.items() if value is not None}


@options_from(DiffAsked)
def diff(asked: DiffAsked) -> int:
    """Compare two variants of one application: versions, git revisions, or settings, measured in turn."""
    from harness.analysis.compare.gate import parse_fail_on
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.project import Project
    from harness.campaign.variants.question import Asked, question_of
    from harness.cli.folders import place_for_report
    from harness.cli.run import plans
    from harness.cli.show.gating import GateFiles
    from harness.cli.show.varying import show_sides

    asked.refuse_alone()
    asked.refuse_unless_one(asked.app_id)
    thresholds = parse_fail_on(asked.fail_on).thresholds if asked.fail_on is not None else ()
    files = GateFiles(asked.junit, asked.markdown, asked.comment)
    files.refuse_unwritable()
    project = Project.here()
    named = asked.names_a_service
    question = question_of(
        project,
        Asked(
            application=asked.app_id,
            a=tuple(asked.a or ()),
            b=tuple(asked.b or ()),
            folders=selection(asked),
            server=asked.server,
            scenarios=tuple(asked.scenario or ()),
            platform=asked.platform,
            options=asked.options,
            thresholds=thresholds,
            service=asked.service([asked.server] if asked.server else None, asked.python) if named else None,
            requests=asked.wanted,
        ),
    )
    show_sides(question.pair)
    prepared = question.prepared
    if asked.plan:
        plans.show_plan(prepared.record.plan, prepared.record.notices, json=asked.json)
        return ExitCode.OK
    place_for_report(asked.out)
    refuse_what_is_lacking(prepared)

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.run import begin
    from harness.cli.run import running
    from harness.cli.run.changes import diffing

    start = begin(prepared, asked.results or project.results)
    fault = running.measure(project, prepared, start, quiet=asked.quiet)
    diffing.say_what_changed(start.folder, prepared)
    gate = diffing.Gate(files, fail_on_inconclusive=asked.fail_on_inconclusive)
    return diffing.finish(project, start.folder.path, asked.out, json=asked.json, fault=fault, gate=gate)
