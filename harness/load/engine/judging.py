"""Is this response right? Status and type always, a known body always, any other body by samples."""

from collections.abc import Callable
from typing import Final, NamedTuple

from harness.contract.bodies import body_faults
from harness.load.engine.response import Response
from harness.model.load import ErrorKind, LoadScenario
from harness.model.scenario import Expectation

Fault = tuple[ErrorKind, str]

SAMPLE_EVERY: Final = 64
MAX_SAMPLES: Final = 8
"""Bodies kept a slice for check.py, which runs between slices: an HTML check may take a millisecond."""
MAX_KNOWN: Final = 256
MAX_KNOWN_BODY: Final = 16_384
"""Longer bodies cost more to look up than to judge."""


class Verdict(NamedTuple):
    """`exact`: the very same bytes would be right again, so that they need no judging."""

    fault: Fault | None
    exact: bool


RIGHT: Final = Verdict(None, exact=True)
PLAUSIBLE: Final = Verdict(None, exact=False)


class Judge:
    """Judges the responses of one target to one scenario at one level, on what the manifest says.

    A body that the manifest gives is compared each time. Where it gives none, one in SAMPLE_EVERY, and any of a length
    not seen before, is kept as a sample. Bodies that were found right are remembered.
    """

    def __init__(self, scenario: LoadScenario) -> None:
        self._expect = scenario.expect
        self._media_type = media_type(scenario.expect.content_type)
        self._right = right_body(scenario.expect)
        self._known: set[bytes] = set()
        self._lengths: set[int] = set()
        self._seen = 0
        self._samples: list[bytes] = []

    def verdict(self, response: Response) -> Verdict:
        """What can be told of the response at once."""
        head, body = response.head, response.body
        if head.status != self._expect.status:
            return wrong("status", f"{head.status} where {self._expect.status} was expected")
        if head.media_type != self._media_type:
            return wrong("body", f"content type {head.media_type!r} where {self._media_type!r} was expected")
        if len(body) <= MAX_KNOWN_BODY and body in self._known:
            return RIGHT
        if self._right is None:
            self._sample(body)
            return PLAUSIBLE
        if not self._right(body):
            return wrong("body", f"not the expected body: {body[:80]!r}")
        self.know(body)
        return RIGHT

    def take_samples(self) -> list[bytes]:
        """The bodies kept since the last time, for the scenario's own check."""
        samples, self._samples = self._samples, []
        return samples

    def know(self, body: bytes) -> None:
        """The body was found right: the same again needs no look."""
        if len(self._known) < MAX_KNOWN and len(body) <= MAX_KNOWN_BODY:
            self._known.add(body)

    def _sample(self, body: bytes) -> None:
        self._seen += 1
        new = len(body) not in self._lengths
        if (new or self._seen % SAMPLE_EVERY == 0) and len(self._samples) < MAX_SAMPLES:
            self._lengths.add(len(body))
            self._samples.append(body)


def wrong(kind: ErrorKind, why: str) -> Verdict:
    return Verdict((kind, why), exact=False)


def media_type(content_type: str) -> str:
    """Without parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def right_body(expect: Expectation) -> Callable[[bytes], bool] | None:
    """How a body is told to be the expected one; None where the manifest cannot say it.

    The manifest gives the value: JSON may be written with or without blanks, so bytes are known only once judged.
    """
    if expect.body is None or expect.form == "html":
        return None
    return lambda body: not any(body_faults(body, expect))
