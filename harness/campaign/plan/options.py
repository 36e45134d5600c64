"""What a person asked for, as plain values."""

import secrets
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr

from harness.campaign.plan.planning import NONE
from harness.campaign.plan.profiles import CORE
from harness.model.asked.cell import Cell, short_names
from harness.model.measured.campaign import Plan, SliceShape
from harness.model.measured.load import Waiting
from harness.model.record import Record

DEFAULT_BUDGET_S: Final = 300.0
QUICK_SHAPE: Final = SliceShape(rotations_s=4.0, continuous_s=0.0)
LOOPBACK: Final = "127.0.0.1"
GIVEN_BY: Final = "HARNESS_DATABASE_URL"
"""Environment variable that names a database as `--database-url` does."""
POOL_SIZE: Final = 16
"""Database connections of an application over all its workers, equal for everybody, unless another is asked for."""

Number = Annotated[int, Field(ge=1)]


class Exactly(Record):
    """An application on a server, with the settings it has there; None: whatever the platform has."""

    app: str
    server: str
    workers: int | None = None
    threads: int | None = None
    runtime_threads: int | None = None
    pool: int | None = None
    interpreter: str | None = None


class Selection(Record):
    """The filters that list, verify, run and lock share."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    app_folders: tuple[Path, ...] = ()
    """Each a folder, or NAME=DIR to give its application another id."""
    scenario_folders: tuple[Path, ...] = ()
    exactly: tuple[Exactly, ...] = ()
    """These and no others: how a resumed campaign names its cells."""


class PlatformOptions(Record):
    """What applications run on. Each of `pythons`, `server_workers`, `threads` and `runtime_threads` of a worker, and
    `pools` makes cells of its own; none: the harness's own interpreter, a worker per core, the harness's number of
    threads, the server's own of runtime threads, and POOL_SIZE.
    `pools`: connections to the database over all workers of an application."""

    database: Literal["auto", "postgresql", "sqlite"] = "auto"
    database_url: SecretStr | None = None
    pythons: tuple[Path, ...] = ()
    server_workers: tuple[Number, ...] = ()
    threads: tuple[Number, ...] = ()
    runtime_threads: tuple[Number, ...] = ()
    pools: tuple[Number, ...] = ()
    start_timeout_s: float | None = Field(default=None, gt=0)


class Generator(Record):
    """Where load comes from: `processes` on this machine, or `workers` on others, which find their master at `bind`
    and `port`; servers then listen on `target_host`. `waiting`: how it waits for answers; `auto` leaves it to the
    machine."""

    processes: int = Field(default=1, ge=1)
    workers: int = Field(default=0, ge=0)
    bind: str = LOOPBACK
    port: int = Field(default=5557, ge=1, le=65_535)
    target_host: str = LOOPBACK
    waiting: Waiting | Literal["auto"] = "auto"


class RunOptions(Record):
    """Everything that decides a plan."""

    @classmethod
    def like(cls, plan: Plan) -> "RunOptions":
        """What would make this plan again, on a machine that has not changed."""
        return cls(
            selection=Selection(
                exactly=tuple(_exactly(cell, plan) for cell in plan.cells if not cell.twin),
                scenarios=tuple(scenario.id for scenario in plan.scenarios),
            ),
            platform=PlatformOptions(
                database="auto" if plan.database == "none" else plan.database,
                server_workers=plan.workers,
                pools=plan.pools or (plan.pool_size,),
                start_timeout_s=plan.start_timeout_s,
            ),
            reference=short_names(plan.cells)[plan.reference],
            generator=Generator(
                processes=plan.load_processes,
                workers=plan.load_workers,
                target_host=plan.target_host,
                waiting=plan.waiting,
            ),
            profile=plan.profile,
            seed=plan.seed,
            shape=plan.shape,
            levels_s=plan.shape.levels_s,
            delta=plan.delta,
            latency=None if plan.latency_in_turn else plan.latency or (NONE,),
            latency_share=plan.latency_share,
            p99_s=plan.p99_s,
            budget_s=plan.budget_s,
            max_blocks=plan.max_blocks,
            min_blocks=plan.min_blocks,
        )

    selection: Selection = Selection()
    platform: PlatformOptions = PlatformOptions()
    generator: Generator = Generator()
    reference: str | None = None
    profile: str = CORE
    seed: int = Field(default_factory=lambda: secrets.randbelow(2**32))
    shape: SliceShape = SliceShape()
    levels_s: float = Field(default=0.0, ge=0)
    delta: float = Field(default=0.03, gt=0, lt=1)
    latency: tuple[str, ...] | None = None
    """Patterns of scenario ids, "all" or "none"; None: all, one of them in each block."""
    latency_share: float = Field(default=0.5, gt=0, le=1)
    p99_s: float | None = Field(default=None, gt=0)
    budget_s: float = Field(default=DEFAULT_BUDGET_S, gt=0)
    max_blocks: int = Field(default=1000, ge=1)
    min_blocks: int = Field(default=1, ge=1)

    def on(self, platform: PlatformOptions, generator: Generator | None = None) -> "RunOptions":
        """These options with what is set in `platform` and `generator`. Numbers of workers, threads or connections that
        are given hold for all cells, also for those that had some of their own."""
        given = platform.model_dump(exclude_unset=True)
        given_of_generator = generator.model_dump(exclude_unset=True) if generator else {}
        free = {
            "workers": "server_workers",
            "threads": "threads",
            "runtime_threads": "runtime_threads",
            "pool": "pools",
        }
        freed = {setting: None for setting, option in free.items() if option in given}
        cells = dict.fromkeys(one.model_copy(update=freed) for one in self.selection.exactly)
        return self.model_copy(
            update={
                "platform": self.platform.model_copy(update=given),
                "generator": self.generator.model_copy(update=given_of_generator),
                "selection": self.selection.model_copy(update={"exactly": tuple(cells)}),
            }
        )


def _exactly(cell: Cell, plan: Plan) -> Exactly:
    """The only interpreter of a plan is the platform's: where that is another one now, the records say how it
    differs."""
    return Exactly(
        app=cell.app,
        server=cell.server,
        workers=cell.workers,
        threads=cell.threads,
        runtime_threads=cell.runtime_threads,
        pool=cell.pool,
        interpreter=cell.interpreter if len(plan.interpreters) > 1 else None,
    )
