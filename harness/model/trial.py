"""What one cell did in one block, scenario and level."""

from harness.model.load import ErrorKind
from harness.model.notice import Notice
from harness.model.record import Record
from harness.model.scenario import Level


class Trial(Record):
    """The counted slices of one (cell, block, scenario, level), gathered.

    `rates` is goodput in requests a second, one for each entry of `rotations`. `errors` is by kind. `failed_gates`
    holds what keeps the trial out of the ranking; it is kept and shown all the same.
    """

    cell: str
    block: int
    scenario: str
    level: Level
    rotations: tuple[int, ...]
    rates: tuple[float, ...]
    completions: int
    duration_s: float
    errors: dict[ErrorKind, int]
    bytes_received: int
    body_bytes: int
    reconnects: int
    generator_cpu_s: float
    wall_s: float
    histogram: str | None = None
    failed_gates: tuple[Notice, ...] = ()

    @property
    def error_share(self) -> float:
        """Errors over everything answered or failed; 1.0 where nothing was answered."""
        failed = sum(self.errors.values())
        return failed / (failed + self.completions) if failed + self.completions else 1.0
