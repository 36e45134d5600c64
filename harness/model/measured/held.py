"""What connections cost that a server holds open while little happens on them."""

from harness.model.record import Record


class Held(Record):
    """Open streams, or WebSockets, of one cell, held at the same time.

    `asked`: how many were opened; `held`: how many of them the server answered and kept. `before_bytes`, `with_bytes`:
    proportional memory of its process tree before and with them; None where the system does not tell. `reason`: why
    fewer are held than were asked for; empty where all are.
    """

    asked: int
    held: int
    before_bytes: int | None
    with_bytes: int | None
    reason: str = ""

    @property
    def bytes_each(self) -> float | None:
        """Memory that a held connection costs; None unless all are held: fewer say nothing of the many."""
        if self.held < self.asked or not self.held or self.before_bytes is None or self.with_bytes is None:
            return None
        return max(0, self.with_bytes - self.before_bytes) / self.held
