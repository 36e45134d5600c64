"""A row is right when the seeded data set holds it; many rows are right when their ids look random."""

import json
from collections.abc import Sequence

from harness.contract.rows import row_fault, spread_fault
from harness.model.asked.request import Level
from harness.model.fault import Fault


def check(body: bytes, _: Level) -> Fault | None:
    """One row, as the data set has it."""
    return row_fault(json.loads(body))


def check_many(bodies: Sequence[bytes], _: Level) -> Fault | None:
    """The ids must be spread."""
    return spread_fault(bodies)
