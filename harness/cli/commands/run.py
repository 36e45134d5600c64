"""`harness run`: measure, write the report, print the ranking."""

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli import options
from harness.cli.quantities import duration, duration_or_none, percentage
from harness.model.errors import ExitCode

Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="DIR", help="Go on with the interrupted campaign in this results folder."),
]
Quick = Annotated[bool, typer.Option("--quick", help="A short look: one block of 4 s a scenario; an estimate.")]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="What to measure where no filter says it: core (default), full, techempower.",
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        "--budget",
        parser=duration,
        metavar="TIME",
        help="Start no block that would end later than this (default: 7m; full 10h, techempower 3h).",
    ),
]
Blocks = Annotated[
    int | None, typer.Option("--blocks", min=1, metavar="N", help="Measure each cell in at most this many blocks.")
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, max=2**63 - 1, help="Of every random order (default: a random one, which is recorded)."
    ),
]
ShowPlan = Annotated[bool, typer.Option("--plan", help="Show what would be measured, and measure nothing.")]
Reference = Annotated[
    str | None, typer.Option("--reference", metavar="APP[@SERVER]", help="The cell that ratios are told to.")
]
Until = Annotated[
    float | None,
    typer.Option(
        "--until",
        parser=percentage,
        metavar="SHARE",
        help="The difference that matters: cells closer than this are tied (default: 3%).",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="WHAT",
        help="'unresolved': end with 6 while a pair of cells is neither tied nor told apart.",
    ),
]
SliceLength = Annotated[
    float | None, typer.Option("--slice", parser=duration, metavar="TIME", help="Shortest slice, burn-in included.")
]
BurnIn = Annotated[
    float | None, typer.Option("--burn-in", parser=duration, metavar="TIME", help="Uncounted beginning of a slice.")
]
Rotations = Annotated[
    float | None,
    typer.Option(
        "--rotations", parser=duration, metavar="TIME", help="Time of rotations for each scenario of a block."
    ),
]
WarmUp = Annotated[
    float | None,
    typer.Option("--warm-up", parser=duration, metavar="TIME", help="How long each cell is driven uncounted before."),
]
Continuous = Annotated[
    float | None,
    typer.Option(
        "--continuous",
        parser=duration_or_none,
        metavar="TIME",
        help="How long each cell is once driven on end, to see whether it is warm (default: 5s; 'none': not at all).",
    ),
]
Levels = Annotated[
    float | None,
    typer.Option(
        "--levels",
        parser=duration,
        metavar="TIME",
        help="Also measure each level a scenario is not ranked at, so long in each block (for charts; default: none).",
    ),
]
Latency = Annotated[
    list[str] | None,
    typer.Option(
        "--latency",
        metavar="SCENARIO",
        help="Measure response times in these scenarios, at a fixed rate (repeatable; 'all', 'none'; default: one).",
    ),
]
LatencyShare = Annotated[
    float | None,
    typer.Option(
        "--latency-share",
        parser=percentage,
        metavar="SHARE",
        help="The fixed rate as a share of what the cell can do (default: 50%).",
    ),
]
Window = Annotated[
    float | None,
    typer.Option("--window", parser=duration, metavar="TIME", help="How long a cell's latency is counted in a block."),
]
P99 = Annotated[
    float | None,
    typer.Option(
        "--p99",
        parser=duration,
        metavar="TIME",
        help="Also search the highest rate that keeps the 99th percentile within this.",
    ),
]
LoadProcesses = Annotated[
    int | None,
    typer.Option("--load-processes", min=1, metavar="N", help="Load processes on this machine (default: 1)."),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Load workers on other machines: harness worker --master HOST."),
]
Bind = Annotated[
    str | None,
    typer.Option("--bind", metavar="ADDRESS", help="Where load workers find their master."),
]
Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, metavar="PORT", help="The same, its port (default: 5557).")
]
TargetHost = Annotated[
    str | None,
    typer.Option("--target-host", metavar="ADDRESS", help="Where servers listen for load workers (default: loopback)."),
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        parser=duration,
        metavar="TIME",
        help="Wait at most so long for other campaigns on this machine.",
    ),
]
Exclusive = Annotated[bool, typer.Option("--exclusive", help="End with 5 where another campaign runs on this machine.")]
ResultsDir = Annotated[
    Path | None,
    typer.Option("--results", metavar="DIR", help="Where the campaign's folder is made (default: results)."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where the report goes (default: reports/ and the campaign's name)."),
]


def run(
    *,
    only: options.Only = None,
    skip: options.Skip = None,
    server: options.ServerFilter = None,
    scenario: options.ScenarioFilter = None,
    app: options.AppFolders = None,
    scenarios: options.ScenarioFolders = None,
    profile: ProfileName = None,
    quick: Quick = False,
    budget: Budget = None,
    until: Until = None,
    blocks: Blocks = None,
    seed: Seed = None,
    plan: ShowPlan = False,
    resume: Resume = None,
    reference: Reference = None,
    database: options.Database = None,
    database_url: options.DatabaseUrl = None,
    python: options.Interpreter = None,
    server_workers: options.ServerWorkers = None,
    start_timeout: options.StartTimeout = None,
    slice_length: SliceLength = None,
    burn_in: BurnIn = None,
    rotations: Rotations = None,
    warm_up: WarmUp = None,
    continuous: Continuous = None,
    levels: Levels = None,
    latency: Latency = None,
    latency_share: LatencyShare = None,
    window: Window = None,
    p99: P99 = None,
    load_processes: LoadProcesses = None,
    workers: Workers = None,
    bind: Bind = None,
    port: Port = None,
    target_host: TargetHost = None,
    wait: Wait = None,
    exclusive: Exclusive = False,
    results: ResultsDir = None,
    out: Out = None,
    fail_on: FailOn = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Measure applications on servers, rank them, and write the report."""
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.project import Project
    from harness.cli.folders import place_for_report, results_folder
    from harness.cli.run import plans

    plans.check_fail_on(fail_on)
    project = Project.here()
    resumed = results_folder(project, resume) if resume else None
    asked: dict[str, Any] = {
        "selection": options.selection(only, skip, server, scenario, app, scenarios=scenarios),
        "place": options.place(database, database_url, python, server_workers, start_timeout),
        "generator": options.generator(load_processes, workers, bind, port, target_host),
        "reference": reference,
        "profile": profile,
        "seed": seed,
        "budget_s": budget,
        "delta": until,
        "max_blocks": blocks or (1 if quick else None),
        "shape": options.shape(
            slice_length, burn_in, rotations, window, warm_up=warm_up, continuous=continuous, quick=quick
        ),
        "levels_s": 0.0 if quick and levels is None else levels,
        "latency": options.latency(latency, p99, quick=quick),
        "latency_share": latency_share,
        "p99_s": p99,
    }
    prepared = prepare(project, plans.wanted_options(resumed, asked))
    if plan:
        plans.show_plan(prepared.record.plan, prepared.record.notices, json=json)
        return ExitCode.OK
    place_for_report(out)
    refuse_what_is_lacking(prepared)
    plans.heed_others(wait, exclusive=exclusive)

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.run import begin, go_on
    from harness.cli.run import running

    start = go_on(prepared, resumed) if resumed else begin(prepared, results or project.results)
    fault = running.measure(project, prepared, start, quiet=quiet)
    again = running.needed_again(app, scenarios, python)
    return running.finish(
        project, start.folder.path, out, json=json, whole=quiet, fail_on=fail_on, again=again, fault=fault
    )
