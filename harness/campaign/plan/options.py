"""What a person asked for, as plain values."""

import secrets
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr

from harness.campaign.plan.planning import NONE
from harness.campaign.plan.profiles import CORE
from harness.model.measured.campaign import Plan, SliceShape
from harness.model.measured.load import Waiting
from harness.model.record import Record

DEFAULT_BUDGET_S: Final = 300.0
QUICK_SHAPE: Final = SliceShape(rotations_s=4.0, continuous_s=0.0)
LOOPBACK: Final = "127.0.0.1"
GIVEN_BY: Final = "HARNESS_DATABASE_URL"
"""Environment variable that names a database as `--database-url` does."""
POOL_SIZE: Final = 16
"""Database connections of an application over all its workers, equal for everybody."""


class Selection(Record):
    """The filters that list, verify, run and lock share."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    app_folders: tuple[Path, ...] = ()
    """Each a folder, or NAME=DIR to give its application another id."""
    scenario_folders: tuple[Path, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    """Exactly these applications on these servers: how a resumed campaign names its cells."""


class PlatformOptions(Record):
    """What applications run on."""

    database: Literal["auto", "postgresql", "sqlite"] = "auto"
    database_url: SecretStr | None = None
    python: Path | None = None
    server_workers: int | None = Field(default=None, ge=1)
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
                pairs=tuple((cell.app, cell.server) for cell in plan.cells if not cell.twin),
                scenarios=tuple(scenario.id for scenario in plan.scenarios),
            ),
            platform=PlatformOptions(
                database="auto" if plan.database == "none" else plan.database,
                server_workers=max(cell.workers for cell in plan.cells),
                start_timeout_s=plan.start_timeout_s,
            ),
            reference=next(f"{cell.app}@{cell.server}" for cell in plan.cells if cell.id == plan.reference),
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
