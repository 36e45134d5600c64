"""Requests that prepare.py makes, at a live server: load generator, its workers and verifier judge each by itself."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.load.driver import LocustDriver
from harness.load.engine.script import starts
from harness.model.measured.load import ErrorKind, SliceRecord
from harness.under_test.verify.verification import verify
from tests.load.servers import Served, serving, slice_of
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
    found = starts(requests, connections)
    assert len(found) == connections
    assert len(set(found)) == min(requests, connections)
    of_a_kind = Counter(place % 16 for place in found)
    assert max(of_a_kind.values()) - min(of_a_kind.values()) <= 1 or requests < 16
