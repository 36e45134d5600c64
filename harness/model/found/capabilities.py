"""What an application on a server can do, as trying showed. No answer stands without evidence."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from harness.model.asked.cell import Cell
from harness.model.foreign import clean, redacted
from harness.model.notice import Failure
from harness.model.record import Record

ProbeId = Literal[
    "keep-alive",
    "pipelining",
    "http2-prior-knowledge",
    "http2-alpn",
    "websocket",
    "streaming",
    "concurrent-handlers",
    "openapi",
    "interactive-docs",
    "docs-offline",
    "json-schema",
    "disconnect",
    "graceful-stop",
    "largest-body",
    "largest-header",
    "validation-error",
]
"""Ids of the probes; they do not change."""

TITLES: Final[Mapping[ProbeId, str]] = {
    "keep-alive": "Keep-alive",
    "pipelining": "Pipelining",
    "http2-prior-knowledge": "HTTP/2, prior knowledge",
    "http2-alpn": "HTTP/2, TLS with ALPN",
    "websocket": "WebSocket",
    "streaming": "Unbuffered streaming",
    "concurrent-handlers": "Handlers at the same time",
    "openapi": "OpenAPI document",
    "interactive-docs": "Interactive documentation",
    "docs-offline": "Documentation without a CDN",
    "json-schema": "JSON Schema of a model",
    "disconnect": "Client disconnect noticed",
    "graceful-stop": "Graceful stop under load",
    "largest-body": "Largest body",
    "largest-header": "Largest header",
    "validation-error": "Form of a validation error",
}
"""In the order they are shown."""

LONGEST_QUOTE: Final = 2000
"""Characters of one side of an exchange that are kept."""
MOST_EXCHANGES: Final = 24

Answer = Literal["yes", "no", "measured", "unknown"]
"""`measured`: the answer is a figure or a form, neither good nor bad. `unknown`: it could not be tried, or what was
seen decides nothing."""

WORDS: Final[Mapping[Answer, str]] = {"yes": "yes", "no": "no", "measured": "", "unknown": "n/a"}


def quoted(text: str) -> str:
    """What others sent, safe to show, without passwords, and bounded."""
    safe = clean(redacted(text))
    return safe if len(safe) <= LONGEST_QUOTE else safe[: LONGEST_QUOTE - 1] + "…"


Quoted = Annotated[str, AfterValidator(quoted)]


class Evidence(Record):
    """One exchange: what was sent or done, and what came back or was seen."""

    sent: Quoted = Field(min_length=1)
    got: Quoted = Field(min_length=1)


class Probed(Record):
    """The answer of one probe. Every answer but `unknown` has evidence; `unknown` says why in `how`.

    `how`: the answer in a few words, such as "0 of 16 lost". `figure`: the number in it, in `unit`.
    """

    probe: ProbeId
    answer: Answer
    how: Quoted = ""
    figure: float | None = None
    unit: str = Field(default="", max_length=40)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=MOST_EXCHANGES)

    @property
    def words(self) -> str:
        """The answer for people: "yes: 0 of 16 lost"."""
        return ": ".join(filter(None, (WORDS[self.answer], self.how)))

    @model_validator(mode="after")
    def _stands_on_something(self) -> Self:
        if self.answer != "unknown" and not self.evidence:
            raise ValueError(f"{self.probe}: the answer {self.answer!r} has no evidence")
        if self.answer in ("unknown", "measured") and not self.how:
            raise ValueError(f"{self.probe}: the answer {self.answer!r} does not say how it came about")
        return self


class Capabilities(Record):
    """What one cell can do: every probe once."""

    cell: Cell
    probed: tuple[Probed, ...]

    @model_validator(mode="after")
    def _every_probe_once(self) -> Self:
        if sorted(one.probe for one in self.probed) != sorted(TITLES):
            raise ValueError("not every probe is there once")
        return self

    def of(self, probe: ProbeId) -> Probed:
        """What that probe found."""
        return next(one for one in self.probed if one.probe == probe)


class CapabilitiesFound(Record):
    """What was tried at one time: cells, those that did not come up, and Unix seconds of the end."""

    cells: tuple[Capabilities, ...]
    failures: tuple[Failure, ...] = ()
    ended_at: float
