"""What is counted of a scenario's answers: the unit of its figure, and what each must do to the database."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from harness.model.record import Record

Unit = Literal["requests", "events", "messages", "MB"]
"""What the ranked figure counts a second."""


def _number_or_n(given: object) -> object:
    if given == "n" or (isinstance(given, int) and not isinstance(given, bool) and given >= 0):
        return given
    raise ValueError('must be a whole number, or "n"')


PerRequest = Annotated[int | Literal["n"], BeforeValidator(_number_or_n)]
"""A number, or as many as the request asks rows for."""


class Audit(Record):
    """What every request must do to the tables, as the database itself counts it over a burst.

    `reads`: statements that read them, each giving `rows` rows; 0 means that an answer comes from a cache, which may
    fill itself. `writes`: rows written. With "n" the body is a JSON list of rows of `world`, or one such row. `table`:
    which table is read.
    """

    reads: PerRequest
    table: Literal["world", "fortune"] = "world"
    rows: int = Field(default=1, ge=1)
    writes: PerRequest = 0
