"""The plan of a campaign and the record kept of it (results/<campaign>/campaign.json)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from harness.model.asked.application import AppManifest, Interface
from harness.model.asked.cell import Cell, DatabaseKind
from harness.model.asked.diff import Diff
from harness.model.asked.scenario import Kind, ScenarioManifest
from harness.model.asked.tuning import Tuning
from harness.model.measured.audit import Account, Audited
from harness.model.measured.continuous import ContinuousRun
from harness.model.measured.held import Held
from harness.model.measured.load import Waiting
from harness.model.measured.machine import Identity, Interpreter, Machine
from harness.model.notice import Failure, Notice
from harness.model.record import Record

SCHEMA_VERSION: Final = 2
"""Of campaign.json, trials.jsonl and slices.jsonl.

1  first version
2  how the generator waits for answers (`waiting` of the plan); in version 1 it slept between them
"""
READABLE: Final = (1, 2)
GETTING_READY: Final = frozenset({"environments", "audit", "services"})
"""Phases before anything is measured: no block takes them, and no budget pays for them."""


def measuring_s(phases_s: Mapping[str, float]) -> float:
    """Seconds of all phases but those of getting ready."""
    return sum(spent for phase, spent in phases_s.items() if phase not in GETTING_READY)


MANY_CONNECTIONS: Final = 64
"""Scenarios of up to so many connections have the same time."""

MOST_WEIGHT: Final = 4.0
"""A scenario has at most so many times the time of another."""


def round_weight(scenario: ScenarioManifest) -> float:
    """The time of a scenario's rotations in proportion to that of others. A figure becomes steadier with each round of
    all connections that is counted, and a round of more connections takes longer (docs/decisions/block-length.md)."""
    return min(MOST_WEIGHT, max(1.0, scenario.rank.at.connections / MANY_CONNECTIONS))


class SliceShape(Record):
    """How the time is cut (docs/concepts.md), in seconds.

    `length_s` is the shortest slice, burn-in included; `rotations_s` the time a block gives a scenario's rotations on
    average; `warm_up_s` how long each cell is driven uncounted before; `window_s` how long its latency is counted,
    where it is measured; `levels_s` the time of rotations at each level that a scenario is not ranked at, for charts;
    `continuous_s` the length of each cell's continuous run before its first rotations (0: none).
    """

    length_s: float = Field(default=0.13, ge=0.01, le=60)
    burn_in_s: float = Field(default=0.03, ge=0)
    rotations_s: float = Field(default=12.0, gt=0)
    warm_up_s: float = Field(default=0.25, gt=0, le=600)
    window_s: float = Field(default=1.0, ge=0.1, le=600)
    levels_s: float = Field(default=0.0, ge=0)
    continuous_s: float = Field(default=5.0, ge=0, le=600)

    @model_validator(mode="after")
    def _something_is_counted(self) -> Self:
        if self.burn_in_s >= self.length_s:
            raise ValueError("a slice must be longer than its burn-in, or nothing of it is counted")
        return self


class Plan(Record):
    """Everything that decides what is measured, and nothing that was measured. Equal plans may be resumed.

    `profile`: what the plan was made from; it says no more than the rest does.
    `load_processes`: of the generator on this machine; `load_workers`: on other machines, instead of them, for which
    servers listen on `target_host`; `waiting`: how the generator waits for answers. `delta`: the difference that
    matters, as a share of 1; fixed beforehand, since verdicts are given with it.
    `latency`: ids of the scenarios whose latency is measured, at `latency_share` of each cell's capacity;
    `latency_in_turn`: in one of them in each block, else in all. `p99_s`: with it, the highest rate is searched that
    keeps the 99th percentile within so many seconds.
    `max_blocks`, `min_blocks`: of each cell. The fewest are measured whatever is decided before, within the budget.
    `start_timeout_s`: what each phase of a server's start may take, where that was asked for. `pool_size`: connections
    to the database over all workers of a cell, of those that have no `pool` of their own.
    """

    seed: int
    profile: str = "core"
    cells: tuple[Cell, ...] = Field(min_length=1)
    scenarios: tuple[ScenarioManifest, ...] = Field(min_length=1)
    reference: str
    shape: SliceShape = SliceShape()
    budget_s: float = Field(gt=0)
    max_blocks: int = Field(ge=1)
    min_blocks: int = Field(default=1, ge=1)
    database: DatabaseKind
    pool_size: int = Field(ge=1)
    load_driver: str = "locust"
    load_processes: int = Field(default=1, ge=1)
    load_workers: int = Field(default=0, ge=0)
    target_host: str = "127.0.0.1"
    waiting: Waiting = "block"
    delta: float = Field(default=0.03, gt=0, lt=1)
    latency: tuple[str, ...] = ()
    latency_in_turn: bool = False
    latency_share: float = Field(default=0.5, gt=0, le=1)
    p99_s: float | None = Field(default=None, gt=0)
    start_timeout_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _the_reference_is_measured(self) -> Self:
        if all(cell.id != self.reference for cell in self.cells):
            raise ValueError("reference is not one of the cells")
        return self

    @property
    def generator_cores(self) -> int:
        """Cores that the load generator can keep busy: a load process is one thread."""
        return self.load_workers or self.load_processes

    def rotations_s_of(self, scenario: ScenarioManifest) -> float:
        """Seconds a block gives the scenario's rotations: its share of what all scenarios have together, and twice that
        where each rotation holds several levels."""
        of_all = sum(round_weight(one) for one in self.scenarios)
        share = round_weight(scenario) / of_all * len(self.scenarios)
        return self.shape.rotations_s * share * (2 if len(scenario.in_every_rotation) > 1 else 1)

    @property
    def spins(self) -> bool:
        """Whether the generator never sleeps while a slice lasts."""
        return self.waiting == "spin"

    def connections_of(self, cell: Cell) -> int:
        """To the database, that the cell's servers open at a time: each worker has one at least."""
        return max(self.pool_of(cell), cell.workers)

    def pool_of(self, cell: Cell) -> int:
        """Connections to the database that the cell may have over all its workers."""
        return self.pool_size if cell.pool is None else cell.pool

    @property
    def workers(self) -> tuple[int, ...]:
        """Numbers of workers that were asked for, as far as the cells show. A server that can run one alone runs
        fewer, so those of the application and server that run most say it."""
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for cell in self.cells:
            found[cell.app, cell.server].add(cell.workers)
        _, _, most = max((len(numbers), max(numbers), sorted(numbers)) for numbers in found.values())
        return tuple(most)

    @property
    def threads(self) -> tuple[int, ...]:
        """Numbers of threads of each worker that were asked for; none where that was left to the harness."""
        return tuple(sorted({cell.threads for cell in self.cells if cell.threads is not None}))

    @property
    def runtime_threads(self) -> tuple[int, ...]:
        """Numbers of runtime threads of each worker that were asked for; none where that was left to the servers."""
        return tuple(sorted({cell.runtime_threads for cell in self.cells if cell.runtime_threads is not None}))

    @property
    def pools(self) -> tuple[int, ...]:
        """Sizes of the pool that were asked for, where they are several; none where `pool_size` is that of all."""
        return tuple(sorted({cell.pool for cell in self.cells if cell.pool is not None}))

    @property
    def interpreters(self) -> tuple[str, ...]:
        """Labels of the interpreters, each once, in the order of the cells."""
        return tuple(dict.fromkeys(cell.interpreter for cell in self.cells))

    @property
    def reference_cell(self) -> Cell:
        """The cell that `reference` names."""
        return next(cell for cell in self.cells if cell.id == self.reference)

    @property
    def reference_cells(self) -> frozenset[str]:
        """The reference cell and its A/A twins, by id."""
        reference = self.reference_cell
        return frozenset(cell.id for cell in self.cells if cell.is_or_repeats(reference))


class CellFacts(Record):
    """What was seen of a cell: its exact command, its live identity, the scenarios it answered as the contract has it
    before it was measured (`verified`) and after its last block (`verified_after`).

    `programs`: versions of what the application needs beside Python, as the programs print them. `distributions`: of an
    own server that the environment's python runs, what is installed there; its processes say nothing of themselves.
    `requirements`: of the framework, the server and what they require, the distributions that each requires.
    `idle_cpu_share`: of a core, where it used too much of it while idle when it was last looked at, and is therefore
    measured alone (the reference is not); 0 where it did so once and no longer does. `continuous`:
    its continuous runs, the last of which holds. `warm_up_s`: how long it is warmed where the plan's
    time was seen to be too short. `accounts`: of each database table it uses, what its answers demand and what the
    database counted, in its last block. `held`: by scenario, what connections cost that it holds open.
    """

    command: tuple[str, ...] = ()
    identity: Identity | None = None
    lock_sha256: str | None = None
    verified: tuple[str, ...] = ()
    verified_after: tuple[str, ...] = ()
    programs: dict[str, str] = Field(default_factory=dict)
    distributions: dict[str, str] = Field(default_factory=dict)
    requirements: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    idle_cpu_share: float | None = None
    continuous: tuple[ContinuousRun, ...] = ()
    warm_up_s: float | None = None
    accounts: tuple[Account, ...] = ()
    held: dict[str, Held] = Field(default_factory=dict)

    @property
    def packages(self) -> dict[str, str]:
        """Each distribution it can import and its version, as far as that is known."""
        return self.identity.packages if self.identity else self.distributions


class ServiceFacts(Record):
    """A service as it answered: name, version and settings that matter."""

    name: str
    version: str
    source: str
    settings: dict[str, str] = Field(default_factory=dict)


class Source(Record):
    """What an application's code was: the digest of its folder and of what applications share, and the commit of the
    repository it lies in, with `-dirty` where the folder differs from it."""

    sha256: str
    commit: str | None = None


class CampaignRecord(Record):
    """campaign.json, rewritten whole and atomically whenever something in it changes. Times are Unix seconds.

    `interfaces`: how each server calls an application. `cannot`: by server, kinds of scenario that it cannot do, and
    why. `diff`: what the two variants are, where the campaign compares two of one application. `tuning`: what is looked
    for, where its cells are configurations of one application that race. `interpreter`: the first one, or the only one;
    `other_interpreters`: those beside it, in the order they were given. `audits`: by cell id, what the database counted
    in the audit before measuring; empty where it counts nothing. `work`: by scenario id, the steps that a request which
    computes takes, where they were calibrated on this machine. `null_rps`: what the load generator does on this
    machine against a responder that does nothing, requests per second.

    Block numbers are never used twice: a block cut off by a kill keeps its slices under its number, is not among
    `completed_blocks`, and is left out of inference.
    """

    schema_version: Literal[1, 2] = SCHEMA_VERSION
    id: str
    created_at: float
    ended_at: float | None = None
    state: Literal["running", "finished", "interrupted"] = "running"
    harness_version: str
    commit: str | None = None
    diff: Diff | None = None
    tuning: Tuning | None = None
    plan: Plan
    applications: dict[str, AppManifest]
    interfaces: dict[str, Interface] = Field(default_factory=dict)
    cannot: dict[str, dict[Kind, str]] = Field(default_factory=dict)
    machine: Machine
    interpreter: Interpreter
    other_interpreters: tuple[Interpreter, ...] = ()
    locks: dict[str, str]
    sources: dict[str, Source] = Field(default_factory=dict)
    services: tuple[ServiceFacts, ...] = ()
    cells: dict[str, CellFacts] = Field(default_factory=dict)
    audits: dict[str, tuple[Audited, ...]] = Field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    notices: tuple[Notice, ...] = ()
    completed_blocks: tuple[int, ...] = ()
    work: dict[str, int] = Field(default_factory=dict)
    null_rps: float | None = None
    phases_s: dict[str, float] = Field(default_factory=dict)

    @property
    def interpreters(self) -> tuple[Interpreter, ...]:
        """All of them, the first one first."""
        return (self.interpreter, *self.other_interpreters)

    def why_not(self, app: str, server: str, scenario: str) -> str:
        """Why an application on a server is not asked a scenario; empty where it is."""
        kinds = {one.id: one.kind for one in self.plan.scenarios}
        if (kind := kinds.get(scenario)) and (reason := self.cannot.get(server, {}).get(kind)):
            return reason
        if (manifest := self.applications.get(app)) is None:
            return ""
        if scenario not in manifest.scenarios:
            return "the application does not answer this scenario"
        return manifest.lacks.get(server, {}).get(scenario, "")

    def measured_alone(self) -> frozenset[str]:
        """Cells that burn CPU while idle. The reference and its twin stay with the others whatever they do."""
        burning = (cell for cell, facts in self.cells.items() if facts.idle_cpu_share)
        return frozenset(burning) - self.plan.reference_cells
