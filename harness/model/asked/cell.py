"""The unit that is measured: an application on a server, with everything that may change its speed."""

from typing import Literal, Self

from pydantic import Field

from harness.model.record import Record, Slug

DatabaseKind = Literal["postgresql", "sqlite", "none"]


class Cell(Record):
    """(application, server, workers, database, interpreter); `twin` counts hidden repeats of it for A/A."""

    app: Slug
    server: Slug
    workers: int = Field(ge=1)
    database: DatabaseKind
    interpreter: str = Field(pattern=r"^[\w.+-]+$")
    twin: int = Field(default=0, ge=0)

    @property
    def id(self) -> str:
        """Unique in a campaign, and safe as a file name."""
        parts = (self.app, self.server, f"w{self.workers}", self.database, self.interpreter)
        return ".".join(parts) + (f".twin{self.twin}" if self.twin else "")

    def is_or_repeats(self, other: Self) -> bool:
        """Whether both are one cell, A/A twins of it counted in."""
        return self.model_copy(update={"twin": other.twin}) == other

    @property
    def label(self) -> str:
        return f"{self.app} on {self.server}" + (f" (twin {self.twin})" if self.twin else "")
