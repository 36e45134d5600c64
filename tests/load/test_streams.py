"""Streams of events under load: every event is judged, in whatever pieces it comes, and the first one is timed."""

import itertools
import time

import pytest

from harness.load.driver import LocustDriver
from harness.load.histogram import percentile_s, recorded_us
from harness.model.asked.request import Expectation, Request
from harness.model.measured.load import LoadScenario, SliceRecord
from tests.load.servers import Behaviour, Peer, Served, head_of, serving, slice_of

HEAD = b"HTTP/1.1 200 OK\r\nServer: events\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
SEEDS = (1, 2, 3)


def event(seed: int, number: int) -> bytes:
    return b"id: %d\ndata: %d\n\n" % (number, seed * 1000 + number)


def events(seed: int) -> list[bytes]:
    return [event(seed, number) for number in range(20)]


def asked(seed: int) -> Request:
    body = b"".join(events(seed)).decode()
    expect = Expectation(content_type="text/event-stream", form="events", body=body)
    return Request(path=f"/stream?seed={seed}", expect=expect)


SCENARIO = LoadScenario(
    id="plaintext",
    kind="stream",
    requests=tuple(asked(seed) for seed in SEEDS),
    expect=Expectation(content_type="text/event-stream", form="events"),
)


def seed_of(request: bytes) -> int:
    return int(request.split()[1].rpartition(b"=")[2])


class Streaming:
    """Sends what `pieces` makes of a seed and of how many streams were asked for, a piece at a time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def counted(self) -> int:
        return next(self._numbers)

    def pieces(self, seed: int, number: int) -> list[bytes]:
        return [HEAD, *(chunk(one) for one in events(seed)), END]

    def __call__(self, peer: Peer) -> None:
        while True:
            for piece in self.pieces(seed_of(head_of(peer)), self.counted()):
                peer.send(piece)


class WrongLater(Streaming):
    """Right until every stream is known, then wrong in one event."""

    def __init__(self, wrong: list[bytes]) -> None:
        super().__init__()
        self.wrong = wrong

    def pieces(self, seed: int, number: int) -> list[bytes]:
        sent = super().pieces(seed, number)
        return sent if number % 50 else [HEAD, *self.wrong, *sent[1:]]


class InTwo(Streaming):
    """Every piece cut in two, at another place each time."""

    def pieces(self, seed: int, number: int) -> list[bytes]:
        whole = b"".join(super().pieces(seed, number))
        cut = 1 + number % (len(whole) - 1)
        return [whole[:cut], whole[cut:]]


class WithLength(Streaming):
    """Unchunked, with a length."""

    def pieces(self, seed: int, number: int) -> list[bytes]:
        body = b"".join(events(seed))
        head = HEAD.replace(b"Transfer-Encoding: chunked", b"Content-Length: %d" % len(body))
        return [head, *events(seed)]


class FirstAtOnce(Streaming):
    """The first event at once, the others some time later."""

    def __call__(self, peer: Peer) -> None:
        while True:
            head, first, *others = self.pieces(seed_of(head_of(peer)), self.counted())
            peer.send(head + first)
            time.sleep(0.02)
            peer.send(b"".join(others))


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def driven(driver: LocustDriver, served: Served, **how: object) -> SliceRecord:
    driver.prepare([served.target()], [SCENARIO])
    (record,) = driver.drive([slice_of(0.3, **how)])  # type: ignore[arg-type]
    return record


@pytest.mark.parametrize("rate", [None, 100.0], ids=["closed model", "open model"])
@pytest.mark.parametrize("behaviour", [Streaming(), InTwo(), WithLength()], ids=lambda one: type(one).__name__)
def test_right_streams_are_counted_in_whatever_pieces_they_come(
    driver: LocustDriver, behaviour: Behaviour, rate: float | None
) -> None:
    with serving(behaviour) as served:
        record = driven(driver, served, offered_rate=rate)
    assert record.completions > len(SEEDS)
    assert (record.errors, record.reconnects) == ({}, 0)
    assert record.body_bytes >= record.completions * len(b"".join(events(1)))
    assert record.first_histogram is not None


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ([chunk(b"id: 0\ndata: 0\n\n")], "body"),
        ([b"not a chunk\r\n"], "protocol"),
        ([END + b"more than the end"], "protocol"),
    ],
    ids=["an event more", "no chunk", "bytes after the end"],
)
def test_one_wrong_stream_of_fifty_is_an_error(driver: LocustDriver, wrong: list[bytes], kind: str) -> None:
    with serving(WrongLater(wrong)) as served:
        record = driven(driver, served)
        asked_for = served.requests
    assert set(record.errors) == {kind}
    assert record.errors[kind] == asked_for // 50  # type: ignore[index]
    assert record.completions > 0


def test_the_first_event_is_timed_by_itself(driver: LocustDriver) -> None:
    with serving(FirstAtOnce()) as served:
        record = driven(driver, served)
    assert record.first_histogram is not None
    assert record.histogram is not None
    assert percentile_s(record.histogram, 1) >= 0.02
    assert percentile_s(record.first_histogram, 50) < percentile_s(record.histogram, 50)
    timed = sum(count for _, count in recorded_us(record.first_histogram))
    assert timed >= record.completions - 4
