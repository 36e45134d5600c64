"""The services that the cells of a plan reach, live for the length of a with-block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.preparation import Prepared
from harness.model.measured.campaign import Plan
from harness.under_test.services import LiveService, provision
from harness.under_test.services.upstream import LiveUpstream, upstream


@contextmanager
def database_up(
    prepared: Prepared, workdir: Path, *, connections: int | None = None, counting: bool = False
) -> Iterator[LiveService | None]:
    """The database, live and seeded, for the length of the with-block; None where the plan needs none. `connections`:
    that servers open at a time, without it what a block of the plan's cells needs. `counting`: with counters of
    statements where they can be had."""
    platform, plan = prepared.platform, prepared.record.plan
    if platform.database == "none":
        yield None
        return
    with provision(
        platform.database,
        workdir,
        platform.cores.services,
        url=platform.database_url,
        max_connections=connections or most_connections(plan),
        counting=counting,
    ) as service:
        yield service


@contextmanager
def upstream_up(prepared: Prepared, workdir: Path) -> Iterator[LiveUpstream | None]:
    """The upstream, live, for the length of the with-block; None where no scenario of the plan needs it."""
    if not any(scenario.waits for scenario in prepared.record.plan.scenarios):
        yield None
        return
    with upstream(workdir, prepared.platform.cores.services) as live:
        yield live


def most_connections(plan: Plan) -> int:
    """To the database at a time: every cell of a block is up, each with a whole pool."""
    return sum(sorted(plan.connections_of(cell) for cell in plan.cells)[-GROUP_SIZE:])
