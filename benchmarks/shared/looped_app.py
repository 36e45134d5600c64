"""An ASGI application in which each request first runs a loop that lies in a file of one layer.

LOOP_IN names a module of that layer; empty: this file. "kernel" stands for system calls. The code is compiled as if it
stood in that module's file, so a profiler finds it there. What the loop takes of this thread's CPU time is measured for
some requests, and its mean written to the file that LOOP_COST names, with the process's id behind it.
"""

import importlib
import importlib.util
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

TURNS = int(os.environ["TURNS"])
LAYER = os.environ["LOOP_IN"]
COST = Path(os.environ["LOOP_COST"])
LOOKED_AT = range(2500, 8500, 25)
"""Requests of the load, spread over the time in which CPU time is counted: the speed of a machine moves. The profiler,
which makes the loop dearer, comes later."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

TURNING = "def loop(turns):\n    for _ in range(turns):\n        pass\n"
READING = """
import os
zeros = os.open("/dev/zero", os.O_RDONLY)

def loop(turns):
    for _ in range(turns):
        os.pread(zeros, 262144, 0)
"""

original: Callable[[Scope, Receive, Send], Awaitable[None]] = importlib.import_module("app").app


def loop_of(layer: str) -> Callable[[int], None]:
    """The loop, in the file of the layer."""
    spec = importlib.util.find_spec(layer) if layer not in ("", "kernel") else None
    file = spec.origin if spec and spec.origin else __file__
    found: dict[str, Any] = {}
    exec(compile(READING if layer == "kernel" else TURNING, file, "exec"), found)
    return found["loop"]  # type: ignore[no-any-return]


class Cost:
    """What the loop took so far, where it was looked at."""

    requests = looks = 0
    spent_ns = 0


loop, cost = loop_of(LAYER), Cost()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    cost.requests += 1
    if cost.requests not in LOOKED_AT:
        loop(TURNS)
    else:
        # A look at this clock is a system call of a microsecond, and is taken off.
        first, before = time.thread_time_ns(), time.thread_time_ns()
        loop(TURNS)
        cost.spent_ns += time.thread_time_ns() - before - (before - first)
        cost.looks += 1
        if cost.requests == LOOKED_AT[-1]:
            COST.with_name(f"{COST.name}.{os.getpid()}").write_text(str(cost.spent_ns / cost.looks / 1000))
    await original(scope, receive, send)
