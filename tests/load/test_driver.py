"""The driver seam: one contract, run over every driver of the table."""

import ast
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from harness.load.driver import LoadDriver, LocustDriver
from harness.load.histogram import decoded
from harness.model.asked.request import Expectation, Level, Request
from harness.model.errors import EnvironmentRefused, HarnessError, UsageError
from tests.load.servers import BODY, HEAD, RIGHT, answering, marks_of, scenario, serving, slice_of

WAYS = {"one process": LocustDriver, "two workers": partial(LocustDriver, own_workers=2)}


@pytest.fixture(params=WAYS, scope="module")
def any_driver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadDriver]:
    log = tmp_path_factory.mktemp("load") / "load.log"
    with WAYS[request.param](cpus=(), log=log) as running:
        yield running


def test_records_come_one_a_slice_in_the_order_given(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as one, serving(answering(RIGHT)) as other:
        any_driver.prepare([one.target(cell="one"), other.target(cell="other")], [scenario()])
        slices = [slice_of(0.3, target=cell, rotation=number) for number in range(3) for cell in ("one", "other")]
        records = any_driver.drive(slices)
    assert [(r.rotation, r.target, r.scenario, r.level) for r in records] == [
        (s.rotation, s.target, s.scenario, s.level) for s in slices
    ]
    assert all(record.completions > 0 and not record.errors for record in records)


def test_a_record_holds_what_happened_in_the_counted_stretch(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [scenario()])
        (record,) = any_driver.drive([slice_of(0.4, burn_in_s=0.2, counted=False)])
    assert record.duration_s == pytest.approx(0.2, abs=0.1)
    assert record.wall_s >= record.duration_s
    assert not record.counted
    assert record.histogram is not None
    assert decoded(record.histogram).get_total_count() == record.completions
    assert record.bytes_received == record.completions * len(RIGHT)
    assert record.body_bytes == record.completions * len(BODY)
    assert record.completions < served.requests
    assert record.generator_cpu_s > 0
    assert record.latency_mean_s is not None
    assert record.latency_max_s is not None
    assert record.latency_mean_s <= record.latency_max_s
    assert (record.offered, record.backlog, record.service_histogram) == (None, None, None)


def test_an_open_model_record_tells_what_was_offered(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [scenario()])
        (record,) = any_driver.drive([slice_of(0.5, burn_in_s=0.1, offered_rate=200.0)])
    assert record.offered == 80
    assert record.backlog is not None
    assert served.requests == 100
    assert record.histogram is not None
    assert record.service_histogram is not None
    assert decoded(record.histogram).get_total_count() == 80


def test_a_targets_connections_are_opened_for_its_first_slice_at_a_level_and_stay(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as one, serving(answering(RIGHT)) as other:
        any_driver.prepare([one.target(cell="one"), other.target(cell="other")], [scenario()])
        any_driver.drive([slice_of(0.1, connections=7, target="one")])
        assert (one.connections, other.connections) == (7, 0), "one that is not asked is left alone"
        any_driver.drive([slice_of(0.1, connections=7, target=cell) for cell in ("other", "one")])
        any_driver.drive([slice_of(0.1, connections=7, target="other")])
        assert (one.connections, other.connections) == (7, 7)


def test_another_level_brings_its_own_number_of_connections(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [scenario()])
        any_driver.drive([slice_of(0.1, connections=2), slice_of(0.1, connections=9)])
        assert served.connections == 9
        any_driver.drive([slice_of(0.1, connections=3)])
        assert served.connections == 9


def test_a_target_prepared_anew_is_left_and_the_new_one_is_driven(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as first:
        any_driver.prepare([first.target()], [scenario()])
        any_driver.drive([slice_of(0.1)])
    with serving(answering(RIGHT)) as second:
        any_driver.prepare([second.target()], [scenario()])
        (record,) = any_driver.drive([slice_of(0.1)])
        assert second.requests > 0
    assert record.errors == {}


def test_requests_with_bodies_headers_and_parameters_are_sent_in_turn(any_driver: LoadDriver) -> None:
    requests = (
        Request(path="/queries?queries={n}"),
        Request(method="POST", path="/items", headers={"Content-Type": "text/csv", "host": "example"}, body="ä;1"),
    )
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [scenario(requests=requests)])
        any_driver.drive([slice_of(0.5, level=Level(connections=1, n=20))])
        first, second, third = served.bodies[:3]
    assert first.startswith(b"GET /queries?queries=20 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert second.startswith(b"POST /items HTTP/1.1\r\n")
    assert second.endswith(b"Content-Type: text/csv\r\nhost: example\r\n\r\n\xc3\xa4;1")
    assert b"\r\nContent-Length: 4\r\n" in second
    assert b"127.0.0.1" not in second
    assert third == first


def test_a_request_longer_than_any_buffer_is_sent_in_full(any_driver: LoadDriver) -> None:
    long = Request(method="POST", path="/upload", body="0123456789abcdef" * 262_144)  # 4 MiB
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [scenario(requests=(long,))])
        (record,) = any_driver.drive([slice_of(0.4, connections=2, drain_s=10.0)])
    assert record.errors == {}
    assert served.requests > 2
    assert all(request.endswith(long.body.encode()) for request in served.bodies)


def test_a_long_response_is_taken_in_full(any_driver: LoadDriver) -> None:
    body = "0123456789abcdef" * 262_144
    response = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode())
    with serving(answering(response)) as served:
        any_driver.prepare([served.target()], [scenario(body=body)])
        (record,) = any_driver.drive([slice_of(0.4, connections=2, drain_s=10.0)])
    assert record.errors == {}
    assert record.completions > 0
    assert record.body_bytes == record.completions * len(body)


def test_json_is_compared_as_json_and_not_as_bytes(any_driver: LoadDriver) -> None:
    head = HEAD.replace(b"text/plain", b"application/json; charset=utf-8")
    spaced = head + b'Content-Length: 14\r\n\r\n{"b":2, "a":1}'
    wrong = head + b'Content-Length: 14\r\n\r\n{"b":2, "a":3}'
    expect = Expectation(content_type="application/json", form="json", body='{"a": 1, "b": 2}')
    with serving(answering(spaced, spaced, wrong)) as served:
        any_driver.prepare([served.target()], [scenario(expect=expect)])
        (record,) = any_driver.drive([slice_of(0.2, burn_in_s=0.0)])
    assert set(record.errors) == {"body"}
    assert record.errors["body"] == pytest.approx(record.completions / 2, abs=8)


CHECK = """
def check(body, level):
    return None if body == b"Hello, World!" else f"{body!r} at {level.label}"
"""


def test_a_body_that_may_vary_is_sampled_through_the_scenarios_own_check(
    any_driver: LoadDriver, tmp_path: Path
) -> None:
    (tmp_path / "check.py").write_text(CHECK)
    checked = scenario(body=None, fixed=False, form="text", check=str(tmp_path / "check.py"))
    wrong = HEAD + b"Content-Length: 4\r\n\r\nOops"
    with serving(answering(RIGHT)) as good, serving(answering(*[RIGHT] * 20, wrong)) as bad:
        any_driver.prepare([good.target(cell="good"), bad.target(cell="bad")], [checked])
        first, second = any_driver.drive([slice_of(target="good"), slice_of(target="bad")])
    assert first.errors == {}
    assert marks_of(first) == set()
    assert second.errors["body"] >= 1
    assert marks_of(second) == {"wrong-body-in-sample"}


def test_a_check_that_breaks_on_a_body_is_a_fault_of_the_body(any_driver: LoadDriver, tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text("def check(body, level):\n    return None if body[99] else 'empty'\n")
    checked = scenario(body=None, fixed=False, check=str(tmp_path / "check.py"))
    with serving(answering(RIGHT)) as served:
        any_driver.prepare([served.target()], [checked])
        (record,) = any_driver.drive([slice_of()])
    assert record.errors["body"] >= 1


@pytest.mark.parametrize("text", ["def check(body", "raise RuntimeError('no')", "x = 1"])
def test_a_check_that_cannot_be_loaded_is_named(any_driver: LoadDriver, tmp_path: Path, text: str) -> None:
    (tmp_path / "check.py").write_text(text)
    with pytest.raises(UsageError, match=r"check\.py: "):
        any_driver.prepare([], [scenario(check=str(tmp_path / "check.py"))])


def test_what_was_not_prepared_is_named(any_driver: LoadDriver) -> None:
    any_driver.prepare([], [scenario()])
    with pytest.raises(UsageError, match="'cell' was not prepared"):
        any_driver.drive([slice_of()])


def test_more_connections_than_files_may_be_open_are_refused_with_the_number_needed(any_driver: LoadDriver) -> None:
    with serving(answering(RIGHT)) as served:
        targets = [served.target(cell=f"cell{n}") for n in range(200)]
        any_driver.prepare(targets, [scenario()])
        with pytest.raises(EnvironmentRefused, match=r"ulimit -Hn [12]000100"):
            any_driver.drive([slice_of(target="cell0", connections=10_000)])


def test_a_load_process_that_dies_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    with serving(answering(RIGHT)) as served, LocustDriver(cpus=(), log=tmp_path / "log") as driver:
        driver.prepare([served.target()], [scenario()])
        threading.Timer(0.4, os.kill, (driver.pid, signal.SIGKILL)).start()
        with pytest.raises(HarnessError, match="the load process ended"):
            driver.drive([slice_of(0.1)] * 50)


def test_a_load_process_that_falls_silent_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.load.driver.SLACK_S", 0.5)
    with serving(answering(RIGHT)) as served, LocustDriver(cpus=(), log=tmp_path / "log") as driver:
        driver.prepare([served.target()], [scenario()])
        threading.Timer(0.4, os.kill, (driver.pid, signal.SIGSTOP)).start()
        with pytest.raises(HarnessError, match="was silent for"):
            driver.drive([slice_of(0.3)] * 4)


def test_the_load_process_ends_with_its_driver(tmp_path: Path) -> None:
    with LocustDriver(cpus=(), log=tmp_path / "log") as driver:
        process = psutil.Process(driver.pid)
        assert process.is_running()
    assert not process.is_running()


HARNESS = """
import os, sys, pathlib
from harness.load.driver import LocustDriver
with LocustDriver(cpus=(), log=pathlib.Path(sys.argv[1])) as driver:
    print(driver.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_the_load_process_ends_when_the_harness_was_killed(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", HARNESS, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, check=False
    )
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(told.stdout)).wait(20)
    assert not psutil.pid_exists(int(told.stdout))


def test_the_harness_itself_is_not_monkey_patched() -> None:
    code = "import sys, harness.load.driver; print([m for m in ('locust', 'gevent') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert ast.literal_eval(told.stdout) == []


def test_a_folder_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(EnvironmentRefused, match="TMPDIR"), LocustDriver(cpus=(), log=tmp_path / "log"):
        pass
