"""What a campaign says of statements: a verdict for each, and the figures that it rests on."""

from typing import Annotated, Literal

from pydantic import Field

from harness.model.asked.claim import ClaimTier, ClaimVerdict
from harness.model.found.capabilities import Answer
from harness.model.record import Record

StatementVerdict = Literal["holds", "held-then", "does-not-hold", "cannot-tell"]


class Then(Record):
    """What was found of the time of the statement. `rests_on`: published figures, or a version of that time tried here.
    `of`: the owner of the figures, or the versions."""

    verdict: ClaimVerdict
    rests_on: Literal["published", "tried"]
    of: str


class Part(Record):
    """One piece of evidence. `reason`: why it cannot tell; empty where it can. `scenario`: where its figures are."""

    verdict: ClaimVerdict
    reason: str = ""
    scenario: str | None = None
    then: Then | None = None


class RankingPart(Part):
    """The ranking, pair by pair, is among the claims. Given here is the pair that decides: the first that does not
    hold, else the one with the smallest ratio."""

    kind: Literal["ranking"] = "ranking"
    claim: str
    tier: ClaimTier | None = None
    first: str = ""
    second: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


class RequirementPart(Part):
    """`required`: names of all that the distribution requires without an extra."""

    kind: Literal["requirement"] = "requirement"
    distribution: str
    requires: str
    version: str = ""
    required: tuple[str, ...] = ()


class PartsPart(Part):
    """Microseconds by which a request of `slower` keeps a worker longer than one of `faster`, both ids of cells: the
    part of interface, server and driver, and that of the frameworks. `ratio`: requests per second, `faster` over
    `slower`."""

    kind: Literal["parts"] = "parts"
    faster: str = ""
    slower: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    interface_us: float | None = None
    interface_low: float | None = None
    interface_high: float | None = None
    framework_us: float | None = None
    framework_low: float | None = None
    framework_high: float | None = None


class ThreadsPart(Part):
    """CPU per request in microseconds, and context switches per request, with few threads and with many. `ratio`: of
    the CPU, many over few, with its simultaneous interval. `few`, `many`: ids of cells."""

    kind: Literal["threads"] = "threads"
    few: str = ""
    many: str = ""
    few_threads: int | None = None
    many_threads: int | None = None
    few_cpu_us: float | None = None
    many_cpu_us: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    few_switches: float | None = None
    many_switches: float | None = None


class IdlePart(Part):
    """CPU time as a share of one core, and context switches a second, while nobody asks anything; the medians over
    blocks. `cell`: an id."""

    kind: Literal["idle"] = "idle"
    cell: str = ""
    threads: int
    cpu_share: float | None = None
    switches_s: float | None = None


class AtOncePart(Part):
    """Requests that waited at the same time: requests per second x the time each waits (Little 1961)."""

    kind: Literal["at-once"] = "at-once"
    cell: str = ""
    says: Literal["together", "one-by-one"]
    connections: int | None = None
    rps: float | None = None
    at_once: float | None = None
    low: float | None = None
    high: float | None = None


class CapabilityPart(Part):
    """`answer` of the probe, and in a few words how it came about."""

    kind: Literal["capability"] = "capability"
    probe: str
    app: str
    server: str
    says: Literal["yes", "no"]
    answer: Answer = "unknown"
    how: str = ""


class AnswerPart(Part):
    """`about`: what the scenario measures. `cpu_us`: of the server for one request. `framework_us`: how much longer a
    worker is busy with it than that of the bare callable on the same server."""

    kind: Literal["answer"] = "answer"
    cell: str = ""
    app: str
    about: str = ""
    rps: float | None = None
    cpu_us: float | None = None
    framework_us: float | None = None
    framework_low: float | None = None
    framework_high: float | None = None


FoundPart = Annotated[
    RankingPart | RequirementPart | PartsPart | ThreadsPart | IdlePart | AtOncePart | CapabilityPart | AnswerPart,
    Field(discriminator="kind"),
]


class StatementFinding(Record):
    """A statement put to the test. It does not hold where one part does not, and holds where every part does. Where
    each part that does not hold now held then, it held then."""

    id: str
    title: str
    said: str
    verdict: StatementVerdict
    parts: tuple[FoundPart, ...]


class StoryFinding(Record):
    """A story's statements. `commands`: what would measure and probe what is missing; empty where nothing is."""

    story: str
    title: str
    about: str
    source: str
    campaign: str
    statements: tuple[StatementFinding, ...]
    commands: tuple[tuple[str, ...], ...] = ()
