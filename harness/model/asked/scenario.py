"""What is asked of an application, and what a right answer is (scenarios/<id>/scenario.toml)."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from harness.model.asked.counting import Audit, Unit
from harness.model.record import Record, Slug

HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200}")
HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What a header may be (RFC 9110, 5.1 and 5.5): no line break, so that one header never becomes two."""
REQUESTS: Final = "requests"
"""Id of the scenario of what a service without a manifest is asked."""
USUAL_CONNECTIONS: Final = 64
"""That ask it at a time, where nobody says how many."""
VALUE_NAME: Final = r"[A-Za-z][A-Za-z0-9_-]{1,63}"
PLACEHOLDER: Final = re.compile(rf"\{{\{{({VALUE_NAME})\}}\}}")
"""`{{token}}` in a path, header or body stands for a value that is known only while measuring."""


MOST_N: Final = 1000
"""Of a level's parameter: rows asked for, middlewares passed, routes there are."""


class Level(Record):
    """One load: open connections, and the scenario's parameter (rows asked for) where it has one."""

    connections: int = Field(ge=1, le=10_000)
    n: int | None = Field(default=None, ge=0, le=MOST_N)

    @property
    def label(self) -> str:
        return f"{self.connections}c" if self.n is None else f"{self.connections}c-n{self.n}"


MOST_SCHEMA: Final = 16_384
"""Characters of a JSON schema: it lies in the record of every campaign."""


Form = Literal["json", "text", "events", "html", "any"]


class Expectation(Record):
    """What every right response is like, as far as a manifest can say it.

    `body` is compared by `form`: parsed for `json`, stripped of nothing for `text` and `events`; `html` and anything
    random is left to the scenario's check.py, and of `any` nothing but its length is looked at. An empty `content_type`
    asks for none. `fixed` says that the bytes of one application's body never change. `json_schema` (a JSON document)
    is what the verifier holds a JSON body against. `status_to`: the last of several right statuses, `status` being the
    first. `holds`: text that the body holds somewhere. `body` may hold `{n}`, replaced by the level's `n`.
    """

    status: int = Field(default=200, ge=200, le=599)
    status_to: int | None = Field(default=None, ge=200, le=599)
    content_type: str
    form: Form
    body: str | None = None
    fixed: bool = False
    json_schema: str | None = Field(default=None, max_length=MOST_SCHEMA)
    holds: str | None = Field(default=None, min_length=1, max_length=200)

    def at(self, level: Level) -> "Expectation":
        """This expectation with the level's parameter filled into the body."""
        if level.n is None or self.body is None or "{n}" not in self.body:
            return self
        return self.model_copy(update={"body": self.body.replace("{n}", str(level.n))})

    def allows(self, status: int) -> bool:
        """Whether it is a right status."""
        return self.status <= status <= (self.status_to or self.status)

    @property
    def statuses(self) -> str:
        """The right statuses in words."""
        return str(self.status) if self.status_to is None else f"{self.status} to {self.status_to}"

    @model_validator(mode="after")
    def _body_and_form_agree(self) -> Self:
        if self.status_to is not None and self.status_to <= self.status:
            raise ValueError("status_to is the last of several statuses: it must be above status")
        if self.fixed and self.body is None:
            raise ValueError("fixed = true needs the expected body")
        if self.form == "any" and self.body is not None:
            raise ValueError('a body is given, which form = "any" does not look at: give it another form')
        return self


def _headers(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name[:80]!r} is no name of a header")
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of {name} holds a line break, a control character or one beyond Latin-1")
    return given


Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
MOST_PATH: Final = 8000
AskedPath = Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=MOST_PATH)]


class Asked(Record):
    """What is sent. `{{name}}` in path, headers or body is filled in from `Target.values` when it is sent."""

    method: Method = "GET"
    path: AskedPath
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict)
    body: str = ""

    @property
    def value_names(self) -> tuple[str, ...]:
        """Names of the values it needs, each once, in the order they stand there."""
        text = "\n".join((self.path, *self.headers.values(), self.body))
        return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


class Request(Asked):
    """One HTTP request. `path` may hold `{n}`, replaced by the level's `n`.

    `weight`: how often it is asked in a round of the scenario's requests. `expect`: what its right answer is, where
    that differs from the scenario's; check.py is not asked about it then. `timed`: whether it counts among the
    scenario's requests, in response times and throughput; else it only keeps the server busy beside them. `audited`:
    whether a right answer to it must have done to the database what the scenario's audit says; a request that is to be
    refused before need not.
    """

    weight: int = Field(default=1, ge=1, le=100)
    timed: bool = True
    expect: Expectation | None = None
    audited: bool = True

    def at(self, level: Level) -> "Request":
        """This request with the level's parameter filled in."""
        return self if level.n is None else self.model_copy(update={"path": self.path.replace("{n}", str(level.n))})

    def expected(self, otherwise: Expectation) -> Expectation:
        """What its right answer is: its own expectation, or that of the scenario."""
        return self.expect or otherwise


Capture = Annotated[str, StringConstraints(pattern=r"^(json|header|cookie):[^\x00-\x1f]{1,200}$")]
"""Where in an answer a value lies: `json:user.token`, `header:X-Token`, `cookie:sessionid`."""
ValueName = Annotated[str, StringConstraints(pattern=rf"^{VALUE_NAME}$")]


class Step(Asked):
    """Asked once of each server before its requests, in order, so that values of its answer can be sent with them.

    `expect`: its right status; None: any of 200 to 299. `capture`: name of a value -> where in the answer it lies.
    """

    name: Slug
    expect: int | None = Field(default=None, ge=200, le=599)
    capture: dict[ValueName, Capture] = Field(default_factory=dict)

    def as_request(self) -> Request:
        """What is sent."""
        return Request(method=self.method, path=self.path, headers=self.headers, body=self.body)


class Edge(Record):
    """A request that is only asked when the contract is verified in full: `n`, the rows it must be answered with, or
    `expect`, its own right answer."""

    path: str = Field(pattern=r"^/[!-~]*$", max_length=2000)
    n: int | None = Field(default=None, ge=1, le=MOST_N)
    expect: Expectation | None = None

    @model_validator(mode="after")
    def _right_in_one_way(self) -> Self:
        if (self.n is None) == (self.expect is None):
            raise ValueError("give n, or expect: one of the two")
        return self

    @property
    def as_request(self) -> Request:
        """What is sent."""
        return Request(path=self.path, expect=self.expect)


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
