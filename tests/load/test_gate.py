"""Whoever reaches the master's port can send anything; the run goes on, and what was refused is counted."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
import zmq
from pydantic import ValidationError

from harness.load.distributed.incoming import CUT_OFF_BYTES, LARGEST_BYTES, Refusal, message_of
from harness.load.distributed.merging import fault_of_part
from harness.load.distributed.protocol import ANSWER, HELLO, Driven, fault_of_greeting, own_greeting
from harness.load.driver import LocustDriver
from harness.load.engine.lore import Taken
from harness.model.errors import HarnessError
from harness.model.measured.load import SliceRecord
from harness.process.owned import OwnedProcess
from tests.load.programs.running import worker_process
from tests.load.servers import RIGHT, answering, marks_of, scenario, serving, slice_of
from tests.load.test_workers import part_of
from tests.process.helpers import until

EVIL = "evil"
GARBAGE: list[bytes] = [
    b"",
    b"\xc1" * 10,
    os.urandom(500),
    *(
        msgpack.packb(message)
        for message in (
            5,
            [1, 2],
            [None] * 3,
            [["list"], None, EVIL],
            [{"__datetime__": 1}, None, EVIL],
            ["quit", None, EVIL],
            ["exception", {"msg": "<script>", "traceback": "\x1b[31mX"}, EVIL],
            ["exception", None, EVIL],
            ["stats", None, EVIL],
            ["stats", {"stats": 5}, EVIL],
            ["stats", {"user_classes_count": {"ConnectionUser": "many"}}, EVIL],
            ["heartbeat", None, "nobody"],
            ["heartbeat", {"state": "ready"}, EVIL],
            ["spawning", None, EVIL],
            ["spawning_complete", None, EVIL],
            ["client_stopped", None, EVIL],
            ["locustfile", {}, EVIL],
            ["logs", 7, EVIL],
            ["nothing.known", {}, EVIL],
            [ANSWER, {"record": "x"}, EVIL],
            [ANSWER, {"number": 1, "record": {"rotation": 1}}, EVIL],
        )
    ),
]


@contextlib.contextmanager
def stranger(port: int, name: str = EVIL) -> Iterator[Callable[..., None]]:
    """A node on the master's port; what it is given it sends: bytes as they are, all else as a Locust message."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
        peer.setsockopt(zmq.IDENTITY, name.encode())
        peer.setsockopt(zmq.LINGER, 5000)
        peer.connect(f"tcp://127.0.0.1:{port}")
        yield lambda *messages: [peer.send(m if isinstance(m, bytes) else msgpack.packb(m)) for m in messages]


@contextlib.contextmanager
def driver_stranger_and_worker(folder: Path) -> Iterator[tuple[LocustDriver, Callable[..., None]]]:
    """A driver, what a stranger can do to it, and beside the stranger a worker that keeps the journal `0`."""
    with LocustDriver(cpus=(), log=folder / "load.log", workers=1, wait_s=60) as driver:
        assert driver.port is not None
        with stranger(driver.port) as send, worker_process(driver.port, folder, "0"):
            yield driver, send


def worker_of_another_version(port: int, folder: Path) -> OwnedProcess:
    """A worker whose harness has another number."""
    code = "import harness, sys; harness.VERSION = '0.0.9'; from harness.load.distributed.worker import main; "
    argv = [sys.executable, "-c", code + "sys.exit(main(sys.argv[1:]))", "127.0.0.1", str(port)]
    return OwnedProcess(argv, name="other worker", log=folder / "other.log", grace_s=2.0)


def test_the_run_goes_on_whatever_a_stranger_sends_and_what_was_refused_is_counted(tmp_path: Path) -> None:
    with serving(answering(RIGHT)) as served, driver_stranger_and_worker(tmp_path) as (driver, send):
        send(*GARBAGE)
        driver.prepare([served.target()], [scenario()])
        for number in range(3):
            send(*GARBAGE)
            (record,) = driver.drive([slice_of(rotation=number, connections=4)])
            assert marks_of(record) == set()
            assert record.completions > 0
    log = (tmp_path / "load.log").read_text()
    assert f"{4 * len(GARBAGE)} messages were refused: " in log
    assert "Traceback" not in log
    assert "\x1b" not in log


def test_a_stranger_that_is_ready_gets_no_part_of_the_load(tmp_path: Path) -> None:
    """Locust hands users to whatever says it is ready; they would never come up."""
    with serving(answering(RIGHT)) as served, driver_stranger_and_worker(tmp_path) as (driver, send):
        send(["client_ready", -1, EVIL], [HELLO, {"version": 1}, EVIL], ["spawning", None, EVIL])
        driver.prepare([served.target()], [scenario()])
        (record,) = driver.drive([slice_of(connections=4)])
    assert marks_of(record) == set()
    assert record.completions == journal(tmp_path, "0")[0].completions > 0


def journal(folder: Path, name: str) -> list[SliceRecord]:
    return [SliceRecord.model_validate_json(line) for line in (folder / name).read_text().splitlines()]


def test_a_worker_of_another_version_is_refused_by_name_on_both_sides(tmp_path: Path) -> None:
    with LocustDriver(cpus=(), log=tmp_path / "load.log", workers=1, wait_s=5) as driver:
        assert driver.port is not None
        with worker_of_another_version(driver.port, tmp_path) as worker:
            assert worker.wait(30) == 3
            with pytest.raises(HarnessError, match=r"1 load workers did not connect.*it runs harness 0\.0\.9") as told:
                driver.prepare([], [scenario()])
        assert "make setup" in str(told.value)
        assert os.uname().nodename in str(told.value)
        assert "it runs harness 0.0.9" in worker.log_tail()


def test_a_worker_of_before_greetings_is_sent_home(tmp_path: Path) -> None:
    """It says hello without a word more."""
    with LocustDriver(cpus=(), log=tmp_path / "load.log", workers=1, wait_s=60) as driver:
        assert driver.port is not None
        with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
            peer.setsockopt(zmq.IDENTITY, b"old")
            peer.setsockopt(zmq.LINGER, 0)
            peer.connect(f"tcp://127.0.0.1:{driver.port}")
            for message in (["client_ready", "2.40", "old"], [HELLO, None, "old"]):
                peer.send(msgpack.packb(message))
            kinds: list[str] = []
            until(lambda: kinds.append(msgpack.unpackb(peer.recv())[0]) or kinds[-1] == "quit")
    assert (
        "load worker old is refused: it runs a harness that does not say its version"
        in (tmp_path / "load.log").read_text()
    )


def test_greetings_of_the_same_harness_fit() -> None:
    assert fault_of_greeting(json.loads(own_greeting().model_dump_json())) is None
    assert "messages 0" in (fault_of_greeting(own_greeting().model_dump() | {"messages": "0"}) or "")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([b"evil"], "a message of another protocol"),
        ([b"evil", b"x" * (LARGEST_BYTES + 1)], "too large a message"),
        ([b"\xff\xfe", msgpack.packb(["quit", None, EVIL])], "an unreadable message"),
        ([b"evil", msgpack.packb(["quit", None, "another"])], "a message in another node's name"),
        ([b"evil", msgpack.packb(["locustfile", None, EVIL])], "a message of an unknown kind"),
        ([b"evil", msgpack.packb(["heartbeat", {"state": 3}, EVIL])], "a message of a wrong form"),
    ],
)
def test_what_is_none_of_a_workers_messages_is_refused_with_its_kind(parts: list[bytes], kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        message_of(parts)
    assert refused.value.kind == kind


def test_who_sends_more_than_a_message_may_hold_is_cut_off_and_the_run_goes_on(tmp_path: Path) -> None:
    with serving(answering(RIGHT)) as served, driver_stranger_and_worker(tmp_path) as (driver, send):
        send(bytes(CUT_OFF_BYTES + 1))
        driver.prepare([served.target()], [scenario()])
        (record,) = driver.drive([slice_of(connections=4)])
    assert marks_of(record) == set()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"rotation": 1}, "a record of another slice"),
        ({"target": "another"}, "a record of another slice"),
        ({"completions": -1}, "a record with a number that cannot be"),
        ({"errors": {"status": -1}}, "a record with a number that cannot be"),
        ({"duration_s": -0.1}, "a record with a number that cannot be"),
        ({"histogram": "x"}, "a record with a histogram that cannot be read"),
    ],
)
def test_a_record_that_cannot_be_one_of_the_slice_is_refused(changes: dict[str, Any], why: str | None) -> None:
    part = part_of([0.1, 0.3], **changes)
    fault = fault_of_part(slice_of(), part)
    assert fault is None if why is None else why in (fault or "")


def test_an_answer_is_what_a_worker_sends() -> None:
    sent = {"record": part_of([0.1]).model_dump(mode="json"), "faults": ["a"], "taken": [[b"\xff", 2, 1]]}
    assert Driven.model_validate(msgpack.unpackb(msgpack.packb(sent))).taken == (Taken(b"\xff", 2, 1),)
    sent["record"] |= {"duration_s": float("nan")}
    with pytest.raises(ValidationError):
        Driven.model_validate(msgpack.unpackb(msgpack.packb(sent)))
