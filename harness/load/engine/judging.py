"""Is this response right? Its head by the contract's own rules, and its body as far as that can be judged at once."""

import time
from math import inf
from typing import Final, NamedTuple

from harness.contract import response as contract
from harness.contract.bodies import body_faults
from harness.contract.codings import codings_asked
from harness.contract.judge import BODYLESS, content, head_faults, is_bodyless
from harness.contract.pace import Pace
from harness.contract.schemas import prepare
from harness.load.engine.lore import MAX_KNOWN, MAX_KNOWN_BODY, Lore
from harness.model.asked.request import Request
from harness.model.measured.load import ErrorKind, LoadScenario, Target
from harness.wire.responses import Head, Response

Fault = tuple[ErrorKind, str]
Heads = dict[Head, float]
"""Heads found right, and when."""

LOOK_AGAIN_S: Final = 1.0
"""How long a head counts as judged: a Date that does not move becomes wrong with time."""
MAX_HEADS: Final = 512
LOOK_AT_JSON_S: Final = 0.05
"""How often a body of JSON that may vary is looked at while all before it were right: a schema costs up to a
millisecond, which many thousand answers a second have no room for."""
SUSPECTED: Final = 64
"""After a wrong one so many are looked at, one after another."""


class Verdict(NamedTuple):
    """`exact`: the very same bytes would be right again, so that they need no judging."""

    fault: Fault | None
    exact: bool


RIGHT: Final = Verdict(None, exact=True)
PLAUSIBLE: Final = Verdict(None, exact=False)


class Judge:
    """Judges the responses of one target to one request of a scenario.

    Each different head is judged in full, and again after LOOK_AGAIN_S; `heads` holds when, and is shared by judges
    that expect the same of heads. A body that the manifest gives is compared each time, by value: JSON may be written
    with or without blanks, so bytes are known only once judged. JSON that a request expects without giving it is looked
    at now and then, and each time after a wrong one. Of any other body, or where there is a check.py beside it, `lore`
    says whether it may be right.
    """

    def __init__(
        self,
        target: Target,
        scenario: LoadScenario,
        request: Request,
        lore: Lore,
        *,
        heads: Heads | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`heads`: those of all requests of one target that are `alike`. `pace`: of all its responses."""
        self._request, self._expect = request, request.expected(scenario.expect)
        self._dated, self._named, self._lore = target.sends_date, target.sends_name, lore
        self._bodyless = is_bodyless(request, self._expect.status)
        self._is_coded = bool(codings_asked(request))
        self._is_told = self._expect.holds is not None or (
            self._expect.body is not None and self._expect.form != "html"
        )
        self._is_checked = request.expect is None and (scenario.check is not None or not self._is_told)
        self._is_free = lore.together and self._is_checked and not (self._is_told or self._is_coded or self._bodyless)
        self._may_vary = request.expect is not None and self._expect.form == "json" and not self._is_told
        self._looked, self._suspected = -inf, 0
        if self._may_vary and self._expect.json_schema:
            prepare(self._expect.json_schema)
        self._known: set[bytes] = set()
        self._heads: Heads = {} if heads is None else heads
        self._pace = Pace() if pace is None else pace

    def verdict(self, response: Response, took_s: float, now: float) -> Verdict:
        """What can be judged of the response at once. `took_s`: since it was asked; `now`: seconds of any one clock."""
        judged = self._heads.get(response.head)
        if judged is None or now - judged > LOOK_AGAIN_S:
            if fault := self._of_head(response, took_s):
                return Verdict(fault, exact=False)
            self._heads[response.head] = now
        if self._is_free:  # the shortest way, which most bodies that vary take
            return PLAUSIBLE if self._lore.is_plausible(response.body) else wrong_shape(response.body)
        if self._bodyless or response.head.status in BODYLESS:
            return RIGHT
        return self._of_coded(response, now) if self._is_coded else self._of_body(response.body, now)

    def knows(self, head: Head, now: float) -> bool:
        """Whether the head was found right, not long ago."""
        judged = self._heads.get(head)
        return judged is not None and now - judged <= LOOK_AGAIN_S

    def _of_head(self, response: Response, took_s: float) -> Fault | None:
        faults = head_faults(
            as_contract(response, self._pace.after(time.time(), max(0.0, took_s))),
            self._expect,
            dated=self._dated,
            named=self._named,
            request=self._request,
        )
        if len(self._heads) >= MAX_HEADS:
            self._heads.clear()
        if not faults:
            return None
        kind: ErrorKind = "header" if self._expect.allows(response.head.status) else "status"
        return kind, "; and ".join(map(str, faults))

    def _of_coded(self, response: Response, now: float) -> Verdict:
        body = content(as_contract(response), self._request)
        if isinstance(body, bytes):
            return self._of_body(body, now)
        return wrong(str(body))

    def _of_body(self, body: bytes, now: float) -> Verdict:
        if self._may_vary:
            return self._of_json(body, now)
        if self._is_told and body not in self._known:
            fault = next(body_faults(body, self._expect), None)
            if fault is not None:
                return wrong(str(fault))
            if len(self._known) < MAX_KNOWN and len(body) <= MAX_KNOWN_BODY:
                self._known.add(body)
        if not self._is_checked or self._lore.is_known(body):
            return RIGHT
        if self._lore.is_plausible(body):
            return PLAUSIBLE
        return wrong_shape(body)

    def _of_json(self, body: bytes, now: float) -> Verdict:
        if not self._suspected and now - self._looked < LOOK_AT_JSON_S:
            return RIGHT
        fault = next(body_faults(body, self._expect), None)
        self._looked, self._suspected = now, SUSPECTED if fault else max(0, self._suspected - 1)
        return wrong(str(fault)) if fault else RIGHT


def alike(request: Request, scenario: LoadScenario) -> object:
    """The same for requests of a scenario with answers that may have the same heads."""
    expect = request.expected(scenario.expect)
    codings = frozenset(codings_asked(request))
    return expect.status, expect.status_to, expect.content_type, request.method == "HEAD", codings


def as_contract(response: Response, took_s: float = 0.0) -> contract.Response:
    """The response as the contract's rules take it, received now."""
    head, now = response.head, time.time()
    return contract.Response(
        status=head.status, headers=head.fields, body=response.body, received_at=now, took_s=took_s
    )


def wrong(why: str) -> Verdict:
    """A body that is not right."""
    return Verdict(("body", why), exact=False)


def wrong_shape(body: bytes) -> Verdict:
    return wrong(f"one of too many bodies of a shape that check.py has not found right yet: {body[:80]!r}")
