"""What is seen of servers between rotations: logs that grow with requests, processes started anew."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.campaign.block.watching import Watch, logs_requests, written_since
from harness.model.measured.load import SliceRecord, Target
from harness.model.measured.trial import Cost
from harness.process.owned import OwnedProcess
from harness.under_test.launch.launch import LiveServer
from tests.analysis.campaigns import slice_record
from tests.process.helpers import until

ACCESS = '127.0.0.1 - - "GET /json HTTP/1.1" 200 27'


@pytest.mark.parametrize(
    ("text", "requests", "logs"),
    [
        (f"{ACCESS}\n" * 1000, 1000, True),
        (f"{ACCESS}\n" * 5000, 10_000, True),
        ("." * 100_000, 10_000, True),
        ("", 1000, False),
        ("worker 7 is ready\n" * 40, 1000, False),
        ("DeprecationWarning: do not\n" * 400, 1000, False),
        ("." * 1000, 1000, False),
        (f"{ACCESS}\n" * 50, 50, False),
    ],
)
def test_a_log_that_grows_with_the_requests_is_found_and_a_few_lines_are_not(
    text: str, requests: int, logs: bool, tmp_path: Path
) -> None:
    process = OwnedProcess(["true"], name="server", log=tmp_path / "log")
    process.log.write_text("started\n" + text)
    failure = logs_requests("a", process, len("started\n"), requests)
    assert (failure is not None) == logs
    if failure and "\n" in text:
        assert ACCESS in failure.reason
        assert failure.log_tail.splitlines()[-1] == ACCESS


def test_lines_of_a_long_log_are_counted_from_a_sample(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"{ACCESS}\n" * 50_000)
    written = written_since(tmp_path / "log", 0)
    assert written.lines == pytest.approx(50_000, rel=0.01)
    assert written.bytes_added == 50_000 * (len(ACCESS) + 1)


def test_a_log_that_was_cut_meanwhile_counts_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"{ACCESS}\n" * 10)
    assert written_since(tmp_path / "log", 10**9).lines == 10


RESTARTS = """
import os, sys, time
while True:
    child = os.fork()
    if not child:
        while not os.path.exists(sys.argv[1]):
            time.sleep(0.01)
        os.rename(sys.argv[1], sys.argv[1] + ".seen")
        os._exit(0)
    os.waitpid(child, 0)
"""
"""A worker that ends, and is started anew, each time the file is there."""


def test_workers_that_are_started_anew_are_counted_with_the_connections_they_closed(tmp_path: Path) -> None:
    bell = tmp_path / "bell"
    with OwnedProcess([sys.executable, "-c", RESTARTS, str(bell)], name="server", log=tmp_path / "log") as process:
        until(lambda: len(process.tree()) == 2)
        live = {"a": LiveServer(Target(cell="a", host="127.0.0.1", port=1), process, (), (), 0.0)}
        slices: list[SliceRecord] = []

        def rotations() -> Iterator[None]:
            for number in range(3):
                before = process.tree()
                bell.touch()
                until(lambda before=before: process.tree()[1:] not in ((), before[1:]))  # type: ignore[misc]
                slices.append(slice_record("a", number, answered=700, reconnects=16))
                yield

        watch = Watch()
        for _ in watch.over(live, "json", slices, rotations(), 0.0):
            pass
        found = watch.added_to(Cost(), "a", "json")
    assert (found.new_processes, found.reopened) == (3, 48)
    assert [requests for requests, _ in found.memory] == [0, 700, 2100]
