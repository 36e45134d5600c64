"""Rows of `world` in an answer: what they tell, and what is wrong with them."""

import json
from collections.abc import Sequence

from harness.model.asked.dataset import MAX_NUMBER, WORLD_ROWS, worlds
from harness.model.fault import Fault

_KEYS = "the row must be an object with the keys id and randomNumber, and no other"

ENOUGH_FOR_QUARTERS = 64
"""So many uniform ids miss a quarter of the range once in 25 million times (4 * 0.75 ** 64 = 4e-8)."""


def rows_told(body: bytes) -> list[tuple[int, int]]:
    """(id, number) of each row, of a body that was judged right: a JSON list of rows of `world`, or one of them."""
    parsed = json.loads(body)
    return [(row["id"], row["randomNumber"]) for row in (parsed if isinstance(parsed, list) else [parsed])]


def row_fault(row: object, *, renumbered: bool = False) -> Fault | None:
    """One row: exactly `id` and `randomNumber`, the number as the data set has it or, `renumbered`, any valid one."""
    if not isinstance(row, dict) or row.keys() != {"id", "randomNumber"}:
        return Fault(code="row-malformed", what=_KEYS)
    if type(row["id"]) is not int or not 1 <= row["id"] <= WORLD_ROWS:
        return Fault(code="row-malformed", what=f"id must be a whole number from 1 to {WORLD_ROWS}")
    number, stored = row["randomNumber"], worlds()[row["id"] - 1].random_number
    if renumbered:
        right = type(number) is int and 1 <= number <= MAX_NUMBER
        what = f"randomNumber must be a whole number from 1 to {MAX_NUMBER}"
        return None if right else Fault(code="row-malformed", what=what)
    if type(number) is not int or number != stored:
        return Fault(code="row-differs", what=f"row {row['id']} holds the number {stored} in the database")
    return None


def list_fault(body: bytes, n: int | None, *, renumbered: bool = False) -> Fault | None:
    """A JSON list of `n` rows, drawn one by one.

    Fewer than half of them different is never chance: five draws, the worst case of the levels, are one or two rows
    once in 10^10.
    """
    rows = json.loads(body)
    if not isinstance(rows, list):
        return Fault(code="row-malformed", what="the body must be a list of rows")
    if len(rows) != n:
        what = f"the list must hold {n} row{'s' if n != 1 else ''}, not {len(rows)}"
        return Fault(code="rows-miscounted", what=what)
    for row in rows:
        if fault := row_fault(row, renumbered=renumbered):
            return fault
    different = len({row["id"] for row in rows})
    if different * 2 < len(rows):
        what = f"{len(rows)} rows are only {different} different ones; each must be drawn at random"
        return Fault(code="rows-repeated", what=what)
    return None


def spread_fault(bodies: Sequence[bytes]) -> Fault | None:
    """The ids must be spread: nearly as many different ones as chance gives, in every quarter of the table."""
    drawn = [row for body in bodies for row, _ in rows_told(body)]
    ids = set(drawn)
    by_chance = WORLD_ROWS * (1 - (1 - 1 / WORLD_ROWS) ** len(drawn))
    if len(ids) < 0.9 * by_chance - 1:
        what = f"{len(bodies)} responses held only {len(ids)} different ids; each must read a random row"
        return Fault(code="ids-not-spread", what=what)
    quarters = {(row - 1) * 4 // WORLD_ROWS for row in ids}
    if len(drawn) >= ENOUGH_FOR_QUARTERS and len(quarters) < 4:
        what = f"the ids of {len(bodies)} responses leave a quarter of the table out; each must read a random row"
        return Fault(code="ids-not-spread", what=what)
    return None
