"""The servers applications run on: one entry each, as docs/adding-a-server.md describes.

A server runs as its own documentation sets it up for production, with its own defaults, except for what must be equal
for a fair comparison: no request log, a backlog and limits that never turn a connection away, connections kept alive
far longer than a rotation takes, as many threads where it has a pool of them, and the fast event loop and parser where
its documentation names one.
"""

import signal
from collections.abc import Mapping
from typing import Final

from harness.under_test.launch.arguments import (
    ON_UVLOOP,
    POOL,
    STOP_S,
    daphne,
    granian,
    gunicorn,
    hypercorn,
    pyuwsgi,
    served,
    uvicorn,
)
from harness.under_test.launch.server import Server

HOLDS_BACK: Final = "it holds an answer back until all of it is made"

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

AT_ONCE: Final = signal.SIGINT
"""Of gunicorn: after SIGTERM its workers of threads and of gevent keep idle connections for two seconds more."""

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
        stop_signal=AT_ONCE,
    ),
    Server(
        "gunicorn-gevent",
        "gunicorn (gevent)",
        "wsgi",
        ("gunicorn[gevent]>=27",),
        "gunicorn",
        gunicorn("--worker-class", "gevent"),
        tls=CERTFILE,
        stop_signal=AT_ONCE,
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
