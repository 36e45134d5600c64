"""What an application is asked in a scenario, how it is loaded, and what is ranked (scenarios/<id>/scenario.toml)."""

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from harness.model.asked.counting import Audit, Unit
from harness.model.asked.request import Edge, Expectation, Level, Request, Step
from harness.model.record import Record, Slug

REQUESTS: Final = "requests"
"""Id of the scenario of what a service without a manifest is asked."""
USUAL_CONNECTIONS: Final = 64
"""That ask it at a time, where nobody says how many."""


class Prepared(Record):
    """Requests that prepare.py in the scenario's folder makes: how many, each with its own expectation.

    `busy_s`: how long one that computes keeps an interpreter busy, seconds. prepare.py is given `work` then, the count
    of steps that takes so long; None: it was not calibrated, and SOME_WORK is asked for.
    """

    requests: int = Field(ge=1, le=4096)
    busy_s: float | None = Field(default=None, gt=0, le=1)
    work: int | None = Field(default=None, ge=1)

    @property
    def given(self) -> tuple[int, ...]:
        """What prepare.py is called with."""
        return (self.requests,) if self.busy_s is None else (self.requests, self.work or SOME_WORK)


SOME_WORK: Final = 20_000
"""Steps that a request computes where only its answer matters: about a millisecond and a half."""


Kind = Literal["requests", "stream", "websocket"]
"""How a scenario speaks: requests with one answer each; requests that are answered by a stream of events, of which each
is looked at when it comes; messages on a WebSocket, each a request's body that must come back."""


class Ranked(Record):
    """How the scenario is ranked, and what its figure means to a reader: `units` of `unit` for each right answer.

    `by`: `throughput`, requests per second at the level `at`; `p99`: the 99th percentile of response times there at
    `rate` requests per second, the same for all cells; `slope`: the time per request that is added by each unit of
    the level's `n`. A slope needs all levels: they are measured in the same rotations. `per`: what `n` counts, for
    people: "middleware", "route".
    """

    by: Literal["throughput", "slope", "p99"] = "throughput"
    at: Level
    per: str = Field(default="unit", pattern=r"^[a-z][a-z ]{0,30}$")
    unit: Unit = "requests"
    units: float = Field(default=1.0, gt=0, le=1e9)
    rate: float | None = Field(default=None, gt=0, le=100_000)

    @model_validator(mode="after")
    def _a_percentile_has_its_rate(self) -> Self:
        if (self.rate is not None) != (self.by == "p99"):
            raise ValueError('rank.rate is needed with by = "p99", and only there')
        return self

    def figure(self, answers: float) -> float:
        """`answers` a second as the figure that is shown, in units a second."""
        return answers * self.units


class Loads(Record):
    """Levels, and the one of them that is ranked."""

    levels: tuple[Level, ...] = Field(min_length=1)
    rank: Ranked

    @model_validator(mode="after")
    def _ranked_at_one_of_its_levels(self) -> Self:
        if self.rank.at not in self.levels:
            raise ValueError("rank.at is not one of the levels")
        return self

    @model_validator(mode="after")
    def _levels_make_a_slope(self) -> Self:
        if self.rank.by == "slope":
            if len({level.n for level in self.levels} - {None}) < 2:
                raise ValueError('rank.by = "slope" needs at least two levels that differ in n')
            if len({level.connections for level in self.levels}) > 1:
                raise ValueError('rank.by = "slope" needs levels of one number of connections')
            if not self.rank.at.n:
                raise ValueError('rank.by = "slope" needs a rank.at with an n above 0')
        return self

    @property
    def in_every_rotation(self) -> tuple[Level, ...]:
        """The levels that one rotation holds: all of them where their slope is what is ranked."""
        return self.levels if self.rank.by == "slope" else (self.rank.at,)


Need = Literal["database", "upstream"]
"""A kind of service that an application must reach."""


class ScenarioManifest(Loads):
    """scenario.toml. `needs` names the kinds of service the application must reach.

    `before`: what each server is asked once, in order, before its requests: a login, say.
    `kind`: how it speaks. `prepared`: where prepare.py makes the requests, `requests` is empty.
    `edges`: odd requests, asked when the contract is verified in full. `audit`: what a burst of requests must do to
    the database.
    `core`: whether a campaign measures it when nothing else was asked for. `techempower`: the levels that TechEmpower's
    test of the same name had, for the profile of that name.
    """

    id: Slug
    title: str = Field(min_length=1, max_length=80)
    about: str = Field(min_length=1, max_length=400)
    kind: Kind = "requests"
    needs: tuple[Need, ...] = ()
    before: tuple[Step, ...] = ()
    requests: tuple[Request, ...] = ()
    prepared: Prepared | None = None
    expect: Expectation
    edges: tuple[Edge, ...] = ()
    audit: Audit | None = None
    core: bool = True
    techempower: Loads | None = None

    @model_validator(mode="after")
    def _requests_from_one_place(self) -> Self:
        if bool(self.requests) == (self.prepared is not None):
            raise ValueError("give the requests, or [prepared] and a prepare.py that makes them: one of the two")
        return self

    @property
    def expect_of_all(self) -> Expectation | None:
        """What the right answer to every request is; None where some are answered in another way, or without a body."""
        alike = all(request.expect is None and request.method != "HEAD" for request in self.requests)
        return self.expect if alike and self.prepared is None else None

    @property
    def probe(self) -> Request:
        """What a starting server is asked until it answers, with whatever status: the first request that needs no value
        of another answer."""
        ready = (request for request in self.requests if not request.value_names)
        return next(ready, Request(path="/")).at(self.rank.at)

    @property
    def waits(self) -> bool:
        """Whether each request waits for the upstream, so that a server answers as many in its delay as may wait."""
        return "upstream" in self.needs

    @property
    def writes(self) -> bool:
        """Whether its requests change what the database holds."""
        return self.audit is not None and self.audit.writes != 0

    def loaded_as(self, loads: Loads | None) -> "ScenarioManifest":
        """The same scenario with these levels instead; itself where there are none."""
        return self.model_copy(update={"levels": loads.levels, "rank": loads.rank}) if loads else self
