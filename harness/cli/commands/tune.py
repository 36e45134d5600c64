"""`harness tune`: the server, workers and threads that give the most requests per second on this machine."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import typer

from harness.cli.measuring_options import (
    Blocks,
    Continuous,
    LatencyShare,
    Out,
    PlanAlone,
    Results,
    Seed,
    Until,
    WaitingChoice,
)
from harness.cli.option_record import options_from
from harness.cli.options import Folders, Json, Quiet, SeveralSettings, selection
from harness.cli.quantities import Counts, counts, duration
from harness.cli.run.service import ServiceChoice
from harness.model.errors import ExitCode, UsageError

BUDGET_S: Final = 900.0
DELTA: Final = 0.03
ROTATIONS_S: Final = 8.0
"""Shorter than those of `harness run`: at first many candidates are to be seen once."""


@dataclass(frozen=True, kw_only=True)
class TuneAsked(ServiceChoice, SeveralSettings, Folders):
    """The options of `harness tune`."""

    app_id: Annotated[
        str | None, typer.Argument(metavar="[APP]", help="The application, by its id; or name a service: --target.")
    ] = None
    server: Annotated[
        list[str] | None,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="Try these servers (repeatable; default: all that the application names, or that speak to a target).",
        ),
    ] = None
    server_workers: Annotated[
        Counts | None,
        typer.Option(
            "--server-workers",
            parser=counts,
            metavar="N[,N]",
            help="Try these numbers of workers (default: 1 to the number of cores of the servers, and twice as many).",
        ),
    ] = None
    threads: Annotated[
        Counts | None,
        typer.Option(
            "--threads",
            parser=counts,
            metavar="N[,N]",
            help="Try these numbers of threads of a worker, where the server has an option for them (default:"
            " 1,4,8,16,32).",
        ),
    ] = None
    runtime_threads: Annotated[
        Counts | None,
        typer.Option(
            "--runtime-threads",
            parser=counts,
            metavar="N[,N]",
            help="Try these numbers of threads that only serve connections, where the server has an option for them"
            " (default: the server's own alone).",
        ),
    ] = None
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario", metavar="SCENARIO", help="Measure this scenario (default: json, or the first it answers)."
        ),
    ] = None
    connections: Annotated[
        int | None,
        typer.Option(
            "--connections",
            min=1,
            max=10_000,
            metavar="N",
            help="Connections at a time (default: those the scenario is ranked at; of a service 64).",
        ),
    ] = None
    p99: Annotated[
        float | None,
        typer.Option(
            "--p99",
            parser=duration,
            metavar="TIME",
            help="Only what keeps the 99th percentile of response times within this time, at a fixed rate.",
        ),
    ] = None
    latency_share: LatencyShare = None
    until: Until = None
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=duration,
            metavar="TIME",
            help="Start no block that would end after this time (default: 15m).",
        ),
    ] = None
    blocks: Blocks = None
    rotations: Annotated[
        float | None,
        typer.Option("--rotations", parser=duration, metavar="TIME", help="Time of rotations per block (default: 8s)."),
    ] = None
    continuous: Continuous = None
    waiting: WaitingChoice = None
    seed: Seed = None
    plan: PlanAlone = False
    results: Results = None
    out: Out = None
    json: Json = False
    quiet: Quiet = False

    @property
    def options(self) -> dict[str, Any]:
        """What decides the plan beside the candidates."""
        given = {
            "seed": self.seed,
            "max_blocks": self.blocks,
            "latency_share": self.latency_share,
            "generator": {"waiting": self.waiting} if self.waiting else None,
        }
        always = {
            "budget_s": self.budget or BUDGET_S,
            "delta": self.until or DELTA,
            "shape": {"rotations_s": self.rotations or ROTATIONS_S, "continuous_s": self.continuous or 0.0},
        }
        return always | {name: value for name, value in given.items() if value is not None}

    def refuse_what_cannot_be(self) -> None:
        """Raise UsageError where not exactly one thing is named, or an option says nothing."""
        replace(self, connections=None).refuse_unless_one(self.app_id)
        if self.latency_share is not None and self.p99 is None:
            raise UsageError("it is the rate of the limit on p99", where="--latency-share", mend="give --p99 TIME too")


@options_from(TuneAsked)
def tune(asked: TuneAsked) -> int:
    """Find the server, workers and threads with the most requests per second, and say which are tied or undecided."""
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.project import Project
    from harness.campaign.tuning.question import Asked, planned, selected_application
    from harness.cli.folders import place_for_report
    from harness.cli.run import plans

    asked.refuse_what_cannot_be()
    project, platform = Project.here(), asked.platform
    if asked.app_id is None:
        from harness.cli.run.given import selected_service

        chosen, service = selected_service(project, asked, asked.server, platform)
        platform = service.running_on(platform)
    else:
        chosen = selected_application(project, asked.app_id, selection(asked), asked.server or (), asked.scenario)
    prepared = planned(
        project,
        chosen,
        Asked(
            platform=platform,
            p99_s=asked.p99,
            connections=asked.connections if asked.app_id else None,
            options=asked.options,
        ),
    )
    if asked.plan:
        plans.show_plan(prepared.record.plan, prepared.record.notices, json=asked.json)
        return ExitCode.OK
    place_for_report(asked.out)
    refuse_what_is_lacking(prepared)

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.run import begin
    from harness.cli.run import running, tuning

    tuning.say_how_long(prepared.record.plan)
    start = begin(prepared, asked.results or project.results)
    fault = running.measure(project, prepared, start, quiet=asked.quiet)
    return tuning.finish(project, start.folder.path, asked.out, json=asked.json, whole=asked.quiet, fault=fault)
