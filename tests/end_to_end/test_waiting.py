"""Every wait of a command answers Ctrl-C, being terminated and the end of the terminal, and leaves nothing."""

import os
import pty
import signal
import socket
import subprocess
import sys

import pytest

from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place, Running, environment, unless_given, until
from tests.end_to_end.forks import COMMAND

ENDING_NOW = "Ending now; what was measured is kept"
LONG = ("--rotations", "30s", "--blocks", "1", "--latency", "none", "--continuous", "none")
PROMPT_S = 40.0
"""Far less than any of these waits would last, and enough for a machine that is busy with other tests."""


def shops(place: Place, how: str = "slow") -> tuple[str, ...]:
    folder = place.folder / "shop"
    if not folder.exists():
        shop(place.folder, "shop", how)
    return (*given(folder), "--only", "shop", "--scenario", "json")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def assert_ended_and_reported(ended: Ended, place: Place) -> None:
    assert ended.code == 130, ended
    assert ENDING_NOW in ended.err
    assert "Interrupted; resume it: harness run --resume" in ended.err
    assert place.left() == []
    assert place.campaign.read_record().state == "interrupted"
    assert place.page.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_waiting_for_workers_ends_at_the_first_signal(number: signal.Signals, place: Place) -> None:
    with place.measuring(*shops(place), *LONG, "--workers", 1, "--port", free_port()) as command:
        log = place.results / "latest" / "logs" / "load.log"
        until(lambda: log.exists() and "waiting for 1 load workers" in log.read_text(), "it waits for the worker")
        ended = end_now(command, number)
    assert_ended_and_reported(ended, place)


def end_now(command: Running, number: signal.Signals) -> Ended:
    """Once: the first signal must do."""
    command.process.send_signal(number)
    command.process.wait(PROMPT_S)
    return command.end()


def test_a_server_that_never_answers_is_waited_for_no_longer(place: Place) -> None:
    with place.measuring(*shops(place, "NeverAnswers"), *LONG) as command:
        until(lambda: "Block 1: " in command.said() and list(place.results.glob("*/logs/shop*.log")), "it has begun")
        ended = end_now(command, signal.SIGINT)
    assert_ended_and_reported(ended, place)


def test_an_environment_that_is_being_made_is_waited_for_no_longer(place: Place) -> None:
    slow, held_up = place.folder / "python", place.folder / "held-up"
    # The harness asks an interpreter with -I; whoever else asks is uv, which is held up for ever.
    hold_up = f'touch "{held_up}"; while true; do sleep 0.1; done'
    slow.write_text(f'#!/bin/sh\ncase "$*" in "-I "*harness_interpreter*|"-I -S"*) ;; *) {hold_up};; esac\n')
    with slow.open("a") as file:
        file.write(f'exec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    with place.measuring(*shops(place), *LONG, "--python", slow) as command:
        until(held_up.exists, "uv asks the interpreter")
        ended = end_now(command, signal.SIGINT)
    assert_ended_and_reported(ended, place)


def test_the_end_of_the_terminal_ends_it_after_the_rotation_in_hand_and_it_is_reported(place: Place) -> None:
    """A real one is closed: what is written to it from then on is a fault."""
    ours, theirs = pty.openpty()
    arguments = ["run", *place.folders(), *shops(place), *unless_given(LONG), *LONG]
    variables = {**environment(), "TMPDIR": str(place.folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, str(COMMAND), *map(str, arguments)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        os.set_blocking(ours, False)
        until(lambda: drained(ours) and place.slices() > 3, "some rotations are on disk")
        os.close(ours)
        assert process.wait(PROMPT_S) == 130
    finally:
        process.kill()
    assert place.left() == []
    assert place.campaign.read_record().state == "interrupted"
    assert place.page.exists()


IN_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Make the terminal the controlling one: when it is closed, the kernel says so."""


def drained(descriptor: int) -> bool:
    try:
        while os.read(descriptor, 65_536):
            pass
    except BlockingIOError:
        pass
    return True


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("command", ["serve", "verify", "worker"])
def test_every_command_that_owns_processes_ends_them_with_it(
    command: str, number: signal.Signals, place: Place
) -> None:
    folder = shop(place.folder, "shop", "NeverAnswers" if command == "verify" else "right")
    arguments: dict[str, tuple[object, ...]] = {
        "serve": ("serve", "shop", "--app", folder),
        "verify": ("verify", *given(folder), "--only", "shop"),
        "worker": ("worker", "--master", "127.0.0.1", "--port", free_port()),
    }
    begun = {"serve": "shop.py", "verify": "shop.py", "worker": "harness.load.distributed.worker"}[command]
    with place.running(*arguments[command]) as running:
        until(lambda: begun in " ".join(place.left()), "its process has begun")
        until(lambda: command != "serve" or "Up, until Ctrl-C" in running.said(), "it is up")
        running.process.send_signal(number)
        running.process.wait(PROMPT_S)
        ended = running.end()
    assert ended.code == (0 if command == "serve" else 130), ended
    assert place.left() == []
    assert list((place.folder / "tmp").glob("harness-*")) == []


def test_too_few_open_files_and_an_absent_tmpdir_are_refused_before_anything_is_made(place: Place) -> None:
    few = ["sh", "-c", 'ulimit -n 110 && exec "$0" "$@"', str(COMMAND), "run", *place.folders(), *shops(place)]
    refused = subprocess.run(few, capture_output=True, text=True, env=environment(), check=False)
    assert refused.returncode == 5, refused
    assert "open files; 110 are allowed" in refused.stderr
    assert "ulimit -Hn" in refused.stderr
    assert not place.results.exists()

    absent = place.measure(*shops(place), TMPDIR=str(place.folder / "absent"))
    assert absent.code == 5, absent
    assert "absent: No such file or directory" in absent.err
    assert "export TMPDIR=/tmp" in absent.err

    long = place.folder / ("long" * 30)
    long.mkdir()
    too_long = place.measure(*shops(place), TMPDIR=str(long))
    assert too_long.code == 5, too_long
    assert "set TMPDIR to a shorter folder" in too_long.err
    assert not place.results.exists()
