"""A row is right when the seeded data set holds it; many rows are right when their ids look random."""

import json
from collections.abc import Sequence

from harness.model.dataset import WORLD_ROWS, worlds
from harness.model.scenario import Level

ENOUGH_FOR_QUARTERS = 64
"""So many uniform ids miss a quarter of the range once in 25 million times (4 * 0.75 ** 64 = 4e-8)."""


def check(body: bytes, _: Level) -> str | None:
    """One row: exactly `id` and `randomNumber`, as the data set has them."""
    row = json.loads(body)
    if not isinstance(row, dict) or row.keys() != {"id", "randomNumber"}:
        return "the row must be an object with the keys id and randomNumber, and no other"
    if type(row["id"]) is not int or not 1 <= row["id"] <= WORLD_ROWS:
        return f"id must be a whole number from 1 to {WORLD_ROWS}"
    stored = worlds()[row["id"] - 1].random_number
    if type(row["randomNumber"]) is not int or row["randomNumber"] != stored:
        return f"row {row['id']} holds the number {stored} in the database"
    return None


def check_many(bodies: Sequence[bytes], _: Level) -> str | None:
    """The ids must be spread: nearly as many different ones as chance gives, in every quarter of the table."""
    ids = {json.loads(body)["id"] for body in bodies}
    by_chance = WORLD_ROWS * (1 - (1 - 1 / WORLD_ROWS) ** len(bodies))
    if len(ids) < 0.9 * by_chance - 1:
        return f"{len(bodies)} responses held only {len(ids)} different ids; each must read a random row"
    quarters = {(row - 1) * 4 // WORLD_ROWS for row in ids}
    if len(bodies) >= ENOUGH_FOR_QUARTERS and len(quarters) < 4:
        return f"the ids of {len(bodies)} responses leave a quarter of the table out; each must read a random row"
    return None
