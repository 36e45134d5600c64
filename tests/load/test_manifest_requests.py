"""Methods, statuses, weights and compressions that a scenario asks for, to verifier and load generator alike."""

import gzip
import json
from collections import Counter
from email.utils import formatdate
from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario
from harness.load.driver import LocustDriver
from harness.load.engine.judging import LOOK_AT_JSON_S, SUSPECTED, Fault, Judge
from harness.load.engine.lore import Lore
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.load import LoadScenario, SliceRecord, Target
from harness.under_test.verify.verification import Verification, verify
from harness.wire.responses import Response, parse_head
from tests.load.servers import Behaviour, Peer, serving, slice_of

LEVEL = Level(connections=2)
TEXT = Expectation(content_type="text/plain", form="text", body="Hello, World!")


def answer(status: bytes = b"200 OK", body: bytes = b"Hello, World!", *more: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    fields = [b"Server: s", b"Date: " + formatdate(usegmt=True).encode(), b"Content-Type: text/plain", *more]
    lines = [b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % size]
    return b"\r\n".join([*lines, b"", b""]) + body


def by_method(answers: dict[bytes, bytes]) -> Behaviour:
    """Answers as the request line's first word says."""

    def behaviour(peer: Peer) -> None:
        while True:
            number = peer.request()
            asked = peer._served.bodies[-1] if number else b""
            method = asked.split(b" ", 1)[0]
            peer.send(answers[method])
            if b"Connection: close" in answers[method]:
                return

    return behaviour


def judged(
    driver: LocustDriver, behaviour: Behaviour, *requests: Request, expect: Expectation = TEXT, length_s: float = 0.3
) -> tuple[Verification, SliceRecord, Counter[bytes]]:
    """What the verifier says, what the load generator counts, and how often it used each method. One connection: the
    server sees requests in the order they are asked."""
    level = Level(connections=1)
    manifest = ScenarioManifest(
        id="plaintext",
        title="title",
        about="about",
        requests=requests,
        expect=expect,
        levels=(level,),
        rank=Ranked(at=level),
    )
    scenario = Scenario(manifest, Path("scenarios/plaintext"))
    with serving(behaviour) as served:
        verified = verify(served.target(), [scenario], full=False)
        served.bodies.clear()
        driver.prepare([served.target()], [scenario.for_driver])
        (record,) = driver.drive([slice_of(length_s, level=level)])
        methods = Counter(request.split(b" ", 1)[0] for request in served.bodies)
    return verified, record, methods


@pytest.mark.parametrize("status", [b"201 Created", b"404 Not Found", b"422 Unprocessable Content", b"503 Busy"])
def test_the_status_that_a_manifest_asks_for_is_the_right_one(driver: LocustDriver, status: bytes) -> None:
    expect = TEXT.model_copy(update={"status": int(status[:3])})
    verified, record, _ = judged(driver, by_method({b"GET": answer(status)}), Request(path="/"), expect=expect)
    assert verified.faults == ()
    assert (record.errors, record.answered > 0) == ({}, True)
    verified, record, _ = judged(driver, by_method({b"GET": answer()}), Request(path="/"), expect=expect)
    assert "status; expected" in str(verified.faults[0])
    assert (record.errors.keys(), record.completions) == ({"status"}, 0)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_any_method_is_asked(driver: LocustDriver, method: str) -> None:
    behaviour = by_method({method.encode(): answer()})
    verified, record, methods = judged(driver, behaviour, Request.model_validate({"method": method, "path": "/"}))
    assert verified.faults == ()
    assert (record.errors, methods.keys()) == ({}, {method.encode()})


def test_an_answer_to_head_has_no_body_whatever_its_length_says(driver: LocustDriver) -> None:
    behaviour = by_method({b"HEAD": answer(body=b"", length=13)})
    verified, record, _ = judged(driver, behaviour, Request(method="HEAD", path="/"))
    assert verified.faults == ()
    assert record.errors == {}
    assert (record.completions > 1, record.body_bytes, record.reconnects) == (True, 0, 0)


def test_requests_come_as_often_as_they_weigh_each_with_its_own_right_answer(driver: LocustDriver) -> None:
    created = Expectation(status=201, content_type="text/plain", form="text", body="made")
    requests = (Request(path="/", weight=3), Request(method="POST", path="/", expect=created))
    behaviour = by_method({b"GET": answer(), b"POST": answer(b"201 Created", b"made")})
    verified, record, methods = judged(driver, behaviour, *requests)
    assert verified.faults == ()
    assert record.errors == {}
    assert methods[b"GET"] == pytest.approx(3 * methods[b"POST"], abs=3)
    swapped = by_method({b"GET": answer(b"201 Created", b"made"), b"POST": answer()})
    verified, record, _ = judged(driver, swapped, *requests)
    assert len(verified.faults) == 2
    assert (record.errors.keys(), record.completions) == ({"status"}, 0)


def test_a_compression_that_was_asked_for_is_unpacked_and_judged(driver: LocustDriver) -> None:
    request = Request(path="/", headers={"Accept-Encoding": "gzip"})
    right = answer(b"200 OK", gzip.compress(b"Hello, World!"), b"Content-Encoding: gzip")
    verified, record, _ = judged(driver, by_method({b"GET": right}), request)
    assert (verified.faults, record.errors, record.completions > 0) == ((), {}, True)
    plain = by_method({b"GET": answer()})
    verified, record, _ = judged(driver, plain, request)
    assert (verified.faults, record.errors) == ((), {})
    for body, words in (
        (gzip.compress(b"Hello!"), "the body differs"),
        (b"no gzip at all", "the compressed body cannot be read"),
        (gzip.compress(b"Hello, World!")[:-4], "the compressed body cannot be read"),
    ):
        wrong = by_method({b"GET": answer(b"200 OK", body, b"Content-Encoding: gzip")})
        verified, record, _ = judged(driver, wrong, request)
        assert words in str(verified.faults[0])
        assert (record.errors.keys(), record.completions) == ({"body"}, 0)


def test_a_connection_that_a_request_asks_to_close_is_closed_and_not_counted_as_lost(driver: LocustDriver) -> None:
    request = Request(path="/", headers={"Connection": "close"})
    behaviour = by_method({b"GET": answer(b"200 OK", b"Hello, World!", b"Connection: close")})
    verified, record, _ = judged(driver, behaviour, request)
    assert verified.faults == ()
    assert (record.errors, record.reconnects, record.completions > 0) == ({}, 0, True)


def test_a_redirect_says_where_to(driver: LocustDriver) -> None:
    moved = by_method({b"GET": answer(b"301 Moved Permanently", b"", b"Location: /json/")})
    verified, record, _ = judged(driver, moved, Request(path="/"))
    assert "301, Location: /json/" in str(verified.faults[0])
    assert record.errors.keys() == {"status"}
    assert "Location: /json/" in driver._log.read_text()


NUMBERED = Expectation(
    content_type="application/json",
    form="json",
    json_schema=json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}),
)


def numbered(wrong_from: int, wrong: bytes = b'{"id": "%d"}') -> Behaviour:
    """Another body each time, each that fits the schema up to a number."""

    def behaviour(peer: Peer) -> None:
        while True:
            number = peer.request()
            body = (b'{"id": %d}' if number < wrong_from else wrong) % number
            peer.send(answer(b"200 OK", body).replace(b"text/plain", b"application/json"))

    return behaviour


@pytest.mark.parametrize("wrong", [b'{"id": "%d"}', b'{"id": %d'])
def test_json_that_varies_and_does_not_fit_its_schema_under_load_is_found(driver: LocustDriver, wrong: bytes) -> None:
    asked = Request(path="/numbered", expect=NUMBERED)
    for wrong_from, found in ((10**9, False), (300, True)):
        verified, record, _ = judged(driver, numbered(wrong_from, wrong), asked, length_s=1.0)
        assert verified.passed, "it is right as long as few ask"
        assert (record.errors.get("body", 0) > 0) == found
    assert record.errors["body"] > record.completions, "all after the first are looked at"


def test_json_that_varies_is_looked_at_now_and_then_and_each_time_after_a_wrong_one() -> None:
    request = Request(path="/numbered", expect=NUMBERED)
    given = LoadScenario(id="plaintext", requests=(request,), expect=TEXT)
    judge = Judge(Target(cell="a", host="127.0.0.1", port=1, sends_date=False), given, request, Lore(together=False))

    def fault(body: bytes, now: float) -> Fault | None:
        head, size = answer(body=body).replace(b"text/plain", b"application/json").removesuffix(body), len(body)
        return judge.verdict(Response(parse_head(head), body, len(head) + size), 0.001, now).fault

    assert fault(b'{"id": 1}', 1.0) is None
    assert fault(b'{"id": "two"}', 1.001) is None, "not looked at"
    assert fault(b'{"id": "three"}', 1.0 + LOOK_AT_JSON_S) is not None
    looked_at = [fault(b'{"id": %d}' % number, 1.0 + LOOK_AT_JSON_S) for number in range(SUSPECTED)]
    assert not any(looked_at)
    assert fault(b'{"id": "four"}', 1.0 + LOOK_AT_JSON_S) is None, "all right for long enough"
