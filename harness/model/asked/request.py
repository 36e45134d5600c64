"""What is sent, at a level of load, and what a right answer to it is."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from harness.model.record import Record, Slug

HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200}")
HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What a header may be (RFC 9110, 5.1 and 5.5): no line break, so that one header never becomes two."""
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


def uncaptured(
    before: Sequence[Step], requests: Sequence[Asked], known: Collection[str] = ()
) -> Iterator[tuple[str, str, str]]:
    """Names that stand in a step or request and have no value by then: the key, what is wrong, how to mend it.

    `known`: names whose values are given otherwise.
    """
    names = set(known)
    for number, step in enumerate(before):
        yield from _missing(f"before.{number}", step.value_names, names)
        names |= step.capture.keys()
    for number, request in enumerate(requests):
        yield from _missing(f"requests.{number}", request.value_names, names)


def _missing(key: str, needed: Sequence[str], names: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for name in needed:
        if name not in names:
            there = f"captured are: {', '.join(sorted(names))}" if names else "capture it in a [[before]]"
            yield key, f"{{{{{name}}}}} has no value", there
