"""`harness upgraded`: what new locks changed, against the last campaign."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.commands.locks.lock import LockedAsked
from harness.cli.console import messages, print_notice
from harness.cli.measuring_options import Blocks, Out, PlanAlone, Results, Seed
from harness.cli.option_record import options_from
from harness.cli.options import GateOptions, Json, PlatformChoice, Quiet, interpreter
from harness.cli.quantities import duration
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class UpgradedAsked(GateOptions, PlatformChoice, LockedAsked):
    """The options of `harness upgraded`."""

    campaign: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CAMPAIGN]", help="The earlier campaign (default: the last that measured the changed)."
        ),
    ] = None
    python: Annotated[
        list[Path] | None,
        typer.Option(
            "--python",
            parser=interpreter,
            metavar="PATH",
            help="Interpreters of the earlier campaign, whose paths no record holds (repeatable).",
        ),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=duration,
            metavar="TIME",
            help="Start no block that would end after this time (default: that of the earlier campaign).",
        ),
    ] = None
    blocks: Blocks = None
    seed: Seed = None
    across_machines: Annotated[
        bool, typer.Option("--across-machines", help="Measure and compare although the machines differ.")
    ] = False
    plan: PlanAlone = False
    results: Results = None
    out: Out = None
    json: Json = False
    quiet: Quiet = False

    @property
    def settings(self) -> dict[str, object]:
        return {"pythons": tuple(self.python) if self.python else None}

    @property
    def options(self) -> dict[str, Any]:
        """What takes the place of the earlier campaign's options."""
        given = {"budget_s": self.budget, "max_blocks": self.blocks, "seed": self.seed}
        return {name: value for name, value in given.items() if value is not None}


@options_from(UpgradedAsked)
def upgraded(asked: UpgradedAsked) -> int:
    """Verify the applications that 'harness lock' changed, measure them as the last campaign did, and compare."""
    from harness.campaign.plan.lacking import refuse_what_is_lacking
    from harness.campaign.plan.project import Project
    from harness.campaign.upgrading.question import Asked, upgrade_of
    from harness.cli.folders import place_for_report, results_folder
    from harness.cli.run import plans

    project = Project.here()
    results = asked.results or project.results
    upgrade = upgrade_of(
        project,
        results,
        Asked(
            campaign=results_folder(project, asked.campaign) if asked.campaign else None,
            chosen=asked.chosen(project),
            platform=asked.platform,
            options=asked.options,
            across_machines=asked.across_machines,
        ),
    )
    if upgrade is None:
        messages.print("No lock changed since the last campaign with its application; see: harness outdated")
        return ExitCode.OK
    prepared, names = upgrade.prepared, ", ".join(upgrade.changed)
    messages.print(f"Since {upgrade.before.path.name} the lock changed of: {names}", markup=False, highlight=False)
    for notice in upgrade.elsewhere:
        print_notice(notice)
    if asked.plan:
        record = prepared.record
        plans.show_plan(record.plan, record.notices, json=asked.json, interpreters=record.interpreters)
        return ExitCode.OK

    # What measures and reports takes a second to load: by now there is something to measure.
    from harness.campaign.run import begin
    from harness.cli.run import running
    from harness.cli.run.changes import upgrading
    from harness.cli.run.changes.comparing import Gate

    gate = Gate.of(asked)
    place_for_report(asked.out)
    refuse_what_is_lacking(prepared)
    only = asked.chosen(project).model_copy(update={"only": upgrade.changed, "skip": ()})
    if not upgrading.all_pass(project, only, asked.platform, prepared, json=asked.json, quiet=asked.quiet):
        return ExitCode.CELL_FAILED
    start = begin(prepared, results)
    fault = running.measure(project, prepared, start, quiet=asked.quiet)
    again = running.needed_again(asked.app, asked.scenarios, asked.python)
    end = upgrading.End(project, upgrade, start.folder, again, fault)
    return upgrading.finish(end, gate, across_machines=asked.across_machines, out=asked.out, json=asked.json)
