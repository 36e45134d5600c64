"""Rows are right when they hold any valid number; many are right when ids and numbers look random.

That the numbers were written is seen in the tables, not in the responses.
"""

from collections.abc import Sequence

from harness.contract.rows import list_fault, rows_told, spread_fault
from harness.model.asked.dataset import MAX_NUMBER, worlds
from harness.model.asked.request import Level
from harness.model.fault import Fault

ENOUGH = 64
"""Rows. That half of so many numbers are the seeded ones, or come twice, never happens by chance (below 10^-60)."""


def check(body: bytes, level: Level) -> Fault | None:
    """As many rows as were asked for, each with a valid number."""
    return list_fault(body, level.n, renumbered=True)


def check_many(bodies: Sequence[bytes], _: Level) -> Fault | None:
    """Ids and numbers must be spread, and the numbers new."""
    if fault := spread_fault(bodies):
        return fault
    rows = [row for body in bodies for row in rows_told(body)]
    if len(rows) < ENOUGH:
        return None
    as_before = sum(number == worlds()[row - 1].random_number for row, number in rows)
    if as_before * 2 > len(rows):
        what = f"{as_before} of {len(rows)} rows hold the number that they held before; each must be given a new one"
        return Fault(code="numbers-not-new", what=what)
    different = len({number for _, number in rows})
    if different * 2 < min(len(rows), MAX_NUMBER):
        what = f"{len(rows)} rows hold only {different} different numbers; each must be given a random one"
        return Fault(code="numbers-not-spread", what=what)
    return None
