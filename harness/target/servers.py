"""The servers applications run on: one entry each, as docs/adding-a-server.md tells.

A server runs as its own documentation sets it up for production, with its own defaults, except for what must be equal
for a fair comparison: no request log, a backlog and limits that never turn a connection away, connections kept alive
far longer than a rotation takes, and the fast event loop and parser where its documentation names one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.model.application import Interface

BACKLOG: Final = "4096"
KEEP_ALIVE_S: Final = "3600"
MOST_CONNECTIONS: Final = "16384"
THREADS: Final = "8"
STOP_S: Final = "1"
"""What a server may take to finish requests in hand when it is asked to stop: there are none then."""

Argv = Callable[[str, str, int, int], list[str]]
"""(target, host, port, workers) -> what follows the environment's python."""


@dataclass(frozen=True)
class Server:
    """A server, and what it can do.

    `requirements`: PEP 508, without pins (the constraints file pins). `distribution`: the one whose version is shown.
    `keep_alive`: whether it answers more than one request a connection. `load_per_worker`: whether each of its worker
    processes loads the application itself, so that all of them tell who they are. `argv` is None where the
    application brings the command (its manifest's table `own`).
    """

    id: str
    title: str
    interface: Interface
    requirements: tuple[str, ...]
    distribution: str | None
    argv: Argv | None
    keep_alive: bool = True
    load_per_worker: bool = True


def uvicorn(target: str, host: str, port: int, workers: int) -> list[str]:
    return [
        *("-m", "uvicorn", target),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--loop", "uvloop", "--http", "httptools"),
        *("--backlog", BACKLOG, "--timeout-keep-alive", KEEP_ALIVE_S, "--timeout-graceful-shutdown", STOP_S),
        *("--no-access-log", "--log-level", "warning", "--no-use-colors"),
    ]


def gunicorn(*worker: str) -> Argv:
    """Gunicorn with the worker class, and what belongs to it, given as arguments."""

    def argv(target: str, host: str, port: int, workers: int) -> list[str]:
        return [
            *("-m", "gunicorn", target),
            *("--bind", f"{host}:{port}", "--workers", str(workers), *worker),
            *("--backlog", BACKLOG, "--worker-connections", MOST_CONNECTIONS, "--keep-alive", KEEP_ALIVE_S),
            *("--timeout", "120", "--graceful-timeout", STOP_S, *heartbeat_folder()),
            *("--log-level", "warning", "--no-control-socket"),
            # Else it obeys a gunicorn.conf.py that lies in the application's folder.
            *("--config", "python:harness_no_config"),
        ]

    return argv


def heartbeat_folder() -> tuple[str, ...]:
    """Gunicorn's workers touch a file; on a disk that may block them (its FAQ), in memory it does not."""
    memory = Path("/dev/shm")  # noqa: S108 (where it is; gunicorn makes the files, safely)
    return ("--worker-tmp-dir", str(memory)) if memory.is_dir() else ()


UVLOOP: Final = "uvloop; platform_python_implementation == 'CPython'"

ENTRIES: Final = (
    Server("uvicorn", "uvicorn", "asgi", ("uvicorn", UVLOOP, "httptools"), "uvicorn", uvicorn),
    Server(
        "gunicorn-sync",
        "gunicorn (sync)",
        "wsgi",
        ("gunicorn>=27",),
        "gunicorn",
        gunicorn("--worker-class", "sync"),
        keep_alive=False,
    ),
    Server(
        "gunicorn-gthread",
        "gunicorn (gthread)",
        "wsgi",
        ("gunicorn>=27",),
        "gunicorn",
        gunicorn("--worker-class", "gthread", "--threads", THREADS),
    ),
    Server(
        "gunicorn-uvicorn-worker",
        "gunicorn (uvicorn worker)",
        "asgi",
        ("gunicorn>=27", "uvicorn-worker", "uvicorn", UVLOOP, "httptools"),
        "gunicorn",
        gunicorn("--worker-class", "uvicorn_worker.UvicornWorker"),
    ),
    Server(
        "gunicorn-asgi",
        "gunicorn (asgi)",
        "asgi",
        ("gunicorn>=27", UVLOOP),
        "gunicorn",
        gunicorn("--worker-class", "asgi", "--asgi-loop", "uvloop"),
    ),
    Server("own", "its own", "own", (), None, None),
)

SERVERS: Final[Mapping[str, Server]] = {server.id: server for server in ENTRIES}
