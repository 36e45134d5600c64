"""Requests that are not timed: asked and judged like all others, and in no figure once they are rightly answered."""

import time
from collections import Counter
from pathlib import Path

import pytest

from harness.catalog.scenarios import find_scenarios
from harness.load.driver import LocustDriver
from harness.load.histogram import recorded_us
from harness.model.asked.request import Level, Request
from harness.model.measured.load import LoadScenario, SliceRecord
from tests.load.servers import RIGHT, Behaviour, Peer, serving, slice_of
from tests.load.test_manifest_requests import TEXT

LEVEL = Level(connections=1)
REQUESTS = (Request(path="/quick", weight=4), Request(path="/slow", timed=False))
SLOW_S = 0.03


def slow_answers(answer: bytes) -> Behaviour:
    def behaviour(peer: Peer) -> None:
        while True:
            number = peer.request()
            is_slow = number and peer._served.bodies[-1].startswith(b"GET /slow")
            if is_slow:
                time.sleep(SLOW_S)
            peer.send(answer if is_slow else RIGHT)

    return behaviour


def driven(driver: LocustDriver, answer: bytes, rate: float | None) -> tuple[SliceRecord, Counter[bytes]]:
    scenario = LoadScenario(id="plaintext", requests=REQUESTS, expect=TEXT)
    with serving(slow_answers(answer)) as served:
        driver.prepare([served.target()], [scenario])
        (record,) = driver.drive([slice_of(0.6, level=LEVEL, offered_rate=rate)])
        asked = Counter(request.split(b" ", 2)[1] for request in served.bodies)
    return record, asked


@pytest.mark.parametrize("rate", [None, 50.0])
def test_their_right_answers_are_in_no_time_and_no_throughput_but_the_server_worked_for_them(
    driver: LocustDriver, rate: float | None
) -> None:
    record, asked = driven(driver, RIGHT, rate)
    assert record.errors == {}
    assert asked[b"/slow"] >= 3
    assert record.answered == asked.total()
    times = sum(count for _, count in recorded_us(record.histogram or ""))
    assert record.completions <= asked[b"/quick"]
    assert times <= asked[b"/quick"]
    assert record.offered in (None, times), "what is not timed is not missing among what is due"


@pytest.mark.parametrize("rate", [None, 50.0])
def test_their_wrong_answers_are_errors_like_any_other(driver: LocustDriver, rate: float | None) -> None:
    record, asked = driven(driver, RIGHT.replace(b"Hello", b"Jello"), rate)
    assert record.errors["body"] == asked[b"/slow"] > 0


def test_one_in_a_hundred_computes_and_no_other_and_its_answer_depends_on_every_step() -> None:
    (mixed,) = (one for one in find_scenarios(Path(__file__).parents[2] / "scenarios") if one.id == "mixed")
    requests = mixed.working(1000).requests
    heavy = [place for place, request in enumerate(requests) if not request.timed]
    assert [place // 100 for place in heavy] == list(range(10))
    assert all(("work=1000&" in request.path) == (not request.timed) for request in requests)
    for request in (requests[heavy[0]], requests[heavy[0] - 1]):
        work, seed = (int(part.split("=")[1]) for part in request.path.split("?")[1].split("&"))
        result = seed
        for _ in range(work):
            result = (6364136223846793005 * result + 1442695040888963407) % 2**64
        assert request.expect is not None
        assert request.expect.body == f'{{"seed": {seed}, "result": {result}}}'
