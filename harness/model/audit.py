"""What a database counted while a cell answered a burst of requests."""

from harness.model.record import Record, Slug


class Audited(Record):
    """Of one scenario: statements that read its tables, the rows these gave, and rows written, over all `requests`."""

    scenario: Slug
    requests: int
    reads: int
    rows_read: int
    rows_written: int
