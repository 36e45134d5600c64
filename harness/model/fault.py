"""What is wrong with a response."""

from pydantic import Field

from harness.model.record import Record


class Fault(Record):
    """By its code (harness.contract.faults), in words, what was expected, and what was seen instead (shortened)."""

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    what: str
    expected: str = ""
    seen: str = ""

    def __str__(self) -> str:
        parts = (self.what, self.expected and f"expected {self.expected}", self.seen and f"seen {self.seen}")
        return "; ".join(part for part in parts if part)
