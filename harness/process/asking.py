"""Asking a program for a few words: bounded in time and bytes, and nothing of it left behind."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from harness.process.environment import passed_on

MOST_BYTES: Final = 64 * 1024
ENDED_LOOK_S: Final = 0.05
LATE: Final = "late"


@dataclass(frozen=True)
class Answer:
    """What it printed on each output. `fault` says in words why that is not to be used; empty where it is."""

    stdout: str
    stderr: str
    fault: str = ""


def ask(
    argv: Sequence[str],
    within_s: float,
    most_bytes: int = MOST_BYTES,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Answer:
    """Run the program until it ends. It and whatever it started are killed after `within_s` seconds, and when it has
    printed more than `most_bytes` on either output. `env`: without it, what every program gets."""
    try:
        asked = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=passed_on() if env is None else env,
            cwd=cwd,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Answer("", "", f"it cannot be started: {getattr(error, 'strerror', None) or error}")
    with asked:
        try:
            printed, fault = _listened(asked, time.monotonic() + within_s, most_bytes)
        finally:
            with suppress(ProcessLookupError, PermissionError):  # nobody of its group is left
                os.killpg(asked.pid, signal.SIGKILL)
        asked.wait()
    out, err = (printed[stream].decode(errors="replace") for stream in ("stdout", "stderr"))
    if fault == LATE:
        fault = f"it does not end within {within_s:g} s"
    return Answer(out, err, fault or (f"it ends with exit code {asked.returncode}" if asked.returncode else ""))


def _listened(asked: "subprocess.Popen[bytes]", end: float, most_bytes: int) -> tuple[dict[str, bytearray], str]:
    """What it said until both outputs closed or it ended: a child that it left behind may hold them open."""
    printed = {"stdout": bytearray(), "stderr": bytearray()}
    with selectors.DefaultSelector() as selector:
        for name in printed:
            stream: IO[bytes] = getattr(asked, name)
            selector.register(stream, selectors.EVENT_READ, name)
        while selector.get_map():
            ended = asked.poll() is not None
            ready = selector.select(0 if ended else min(ENDED_LOOK_S, max(0.0, end - time.monotonic())))
            for key, _ in ready:
                part = os.read(key.fd, most_bytes)
                printed[key.data] += part
                if not part:
                    selector.unregister(key.fileobj)
                if len(printed[key.data]) > most_bytes:
                    return printed, f"it prints more than {most_bytes:,} bytes"
            if ended and not ready:
                break
            if time.monotonic() > end:
                return printed, LATE
    return printed, "" if _ended_by(asked, end) else LATE


def _ended_by(asked: "subprocess.Popen[bytes]", end: float) -> bool:
    while asked.poll() is None:
        if time.monotonic() > end:
            return False
        time.sleep(ENDED_LOOK_S / 5)
    return True
