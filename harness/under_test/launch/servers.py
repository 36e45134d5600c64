"""The servers applications run on: one entry each, as docs/adding-a-server.md tells.

A server runs as its own documentation sets it up for production, with its own defaults, except for what must be equal
for a fair comparison: no request log, a backlog and limits that never turn a connection away, connections kept alive
far longer than a rotation takes, as many threads where it has a pool of them, and the fast event loop and parser where
its documentation names one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet

from harness.model.asked.application import Interface
from harness.model.asked.scenario import Kind
from harness.under_test.launch.arguments import (
    ON_UVLOOP,
    POOL,
    STOP_S,
    Argv,
    daphne,
    granian,
    gunicorn,
    hypercorn,
    pyuwsgi,
    served,
    uvicorn,
)

HOLDS_BACK: Final = "it holds an answer back until all of it is made"
NOT_IN_WSGI: Final = "there are no WebSockets in WSGI, which its server speaks"


@dataclass(frozen=True)
class Server:
    """A server, and what it can do.

    `requirements`: PEP 508, without pins (the constraints file pins). `distribution`: the one whose version is
    shown. `keep_alive`: whether it answers more than one request a connection. `load_per_worker`: whether each of
    its worker processes loads the application itself, so that all of them tell who they are. `most_workers`:
    processes it can run by itself, None for any number. `sends_date`, `sends_name`: whether its responses have the
    headers Date and Server. `nagle_with_workers`: whether it leaves Nagle's algorithm (RFC 896) on as soon as it
    runs more than one worker, so that the later parts of an answer wait for the client's delayed acknowledgement
    (RFC 1122, 4.2.3.2). `threads`: its option for how many threads of a worker run the application, None where it
    has no pool of them. `runtime_threads`: its option for how many threads of a worker serve connections and run
    nothing of the application, None where it has none. `lacks`: kinds of scenario that it cannot do although its
    interface could, and why. `tls`: its options for the files of a certificate and of its key, None where it has no
    TLS or needs more than two options. `requires_python`: the versions of Python it can be installed for (PEP 440),
    empty for all; its requirements have markers that say the same. `argv` is None where the application brings the
    command (its manifest's table `own`).
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
    sends_name: bool = True
    nagle_with_workers: bool = False
    threads: str | None = None
    runtime_threads: str | None = None
    lacks: tuple[tuple[Kind, str], ...] = ()
    tls: tuple[str, str] | None = None
    requires_python: str = ""

    def runs_on(self, version: str) -> bool:
        """Whether it can be installed for this version of Python."""
        return SpecifierSet(self.requires_python).contains(version, prereleases=True)

    def options(self, threads: int, runtime_threads: int | None) -> tuple[str, ...]:
        """Its options for these numbers of threads, as far as it has them; None leaves the number to the server."""
        pool = (self.threads, str(threads)) if self.threads else ()
        runtime = (self.runtime_threads, str(runtime_threads)) if self.runtime_threads and runtime_threads else ()
        return (*pool, *runtime)

    @property
    def cannot(self) -> dict[Kind, str]:
        """Kinds of scenario that nothing on it can do, and why."""
        of_interface: dict[Kind, str] = {"websocket": NOT_IN_WSGI} if self.interface == "wsgi" else {}
        return of_interface | dict(self.lacks)

    def workers(self, wanted: int) -> int:
        """Processes that run when so many are wanted."""
        return min(wanted, self.most_workers or wanted)


UVLOOP: Final = "uvloop; platform_python_implementation == 'CPython'"

BJOERN: Final = "bjoern-binary; platform_python_implementation == 'CPython' and python_version < '3.15'"
"""The same bjoern in wheels: the distribution `bjoern` has none, and would be compiled."""

OLD_AUTOBAHN: Final = "autobahn<26"
"""For websockets alone; later ones have no wheel for macOS before 15, nor for Intel."""

SSL_CERTFILE: Final = ("--ssl-certfile", "--ssl-keyfile")
CERTFILE: Final = ("--certfile", "--keyfile")
SSL_CERTIFICATE: Final = ("--ssl-certificate", "--ssl-keyfile")

OWN: Final = "own"
"""The server of an application that brings the command."""

RUNTIME_THREADS: Final = "--runtime-threads"
"""Of granian's Rust runtime. Its --blocking-threads run the application: more than one under WSGI alone."""

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
        "gunicorn-aiohttp",
        "gunicorn (aiohttp worker)",
        "aiohttp",
        ("gunicorn>=27", "aiohttp", UVLOOP),
        "gunicorn",
        gunicorn("--worker-class", "aiohttp.GunicornUVLoopWebWorker"),
        tls=CERTFILE,
    ),
    Server(
        "gunicorn-tornado",
        "gunicorn (tornado worker)",
        "tornado",
        ("gunicorn>=27", "tornado"),
        "gunicorn",
        gunicorn("--worker-class", "tornado"),
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
        runtime_threads=RUNTIME_THREADS,
        tls=SSL_CERTIFICATE,
    ),
    Server(
        "granian-rsgi",
        "granian (rsgi)",
        "rsgi",
        ("granian", UVLOOP),
        "granian",
        granian("rsgi", *ON_UVLOOP),
        runtime_threads=RUNTIME_THREADS,
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
        runtime_threads=RUNTIME_THREADS,
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
        lacks=(("stream", "it closes the connection after an answer of unknown length, although it keeps others"),),
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
    Server(
        "pyuwsgi",
        "uWSGI",
        "wsgi",
        ("pyuwsgi",),
        "pyuwsgi",
        pyuwsgi,
        load_per_worker=False,
        threads="--threads",
        lacks=(("stream", HOLDS_BACK),),
    ),
    Server(
        "fastpysgi",
        "fastpysgi",
        "wsgi",
        ("fastpysgi",),
        "fastpysgi",
        served("fastpysgi", "--workers", "{workers}"),
        load_per_worker=False,
        lacks=(("stream", HOLDS_BACK),),
    ),
    Server(
        "bjoern",
        "bjoern",
        "wsgi",
        (BJOERN,),
        "bjoern-binary",
        served("bjoern", "--workers", "{workers}"),
        load_per_worker=False,
        sends_date=False,
        sends_name=False,
        requires_python="<3.15",
    ),
    Server(
        "bengal-pounce",
        "pounce",
        "asgi",
        ("bengal-pounce[ws]; python_version >= '3.14'",),
        "bengal-pounce",
        served("pounce", "--workers", "{workers}", *POOL, "--stop", STOP_S),
        load_per_worker=False,
        requires_python=">=3.14",
    ),
    Server(OWN, "its own", "own", (), None, None),
)

SERVERS: Final[Mapping[str, Server]] = {server.id: server for server in ENTRIES}

REQUIREMENTS: Final[Mapping[str, tuple[str, ...]]] = {server.id: server.requirements for server in ENTRIES}
"""What each server requires, by its id: what locks are made with."""
