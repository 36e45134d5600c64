"""What `harness run` was asked to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from harness.campaign.plan.options import QUICK_SHAPE, Generator, RunOptions
from harness.campaign.plan.planning import NONE
from harness.cli.measuring_options import (
    Blocks,
    Continuous,
    LatencyShare,
    Out,
    PlanAlone,
    Results,
    Rotations,
    Seed,
    WaitingChoice,
)
from harness.cli.options import Filters, Json, Quiet, SeveralSettings
from harness.cli.quantities import duration, percentage
from harness.cli.run.service import ServiceChoice
from harness.model.errors import UsageError
from harness.model.measured.campaign import SliceShape


@dataclass(frozen=True, kw_only=True)
class RunAsked(ServiceChoice, SeveralSettings, Filters):
    """The options of `harness run`; None is what was not given."""

    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="What to measure if no filter decides it: core (default), full, techempower, story.",
        ),
    ] = None
    quick: Annotated[
        bool, typer.Option("--quick", help="A short look: one block of 4 s per scenario. The result is an estimate.")
    ] = False
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=duration,
            metavar="TIME",
            help="Start no block that would end after this time (default: 5m; full 10h, techempower 3h, story 1h).",
        ),
    ] = None
    until: Annotated[
        float | None,
        typer.Option(
            "--until",
            parser=percentage,
            metavar="SHARE",
            help="The difference that matters: cells that are closer are tied (default: 3%).",
        ),
    ] = None
    blocks: Blocks = None
    seed: Seed = None
    plan: PlanAlone = False
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="DIR", help="Resume the interrupted campaign in this results folder."),
    ] = None
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="APP[@SERVER]",
            help="The cell that all others are compared with; a cell's id where it has several settings.",
        ),
    ] = None
    slice_length: Annotated[
        float | None,
        typer.Option(
            "--slice", parser=duration, metavar="TIME", help="Length of the shortest slice, burn-in included."
        ),
    ] = None
    burn_in: Annotated[
        float | None,
        typer.Option("--burn-in", parser=duration, metavar="TIME", help="Uncounted beginning of each slice."),
    ] = None
    rotations: Rotations = None
    capabilities: Annotated[
        bool,
        typer.Option(
            "--capabilities",
            help="Afterwards also try what the applications can do on their servers, for the report.",
        ),
    ] = False
    warm_up: Annotated[
        float | None,
        typer.Option(
            "--warm-up", parser=duration, metavar="TIME", help="Uncounted load on each cell before its rotations."
        ),
    ] = None
    continuous: Continuous = None
    levels: Annotated[
        float | None,
        typer.Option(
            "--levels",
            parser=duration,
            metavar="TIME",
            help="Also measure the levels that are not ranked, this long in each block (for charts; default: none).",
        ),
    ] = None
    latency: Annotated[
        list[str] | None,
        typer.Option(
            "--latency",
            metavar="SCENARIO",
            help="Measure response times at a fixed rate, in each block, in these scenarios (repeatable; 'all', 'none';"
            " default: in all, one a block in turn).",
        ),
    ] = None
    latency_share: LatencyShare = None
    window: Annotated[
        float | None,
        typer.Option(
            "--window",
            parser=duration,
            metavar="TIME",
            help="How long response times are counted in each block; of slow ones up to three times as long.",
        ),
    ] = None
    p99: Annotated[
        float | None,
        typer.Option(
            "--p99",
            parser=duration,
            metavar="TIME",
            help="Also find the highest rate at which the 99th percentile stays within this time.",
        ),
    ] = None
    waiting: WaitingChoice = None
    load_processes: Annotated[
        int | None,
        typer.Option("--load-processes", min=1, metavar="N", help="Load processes on this machine (default: 1)."),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            metavar="N",
            help="Number of load workers on other machines (started there with: harness worker --master HOST).",
        ),
    ] = None
    bind: Annotated[
        str | None,
        typer.Option("--bind", metavar="ADDRESS", help="Address of the load master (default: loopback)."),
    ] = None
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, metavar="PORT", help="Port of the load master on --bind (default: 5557)."
        ),
    ] = None
    target_host: Annotated[
        str | None,
        typer.Option(
            "--target-host",
            metavar="ADDRESS",
            help="Address where servers listen for load workers (default: loopback).",
        ),
    ] = None
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait",
            parser=duration,
            metavar="TIME",
            help="Wait at most this long for other campaigns on this machine.",
        ),
    ] = None
    exclusive: Annotated[
        bool, typer.Option("--exclusive", help="End with 5 if another campaign runs on this machine.")
    ] = False
    results: Results = None
    out: Out = None
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="WHAT",
            help="'unresolved': end with 6 if a pair of cells is neither tied nor distinguished.",
        ),
    ] = None
    json: Json = False
    quiet: Quiet = False

    @property
    def options(self) -> RunOptions:
        """What decides the plan; what was not given is unset in it. Raises UsageError for a contradiction."""
        given: dict[str, Any] = {
            "selection": self.selection,
            "platform": self.platform,
            "generator": self.generator,
            "reference": self.reference,
            "profile": self.profile,
            "seed": self.seed,
            "budget_s": self.budget,
            "delta": self.until,
            "max_blocks": self.blocks or (1 if self.quick else None),
            "shape": self.shape,
            "levels_s": 0.0 if self.quick and self.levels is None else self.levels,
            "latency": self.scenarios_with_latency,
            "latency_share": self.latency_share,
            "p99_s": self.p99,
        }
        return RunOptions(**_without_none(given))

    @property
    def shape(self) -> SliceShape | None:
        """How the time is cut; None where nothing about it was asked for. Raises UsageError for one that cannot be."""
        given = _without_none({field: getattr(self, name) for field, (name, _) in SHAPE.items()})
        if not given and not self.quick:
            return None
        base = QUICK_SHAPE if self.quick else SliceShape()
        try:
            return SliceShape.model_validate(base.model_dump() | given)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ", ".join(SHAPE[str(field)][1] for field in fault["loc"] or SHAPE)
            raise UsageError(
                fault["msg"].removeprefix("Value error, "), where=where, mend="see: harness run --help"
            ) from None

    @property
    def scenarios_with_latency(self) -> tuple[str, ...] | None:
        """None leaves it to the plan. A short look has time for none unasked."""
        if self.latency:
            return tuple(self.latency)
        return (NONE,) if self.quick and self.p99 is None else None

    @property
    def generator(self) -> Generator:
        """Where load comes from; what was not given is unset in it. Raises UsageError for a contradiction."""
        if self.load_processes and self.workers:
            raise UsageError(
                "load comes from processes here or from workers elsewhere, not from both",
                where="--load-processes, --workers",
                mend="give one of them",
            )
        given = {
            "processes": self.load_processes,
            "workers": self.workers,
            "bind": self.bind,
            "port": self.port,
            "target_host": self.target_host,
            "waiting": self.waiting,
        }
        return Generator.model_validate(_without_none(given))


SHAPE: Final = {
    "length_s": ("slice_length", "--slice"),
    "burn_in_s": ("burn_in", "--burn-in"),
    "rotations_s": ("rotations", "--rotations"),
    "window_s": ("window", "--window"),
    "warm_up_s": ("warm_up", "--warm-up"),
    "continuous_s": ("continuous", "--continuous"),
}
"""Field of SliceShape -> the option that sets it, by its name here and on the command line."""


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
