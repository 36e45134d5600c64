"""A server that answers slowly renews its Date rarely, and its next answers may be fast."""

import time
from email.utils import formatdate

from harness.load.driver import LocustDriver
from harness.model.asked.request import Request
from tests.load.servers import BODY, Peer, scenario, serving, slice_of

SLOW_S = 1.5
OLD_S = 30
"""More than 5 s, and less than 20 slow answers more."""
SCENARIOS = [scenario(id=name, requests=(Request(path=f"/{name}"),)) for name in ("slow", "fast")]


def behaviour(peer: Peer) -> None:
    while True:
        slow = peer.path() == "/slow"
        time.sleep(SLOW_S if slow else 0)
        date = formatdate(time.time() - (0 if slow else OLD_S), usegmt=True)
        head = (
            f"HTTP/1.1 200 OK\r\nServer: s\r\nDate: {date}\r\nContent-Type: text/plain\r\nContent-Length: {len(BODY)}"
        )
        peer.send(head.encode() + b"\r\n\r\n" + BODY)


def test_an_old_date_is_right_only_after_slow_answers(driver: LocustDriver) -> None:
    with serving(behaviour) as served:
        driver.prepare([served.target().model_copy(update={"sends_date": True})], SCENARIOS)
        fast, slow = slice_of(scenario="fast"), slice_of(1.7, scenario="slow", drain_s=1.5)
        before, between, after = driver.drive([fast, slow, fast])
    assert (before.errors.keys(), before.completions) == ({"header"}, 0)
    assert [(record.errors, record.completions > 0) for record in (between, after)] == [({}, True)] * 2
