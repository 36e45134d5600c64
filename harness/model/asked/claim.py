"""A ranking that somebody claims, as data, and what a campaign says of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from harness.model.asked.counting import Unit
from harness.model.record import Record, Slug

ClaimTier = Literal["controlled", "idiomatic"]
ClaimVerdict = Literal["holds", "does-not-hold", "cannot-tell"]
Figures = dict[Slug, Annotated[float, Field(gt=0)]]


class Subject(Record):
    """What is ranked, and the application that stands for it in each tier."""

    id: Slug
    title: str = Field(min_length=1, max_length=80)
    controlled: Slug | None = None
    idiomatic: Slug | None = None

    def application(self, tier: ClaimTier) -> str | None:
        return self.controlled if tier == "controlled" else self.idiomatic


class Published(Record):
    """What somebody else measured, in the scenario's unit per second: `rps` by scenario, then by subject. `differed`:
    what was not the same for all subjects there, or not as here."""

    title: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=400)
    differed: tuple[Annotated[str, Field(max_length=400)], ...] = ()
    rps: dict[Slug, Figures] = Field(min_length=1)


class Claim(Record):
    """`subjects` from the fastest to the slowest, in `scenario`. `beside`: applications to measure along with them,
    such as the bare callables that a framework's cost is measured from."""

    id: Slug
    title: str = Field(min_length=1, max_length=200)
    about: str = Field(min_length=1, max_length=800)
    scenario: Slug
    subjects: tuple[Subject, ...]
    beside: tuple[Slug, ...] = ()
    published: tuple[Published, ...] = ()

    @model_validator(mode="after")
    def _ranks_something(self) -> Self:
        if len(self.subjects) < 2:
            raise ValueError("a claim ranks two subjects or more: give each a table [[subjects]], the fastest first")
        return self

    def scenarios(self) -> tuple[str, ...]:
        """Where it can be put to the test: the claim's own scenario, and every one with published figures."""
        return tuple(dict.fromkeys((self.scenario, *(name for run in self.published for name in run.rps))))


class ClaimedCell(Record):
    """The cell that stands for a subject; None, with the reason, where the campaign has no figure of it.

    Microseconds are those of one request: CPU of the server and of the database, and how much longer a worker is busy
    than with the bare callable on the same server.
    """

    subject: str
    title: str
    app: str
    cell: str | None = None
    server: str = ""
    rps: float | None = None
    rps_low: float | None = None
    rps_high: float | None = None
    server_cpu_us: float | None = None
    service_cpu_us: float | None = None
    framework_us: float | None = None
    framework_us_low: float | None = None
    framework_us_high: float | None = None
    reason: str = ""


class ClaimedPair(Record):
    """Two subjects, the one claimed to be faster first. `ratio`: requests per second of `first` over `second`, with the
    campaign's simultaneous interval. `cpu_ratio`: CPU of the server a request, `second` over `first`."""

    first: str
    second: str
    verdict: ClaimVerdict
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    cpu_ratio: float | None = None
    reason: str = ""


class TierFinding(Record):
    """One tier: it holds where every pair does, and does not where one does not."""

    tier: ClaimTier
    verdict: ClaimVerdict
    cells: tuple[ClaimedCell, ...]
    pairs: tuple[ClaimedPair, ...]


class PublishedFigures(Record):
    """What was published of this scenario, by subject."""

    title: str
    source: str
    differed: tuple[str, ...]
    rps: Figures


class ClaimFinding(Record):
    """A claim put to the test in one scenario of a campaign. It holds where it does in every tier, and does not where
    it does not in one. `unit`: what figures count a second. `command`: what would measure what is missing or
    open; empty where nothing is."""

    claim: str
    title: str
    about: str
    scenario: str
    unit: Unit = "requests"
    campaign: str
    verdict: ClaimVerdict
    tiers: tuple[TierFinding, ...]
    published: tuple[PublishedFigures, ...]
    command: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether any pair of it was measured."""
        return any(pair.ratio is not None for tier in self.tiers for pair in tier.pairs)
