"""The servers of a block of profiles: of some configurations one is counted and another one sampled."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from harness.campaign.cells.stage import Stage
from harness.campaign.session.surviving import refuse_lost
from harness.model.asked.cell import Cell
from harness.model.errors import TargetFailed
from harness.model.measured.campaign import Plan
from harness.under_test.launch.launch import Launch, LiveServer, launched_together
from harness.under_test.launch.servers import SERVERS
from harness.under_test.verify.verification import failure_of, verify_all


@dataclass(frozen=True)
class Servers:
    """Of one cell. `counted`: its CPU time is taken, and it runs as in campaigns; `sampled`: its stacks are taken, and
    it is the same one, or has one thread in each worker."""

    counted: LiveServer
    sampled: LiveServer

    @property
    def different(self) -> tuple[LiveServer, ...]:
        """One, or both."""
        return (self.counted,) if self.sampled is self.counted else (self.counted, self.sampled)


@contextmanager
def started(stage: Stage, cells: Sequence[Cell], *, full: bool) -> Iterator[dict[str, Servers]]:
    """By the id of the cell, verified, for the length of the with-block. `full`: the contract is checked in full.

    Raises TargetFailed where a server does not come up or answers wrongly.
    """
    launches = [replace(launch, readable=True) for launch in stage.launches(cells)]
    with _up(stage, launches, full=full) as live, _up(stage, with_one_thread(launches), full=False) as single:
        yield {
            cell: Servers(server, _named_apart(single[cell]) if cell in single else server)
            for cell, server in live.items()
        }


def with_one_thread(launches: Sequence[Launch]) -> list[Launch]:
    """Of the cells whose server has a pool of threads. The profiler stops threads one by one, and one that runs goes on
    until it waits for one that is stopped already, so what takes a thread a moment is seen too seldom."""
    pooled = [launch for launch in launches if SERVERS[launch.cell.server].threads]
    return [replace(launch, threads=1, pool_size=launch.cell.workers) for launch in pooled]


def connections_of(plan: Plan, cells: Sequence[Cell]) -> int:
    """That the servers of all these cells open to the database at a time."""
    return sum(plan.connections_of(cell) + cell.workers for cell in cells)


def _named_apart(server: LiveServer) -> LiveServer:
    """For the load driver, which knows targets by the name of their cell."""
    return replace(server, target=server.target.model_copy(update={"cell": f"{server.target.cell}.single"}))


@contextmanager
def _up(stage: Stage, launches: Sequence[Launch], *, full: bool) -> Iterator[dict[str, LiveServer]]:
    with launched_together(launches) as (live, failures):
        for failure in failures:
            refuse_lost(stage.services)
            raise TargetFailed(f"{failure.reason}\n{failure.log_tail}".strip(), phase=failure.phase, where=failure.cell)
        _verify(stage, [launch.cell for launch in launches], live, full=full)
        yield live


def _verify(stage: Stage, cells: Sequence[Cell], live: dict[str, LiveServer], *, full: bool) -> None:
    for found in verify_all([stage.subject(cell, live[cell.id]) for cell in cells], full=full):
        if not found.passed:
            refuse_lost(stage.services)
            failure = failure_of(found.cell, "verify", found.faults, live[found.cell].process.log_tail())
            raise TargetFailed(
                failure.reason, phase="verify", where=found.cell, mend="see all faults with: harness verify"
            )
