"""The servers applications run on: one entry each, as docs/adding-a-server.md tells.

A server runs as its own documentation sets it up for production, with its own defaults, except for what must be equal
for a fair comparison: no request log, a backlog and limits that never turn a connection away, connections kept alive
far longer than a rotation takes, as many threads where it has a pool of them, and the fast event loop and parser where
its documentation names one.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.model.asked.application import Interface
from harness.model.asked.scenario import Kind

BACKLOG: Final = "4096"
KEEP_ALIVE_S: Final = "3600"
MOST_CONNECTIONS: Final = "16384"
GRANIAN_KEEP_ALIVE_MS: Final = "60000"
"""The longest it allows."""
THREADS: Final = 8
STOP_S: Final = "1"
"""What a server may take to finish requests in hand when it is asked to stop: there are none then."""

MEMORY: Final = Path("/dev/shm")  # noqa: S108 (where it is; files are made there safely)

NOT_IN_WSGI: Final = "there are no WebSockets in WSGI, which its server speaks"

Argv = Callable[[str, str, int, int], list[str]]
"""(target, host, port, workers) -> what follows the environment's python."""


@dataclass(frozen=True)
class Server:
    """A server, and what it can do.

    `requirements`: PEP 508, without pins (the constraints file pins). `distribution`: the one whose version is shown.
    `keep_alive`: whether it answers more than one request a connection. `load_per_worker`: whether each of its worker
    processes loads the application itself, so that all of them tell who they are. `most_workers`: processes it can run
    by itself, None for any number. `sends_date`: whether its responses have the header Date. `nagle_with_workers`:
    whether it leaves Nagle's algorithm (RFC 896) on as soon as it runs more than one worker, so that the later parts of
    an answer wait for the client's delayed acknowledgement (RFC 1122, 4.2.3.2). `threads`: its option for how many
    threads of a worker run the application, None where it has no pool of them. `lacks`: kinds of scenario that it
    cannot do although its interface could, and why. `tls`: its options for the files of a certificate and of its key,
    None where it has no TLS or needs more than two options. `argv` is None where the application brings the command
    (its manifest's table `own`).
    """

    id: str
    title: str
    interface: Interface
    requirements: tuple[str, ...]
    distribution: str | None
    argv: Argv | None
    keep_alive: bool = True
    load_per_worker: bool = True
    most_workers: int | None = None
    sends_date: bool = True
    nagle_with_workers: bool = False
    threads: str | None = None
    lacks: tuple[tuple[Kind, str], ...] = ()
    tls: tuple[str, str] | None = None

    @property
    def cannot(self) -> dict[Kind, str]:
        """Kinds of scenario that nothing on it can do, and why."""
        return ({"websocket": NOT_IN_WSGI} if self.interface == "wsgi" else {}) | dict(self.lacks)

    def workers(self, wanted: int) -> int:
        """Processes that run when so many are wanted."""
        return min(wanted, self.most_workers or wanted)


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


UVLOOP: Final = "uvloop; platform_python_implementation == 'CPython'"

OLD_AUTOBAHN: Final = "autobahn<26"
"""For websockets alone; later ones have no wheel for macOS before 15, nor for Intel."""
ON_UVLOOP: Final = ("--loop", "uvloop")
POOL: Final = ("--connections", MOST_CONNECTIONS, "--keep-alive", KEEP_ALIVE_S)

SSL_CERTFILE: Final = ("--ssl-certfile", "--ssl-keyfile")
CERTFILE: Final = ("--certfile", "--keyfile")
SSL_CERTIFICATE: Final = ("--ssl-certificate", "--ssl-keyfile")

ENTRIES: Final = (
    Server(
        "uvicorn",
        "uvicorn",
        "asgi",
        ("uvicorn", UVLOOP, "httptools", "websockets"),
        "uvicorn",
        uvicorn("uvloop"),
        tls=SSL_CERTFILE,
    ),
    Server(
        "uvicorn-asyncio",
        "uvicorn (asyncio)",
        "asgi",
        ("uvicorn", "httptools", "websockets"),
        "uvicorn",
        uvicorn("asyncio"),
        nagle_with_workers=True,
        tls=SSL_CERTFILE,
    ),
    Server(
        "gunicorn-sync",
        "gunicorn (sync)",
        "wsgi",
        ("gunicorn>=27",),
        "gunicorn",
        gunicorn("--worker-class", "sync"),
        keep_alive=False,
        tls=CERTFILE,
    ),
    Server(
        "gunicorn-gthread",
        "gunicorn (gthread)",
        "wsgi",
        ("gunicorn>=27",),
        "gunicorn",
        gunicorn("--worker-class", "gthread"),
        threads="--threads",
        tls=CERTFILE,
    ),
    Server(
        "gunicorn-gevent",
        "gunicorn (gevent)",
        "wsgi",
        ("gunicorn[gevent]>=27",),
        "gunicorn",
        gunicorn("--worker-class", "gevent"),
        tls=CERTFILE,
    ),
    Server(
        "gunicorn-uvicorn-worker",
        "gunicorn (uvicorn worker)",
        "asgi",
        ("gunicorn>=27", "uvicorn-worker", "uvicorn", UVLOOP, "httptools", "websockets"),
        "gunicorn",
        gunicorn("--worker-class", "uvicorn_worker.UvicornWorker"),
        tls=CERTFILE,
    ),
    Server(
        "gunicorn-asgi",
        "gunicorn (asgi)",
        "asgi",
        ("gunicorn>=27", UVLOOP),
        "gunicorn",
        gunicorn("--worker-class", "asgi", "--asgi-loop", "uvloop"),
        tls=CERTFILE,
    ),
    Server(
        "hypercorn",
        "hypercorn (uvloop)",
        "asgi",
        ("hypercorn", UVLOOP),
        "hypercorn",
        hypercorn,
        tls=CERTFILE,
    ),
    Server(
        "granian-asgi",
        "granian (asgi)",
        "asgi",
        ("granian", UVLOOP),
        "granian",
        granian("asgi", *ON_UVLOOP),
        tls=SSL_CERTIFICATE,
    ),
    Server(
        "granian-rsgi",
        "granian (rsgi)",
        "rsgi",
        ("granian", UVLOOP),
        "granian",
        granian("rsgi", *ON_UVLOOP),
        tls=SSL_CERTIFICATE,
    ),
    Server(
        "granian-wsgi",
        "granian (wsgi)",
        "wsgi",
        ("granian",),
        "granian",
        granian("wsgi"),
        threads="--blocking-threads",
        tls=SSL_CERTIFICATE,
    ),
    Server("daphne", "daphne", "asgi", ("daphne", OLD_AUTOBAHN), "daphne", daphne, most_workers=1, sends_date=False),
    Server(
        "waitress",
        "waitress",
        "wsgi",
        ("waitress",),
        "waitress",
        served("waitress", *POOL),
        most_workers=1,
        threads="--threads",
    ),
    Server(
        "cheroot",
        "cheroot",
        "wsgi",
        ("cheroot",),
        "cheroot",
        served("cheroot", *POOL),
        most_workers=1,
        threads="--threads",
    ),
    Server("pyuwsgi", "uWSGI", "wsgi", ("pyuwsgi",), "pyuwsgi", pyuwsgi, load_per_worker=False, threads="--threads"),
    Server(
        "fastpysgi",
        "fastpysgi",
        "wsgi",
        ("fastpysgi",),
        "fastpysgi",
        served("fastpysgi", "--workers", "{workers}"),
        load_per_worker=False,
    ),
    Server("own", "its own", "own", (), None, None),
)

SERVERS: Final[Mapping[str, Server]] = {server.id: server for server in ENTRIES}
