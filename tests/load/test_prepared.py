"""Requests that prepare.py makes, at a live server: load generator, its workers and verifier judge each by itself."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.load.distributed.merging import merged_record
from harness.load.driver import LocustDriver
from harness.load.engine.connections.base import unsent
from harness.load.engine.judging import Judge
from harness.load.engine.lore import Lore
from harness.load.engine.script import LARGE, Exchange, Script
from harness.model.asked.request import Level, Request
from harness.model.measured.load import ErrorKind, SliceRecord
from harness.under_test.verify.verification import verify
from harness.wire.requests import spread
from tests.load.servers import RIGHT, Peer, Served, answering, scenario, serving, slice_of
from tests.load.summing import adding, answer, right, summing

Answered = Callable[[str, str], bytes]


def but(wrong: bytes, *, to_refused: bool) -> Answered:
    """A wrong answer to one kind of request, and right ones to the other."""
    return lambda one, other: wrong if (other == "many") == to_refused else right(one, other)


WRONG: dict[str, tuple[Answered, ErrorKind, str]] = {
    "adds wrongly": (but(answer("200 OK", '{"sum": -1}'), to_refused=False), "body", "body-differs"),
    "refuses nothing": (but(answer("200 OK", '{"sum": 7}'), to_refused=True), "status", "status-differs"),
    "breaks": (but(answer("500 Internal Server Error", "other"), to_refused=True), "status", "status-differs"),
    "names nothing": (but(answer("400 Bad Request", "{}"), to_refused=True), "body", "body-lacks"),
}


def driven(driver: LocustDriver, served: Served, folder: Path, slices: int = 1) -> SliceRecord:
    """The last of some slices."""
    scenario = summing(folder)
    driver.prepare([served.target()], [scenario.for_driver])
    level = scenario.manifest.rank.at
    return driver.drive([slice_of(0.3, scenario="sum", level=level) for _ in range(slices)])[-1]


def test_each_answer_is_judged_by_its_own_request(driver: LocustDriver, tmp_path: Path) -> None:
    with serving(adding()) as served:
        record = driven(driver, served, tmp_path)
        assert verify(served.target(), [summing(tmp_path / "again")], full=True).faults == ()
    assert record.errors == {}
    assert record.completions > 0


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_to_some_of_them_is_found(driver: LocustDriver, tmp_path: Path, name: str) -> None:
    answered, kind, code = WRONG[name]
    with serving(adding(answered)) as served:
        record = driven(driver, served, tmp_path)
        found = verify(served.target(), [summing(tmp_path / "again")], full=True)
    assert record.errors.keys() == {kind}
    assert {fault.fault.code for fault in found.faults} == {code}


def test_every_request_is_asked_about_equally_often_over_some_slices(driver: LocustDriver, tmp_path: Path) -> None:
    with serving(adding()) as served:
        driven(driver, served, tmp_path, slices=4)
        asked = Counter(one.split(b" ", 2)[1] for one in served.bodies)
    assert len(asked) > 60
    refused = sum(times for path, times in asked.items() if path.endswith(b"many"))
    assert refused / asked.total() == pytest.approx(1 / 16, abs=0.02)


def test_workers_are_sent_what_the_program_makes(tmp_path: Path) -> None:
    with (
        LocustDriver(cpus=(), log=tmp_path / "load.log", own_workers=2) as driver,
        serving(adding()) as served,
    ):
        record = driven(driver, served, tmp_path)
        paths = {one.split(b" ", 2)[1] for one in served.bodies}
    assert record.errors == {}
    assert record.completions > 0
    assert len(paths) > 30


@pytest.mark.parametrize(("requests", "connections"), [(1, 8), (16, 16), (16, 64), (64, 8), (1024, 64), (1024, 256)])
def test_connections_begin_far_apart_and_meet_each_kind_alike(requests: int, connections: int) -> None:
    found = spread(requests, connections)
    assert len(found) == connections
    assert len(set(found)) == min(requests, connections)
    of_a_kind = Counter(place % 16 for place in found)
    assert max(of_a_kind.values()) - min(of_a_kind.values()) <= 1 or requests < 16


def exchange(body: bytes | None) -> Exchange:
    judge = Judge(Served(1).target(), scenario(), Request(path="/"), Lore(together=False))
    return Exchange(b"head", body, judge, Request(path="/"), closes=False)


@pytest.mark.parametrize("sent", range(8))
def test_what_is_left_of_a_request_is_its_end(sent: int) -> None:
    assert bytes(unsent(exchange(b"body"), sent)) == b"headbody"[sent:]
    if sent <= 4:
        assert bytes(unsent(exchange(None), sent)) == b"head"[sent:]


def test_a_large_body_is_kept_once_for_all_targets_and_a_small_one_goes_with_its_head() -> None:
    requests = (Request(method="POST", path="/", body="x" * LARGE), Request(method="POST", path="/", body="y"))
    bodies: dict[bytes, bytes] = {}
    level = Level(connections=1)
    scripts = [Script(Served(port).target(), scenario(requests=requests), level, bodies) for port in (1, 2)]
    (one, small), (other, _) = (script.exchanges for script in scripts)
    assert one.body is other.body
    assert one.request != other.request, "the port is in the head"
    assert one.request_size == len(one.request) + LARGE
    assert (small.body, small.request.endswith(b"y")) == (None, True)


def test_large_and_small_bodies_arrive_whole(driver: LocustDriver) -> None:
    large = [Request(method="POST", path="/", body=letter * 3_000_000) for letter in "ab"]
    requests = (large[0], Request(path="/"), large[1])
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario(requests=requests)])
        (record,) = driver.drive([slice_of(0.5, connections=3)])
        came = Counter(one.partition(b"\r\n\r\n")[2] for one in served.bodies)
    assert record.errors == {}
    assert record.completions > 0
    assert came.keys() == {request.body.encode() for request in requests}


def test_a_server_that_answers_before_it_has_read_a_large_body_gets_no_other_request_behind_it(
    driver: LocustDriver,
) -> None:
    def hasty(peer: Peer) -> None:
        peer.head()
        peer.send(RIGHT)
        peer.wait_for_the_end()

    with serving(hasty) as served:
        driver.prepare(
            [served.target()], [scenario(requests=(Request(method="POST", path="/", body="x" * 9_000_000),))]
        )
        (record,) = driver.drive([slice_of(0.3, connections=1)])
    assert record.completions > 0
    assert served.connections > record.completions


def test_right_answers_that_the_audit_does_not_count_are_counted_apart(driver: LocustDriver) -> None:
    requests = (Request(path="/"), Request(path="/", audited=False), Request(path="/"))
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario(requests=requests)])
        plan = slice_of(0.3, connections=1)
        (record,) = driver.drive([plan])
    assert record.unaudited == pytest.approx(record.answered / 3, abs=1)
    assert merged_record(plan, [record, record]).unaudited == 2 * record.unaudited
