"""Rows are right when the seeded data set holds them: nothing else writes to the tables a cache is filled from."""

from collections.abc import Sequence

from harness.contract.rows import list_fault, spread_fault
from harness.model.asked.request import Level
from harness.model.fault import Fault


def check(body: bytes, level: Level) -> Fault | None:
    """As many rows as were asked for, as the data set has them."""
    return list_fault(body, level.n)


def check_many(bodies: Sequence[bytes], _: Level) -> Fault | None:
    """The ids must be spread: the whole table is in the cache."""
    return spread_fault(bodies)
