"""How servers are started: what follows the environment's python, made from target, host, port and workers."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

BACKLOG: Final = "4096"
KEEP_ALIVE_S: Final = "3600"
MOST_CONNECTIONS: Final = "16384"
GRANIAN_KEEP_ALIVE_MS: Final = "60000"
"""The longest it allows."""
STOP_S: Final = "1"
"""What a server may take to finish requests in hand when it is asked to stop: there are none then."""

MEMORY: Final = Path("/dev/shm")  # noqa: S108 (where it is; files are made there safely)

Argv = Callable[[str, str, int, int], list[str]]
"""(target, host, port, workers) -> what follows the environment's python."""

ON_UVLOOP: Final = ("--loop", "uvloop")
POOL: Final = ("--connections", MOST_CONNECTIONS, "--keep-alive", KEEP_ALIVE_S)


def uvicorn(loop: str) -> Argv:
    """Uvicorn with an event loop and its fast parser."""

    def argv(target: str, host: str, port: int, workers: int) -> list[str]:
        return [
            *("-m", "uvicorn", target),
            *("--host", host, "--port", str(port), "--workers", str(workers)),
            *("--loop", loop, "--http", "httptools"),
            *("--backlog", BACKLOG, "--timeout-keep-alive", KEEP_ALIVE_S, "--timeout-graceful-shutdown", STOP_S),
            *("--no-access-log", "--log-level", "warning", "--no-use-colors"),
        ]

    return argv


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
    return ("--worker-tmp-dir", str(MEMORY)) if takes_files(MEMORY) else ()


def takes_files(folder: Path) -> bool:
    """Whether a file can be made and written there: it may belong to others, be full, or not be there at all."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return file.write(b"\0") == 1
    except OSError:
        return False


def hypercorn(target: str, host: str, port: int, workers: int) -> list[str]:
    return [
        *("-m", "hypercorn", target),
        *("--bind", f"{host}:{port}", "--workers", str(workers), "--worker-class", "uvloop"),
        *("--backlog", BACKLOG, "--keep-alive", KEEP_ALIVE_S, "--graceful-timeout", STOP_S, "--log-level", "warning"),
    ]


def granian(interface: str, *more: str) -> Argv:
    """Granian with the interface, and what belongs to it, given as arguments."""

    def argv(target: str, host: str, port: int, workers: int) -> list[str]:
        return [
            *("-m", "granian", target, "--interface", interface),
            *("--host", host, "--port", str(port), "--workers", str(workers), *more),
            # Its limit of requests at once is made from the backlog.
            *("--backlog", BACKLOG, "--backpressure", MOST_CONNECTIONS),
            *("--http1-header-read-timeout", GRANIAN_KEEP_ALIVE_MS, "--workers-kill-timeout", STOP_S),
            *("--no-access-log", "--log-level", "warning"),
        ]

    return argv


def daphne(target: str, host: str, port: int, _: int) -> list[str]:
    """Its options have no backlog, the endpoint they stand for has; no access log without verbosity."""
    return ["-m", "daphne", "--endpoint", f"tcp:port={port}:interface={host}:backlog={BACKLOG}", "-v", "0", target]


def pyuwsgi(target: str, host: str, port: int, workers: int) -> list[str]:
    """uWSGI behind its own HTTP router, as it advises where no other web server stands before it: without the router a
    kept connection holds a thread. Unless asked to, it sends no header Server or Date, and marks no end of a body
    whose length the application does not give (Django's, bare). Asked to send it in chunks, the router writes each part
    by itself without TCP_NODELAY, and every answer waits 40 ms for the client's delayed acknowledgement."""
    return [
        *("-c", "import sys, pyuwsgi; pyuwsgi.run(sys.argv[1:])"),
        *("--http", f"{host}:{port}", f"--http-keepalive={KEEP_ALIVE_S}", "--http-timeout", KEEP_ALIVE_S),
        *("--collect-header", "Content-Length LENGTH", "--response-route-if", "empty:${LENGTH} fixcl:"),
        *("--wsgi", target, "--processes", str(workers), "--listen", str(longest_backlog())),
        *("--master", "--strict", "--single-interpreter", "--need-app", "--die-on-term", "--disable-logging"),
        *("--worker-reload-mercy", STOP_S),
        *("--add-header", "Server: uWSGI", "--route-run", "addheader:Date: ${httptime[]}"),
    ]


def longest_backlog() -> int:
    """BACKLOG, or what the system allows: uWSGI does not start where it is given more, others are given less."""
    limit = Path("/proc/sys/net/core/somaxconn")
    return min(int(BACKLOG), int(limit.read_text())) if limit.is_file() else 128


def served(server: str, *settings: str) -> Argv:
    """A server started by its Python interface (entry/harness_serve.py)."""

    def argv(target: str, host: str, port: int, workers: int) -> list[str]:
        asked = [part.replace("{workers}", str(workers)) for part in settings]
        return ["-m", "harness_serve", server, target, host, str(port), "--backlog", BACKLOG, *asked]

    return argv
