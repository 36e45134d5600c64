"""What a database did for a configuration, by the database's own counters."""

from pydantic import Field

from harness.model.record import Record


class Statement(Record):
    """One statement, constants left out: how often it was run, the rows it gave, and the seconds it took the database
    to run it (without parsing and planning). They go on from reading to reading."""

    text: str
    calls: int = Field(ge=0)
    rows: int = Field(ge=0)
    seconds: float = Field(ge=0)


class DatabaseWork(Record):
    """What the database did while a configuration answered `answered` requests.

    `reads`: statements that read the contract's tables; `reads_asked`: those that an answer needs by the scenario, None
    where it does not say. `sent` and `received`: bytes of the configuration's connections to the database; None where
    they are not known. `statements`: those that took the most.
    """

    answered: int = Field(gt=0)
    calls: int = Field(ge=0)
    reads: int = Field(ge=0)
    reads_asked: int | None = None
    rows: int = Field(ge=0)
    seconds: float = Field(ge=0)
    sent: int | None = Field(default=None, ge=0)
    received: int | None = Field(default=None, ge=0)
    statements: tuple[Statement, ...] = ()
