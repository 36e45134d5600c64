"""Right to whoever looks first, wrong under load: what the load generator must find by itself."""

import random
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from harness.catalog.scenarios import find_scenarios
from harness.load.driver import LocustDriver
from harness.model.asked.dataset import worlds
from harness.model.measured.load import SliceRecord, Target
from tests.load.servers import BODY, Behaviour, Peer, Served, scenario, serving, slice_of

DB = next(s for s in find_scenarios(Path(__file__).parents[2] / "scenarios") if s.id == "db")
DICE = random.Random(1)


def row(wrong: bool = False) -> bytes:
    world = DICE.choice(worlds())
    number = world.random_number % 9999 + 1 if wrong else world.random_number
    return b'{"id":%d,"randomNumber":%d}' % (world.id, number)


SAME = row()


def response(body: bytes, kind: bytes = b"application/json", date: str = "", server: bytes = b"s") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nServer: %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (server, (date or formatdate(usegmt=True)).encode(), kind, len(body)) + body


def each(make: Callable[[int], bytes]) -> Behaviour:
    """Answers the n-th request of all with make(n)."""

    def behaviour(peer: Peer) -> None:
        while True:
            peer.send(make(peer.request()))

    return behaviour


def dated(target: Target) -> Target:
    return target.model_copy(update={"sends_date": True})


def a_block_of(driver: LocustDriver, served: Served) -> list[SliceRecord]:
    """Slices in which enough is asked for all the samples of a block."""
    driver.prepare([dated(served.target())], [DB.for_driver])
    records: list[SliceRecord] = []
    ends = served.requests + 8000
    while served.requests < ends and len(records) < 60:
        records += driver.drive([slice_of(0.3, scenario="db", rotation=len(records))])
    return records


def test_one_wrong_body_in_five_hundred_of_the_right_shape_is_found_within_a_block(driver: LocustDriver) -> None:
    """But in one block of a hundred: docs/method.md. Then the next block is looked at."""
    with serving(each(lambda n: response(row(wrong=n % 500 == 499)))) as served:
        blocks = (a_block_of(driver, served) for _ in range(2))
        marked = ([record for record in block if "wrong-body-in-sample" in record.marks] for block in blocks)
        found = next(filter(None, marked), [])
    assert found
    assert all(record.errors.keys() == {"body"} for record in found)


def test_a_body_of_another_shape_is_found_the_first_time_it_comes(driver: LocustDriver) -> None:
    with serving(each(lambda n: response(b'{"id":0,"error":"none"}' if n == 1500 else row()))) as served:
        driver.prepare([dated(served.target())], [DB.for_driver])
        records = []
        while served.requests < 2000 and len(records) < 60:
            records += driver.drive([slice_of(0.3, scenario="db", rotation=len(records))])
    assert [record.errors for record in records if record.errors] == [{"body": 1}]


def test_one_row_again_and_again_is_right_each_time_and_wrong_as_a_set(driver: LocustDriver) -> None:
    with serving(each(lambda _: response(row()))) as honest, serving(each(lambda _: response(SAME))) as replaying:
        targets = [dated(honest.target(cell="honest")), dated(replaying.target(cell="replaying"))]
        driver.prepare(targets, [DB.for_driver])
        records = driver.drive([slice_of(scenario="db", target=cell) for cell in ("honest", "replaying") * 3])
        found = {one.target: one for one in driver.together()}
        driver.prepare(targets, [DB.for_driver])
        assert driver.together() == (), "a set begins anew with prepare"
    assert all(record.errors == {} for record in records)
    assert found["honest"].fault is None
    assert found["honest"].samples > 50
    assert "only 1 different ids; each must read a random row" in str(found["replaying"].fault)


def test_workers_send_their_samples_to_be_judged_together(tmp_path: Path) -> None:
    with (
        serving(each(lambda _: response(SAME))) as served,
        LocustDriver(cpus=(), log=tmp_path / "log", own_workers=2) as driver,
    ):
        driver.prepare([dated(served.target())], [DB.for_driver])
        records = driver.drive([slice_of(scenario="db", rotation=n) for n in range(3)])
        (found,) = driver.together()
    assert all(record.errors == {} for record in records)
    assert "only 1 different ids" in str(found.fault)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ({"server": b""}, "header Server"),
        ({"kind": b"text/plain; charset=latin-1"}, "header Content-Type"),
        ({"date": "Sun, 06 Nov 1994 08:49:37 GMT"}, "header Date is not of now"),
    ],
    ids=["a header dropped", "a charset changed", "a date of another day"],
)
def test_a_head_that_turns_wrong_is_found_in_every_response(
    driver: LocustDriver, late: dict[str, object], words: str
) -> None:
    wrong = {"kind": b"text/plain"} | late
    with serving(
        each(lambda n: response(BODY, **(wrong if n > 300 else {"kind": b"text/plain"})))  # type: ignore[arg-type]
    ) as served:
        driver.prepare([dated(served.target())], [scenario()])
        before = driver._log.read_text()
        records = driver.drive([slice_of(0.5, rotation=n, burn_in_s=0.0) for n in range(4)])
        told = driver._log.read_text().removeprefix(before)
    assert served.requests > 300
    assert sum(record.answered for record in records) == 300
    assert sum(record.errors.get("header", 0) for record in records) == served.requests - 300
    assert words in told


def test_a_response_replayed_with_its_date_is_found_when_the_date_is_old(driver: LocustDriver) -> None:
    replayed = response(BODY, kind=b"text/plain")
    with serving(each(lambda _: replayed)) as served:
        driver.prepare([dated(served.target())], [scenario()])
        (record,) = driver.drive([slice_of(7.5, connections=1)])
    assert record.completions > 0
    assert record.errors.keys() == {"header"}
