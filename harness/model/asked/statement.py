"""Statements that somebody made, as data: each with what would answer it. A story is a file of them."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from harness.model.record import Record, Slug

Text = Annotated[str, Field(min_length=1, max_length=400)]
Distribution = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
"""The normalised name of a distribution (PEP 503)."""


class RankingAsked(Record):
    """It holds where a shipped claim of a ranking does. That claim's published figures say whether it held then."""

    kind: Literal["ranking"]
    claim: Slug


class RequirementAsked(Record):
    """It holds where the metadata of `distribution`, as installed for `app`, requires `requires` without an extra."""

    kind: Literal["requirement"]
    app: Slug
    distribution: Distribution
    requires: Distribution


class PartsAsked(Record):
    """It holds where `faster` is ahead of `slower` and most of the difference is that of interface, server and driver.

    What these take is the time of the bare callables on the same servers; the rest is the frameworks'.
    """

    kind: Literal["parts"]
    scenario: Slug
    faster: Slug
    slower: Slug


class ThreadsAsked(Record):
    """It holds where a request of `app` takes at least `at_least` times the CPU with the most threads measured as with
    the fewest. `fewest`, `most`: the numbers of threads that the statement is about."""

    kind: Literal["threads"]
    app: Slug
    scenario: Slug
    fewest: int = Field(default=1, ge=1)
    most: int = Field(default=200, ge=2)
    at_least: float = Field(default=1.5, gt=1)

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if self.most <= self.fewest:
            raise ValueError(f"most must be above fewest, which is {self.fewest}")
        return self


class IdleAsked(Record):
    """It holds where the server of `app` with `threads` threads uses at least `at_least` of a core while nobody asks
    anything of it. The default is what a campaign calls too much, being measurable beside other cells."""

    kind: Literal["idle"]
    app: Slug
    threads: int = Field(default=200, ge=1)
    at_least: float = Field(default=0.02, gt=0, lt=1)


class AtOnceAsked(Record):
    """How many requests of `app` wait at the same time on one worker with one thread: `together` holds where more than
    one surely does, `one-by-one` where no more than one does.

    `wait_ms`: how long each waits for the upstream of `scenario`. `then_app`: an application with
    a version of the time of the statement, on the same server, where one is tried too.
    """

    kind: Literal["at-once"]
    app: Slug
    server: Slug
    scenario: Slug = "wait"
    wait_ms: float = Field(default=50.0, gt=0, le=60_000)
    says: Literal["together", "one-by-one"] = "one-by-one"
    then_app: Slug | None = None


class CapabilityAsked(Record):
    """It holds where the probe of this name answered `says` for `app` on `server`."""

    kind: Literal["capability"]
    probe: Slug
    app: Slug
    server: Slug
    says: Literal["yes", "no"] = "yes"


class AnswerAsked(Record):
    """It holds where `app` answers `scenario` as the contract has it, refusals included, before measuring, while
    measuring and after."""

    kind: Literal["answer"]
    app: Slug
    scenario: Slug


Asked = Annotated[
    RankingAsked
    | RequirementAsked
    | PartsAsked
    | ThreadsAsked
    | IdleAsked
    | AtOnceAsked
    | CapabilityAsked
    | AnswerAsked,
    Field(discriminator="kind"),
]

MOST_STATEMENTS: Final = 26
"""Of a story: each goes by a letter."""


class Statement(Record):
    """One statement. It holds where all of `evidence` does."""

    id: Slug
    title: str = Field(min_length=1, max_length=80)
    said: Text
    evidence: tuple[Asked, ...] = Field(min_length=1, max_length=20)


class Story(Record):
    """Statements of one text. `source`: where and when they were made."""

    id: Slug
    title: str = Field(min_length=1, max_length=200)
    about: str = Field(min_length=1, max_length=800)
    source: Text
    statements: tuple[Statement, ...] = Field(min_length=1, max_length=MOST_STATEMENTS)
