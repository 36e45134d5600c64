"""What a database counted while a cell answered requests."""

from typing import Final, NamedTuple

from harness.model.record import Record, Slug

Asked = tuple[str, int | None]
"""A scenario, and the rows that each request asks for, where it has such a parameter."""


class Counts(NamedTuple):
    """What a database's counters say of the contract's tables: statements that read them (for a table's own counters:
    scans of it), the rows these gave, and rows written. They go on from reading to reading; what happened between two
    is the difference."""

    reads: int
    rows_read: int
    rows_written: int

    def since(self, earlier: "Counts") -> "Counts":
        """What was counted between two readings."""
        return Counts(*(now - then for now, then in zip(self, earlier, strict=True)))

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Counts(0, 0, 0)


class Audited(Record):
    """Of one scenario: statements that read its tables, the rows these gave, and rows written, over all `requests`."""

    scenario: Slug
    requests: int
    reads: int
    rows_read: int
    rows_written: int


UPSTREAM: Final = "upstream"
"""The table of an account that is of requests to the upstream; a scenario that needs it names it so."""


class Account(Record):
    """Of one table, or of the upstream, in one block: what all right answers of a cell demand of it at least, and what
    it counted.

    `answers`: of all scenarios that use the table, those to the verifier included.
    """

    block: int
    table: Slug
    answers: int
    demanded: Counts
    counted: Counts
