"""Starts servers whose command line lacks what must be equal for all: by their Python interface, as documented.

`python -m harness_serve SERVER TARGET HOST PORT [--setting NUMBER ...]`, in the application's environment.
"""

import argparse
import importlib
import logging
import os
import socket
from collections.abc import Callable
from typing import Any


def waitress(application: Any, given: argparse.Namespace) -> None:
    """Its command line cannot silence the line it logs for each request that waits for a thread."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    importlib.import_module("waitress").serve(
        application,
        host=given.host,
        port=given.port,
        threads=given.threads,
        backlog=given.backlog,
        connection_limit=given.connections,
        channel_timeout=given.keep_alive,
        asyncore_use_poll=True,  # select cannot watch more than 1,024 connections
    )


def cheroot(application: Any, given: argparse.Namespace) -> None:
    """Its command line cannot have it keep more than 10 connections."""
    server = importlib.import_module("cheroot.wsgi").Server(
        (given.host, given.port),
        application,
        numthreads=given.threads,
        request_queue_size=given.backlog,
        timeout=given.keep_alive,
    )
    server.keep_alive_conn_limit = given.connections
    server.safe_start()


def fastpysgi(application: Any, given: argparse.Namespace) -> None:
    """Its command line has neither backlog nor workers. Connections are kept without limit."""
    module = importlib.import_module("fastpysgi")
    module.server.backlog = given.backlog
    module.run(application, given.host, given.port, workers=given.workers)


def bjoern(application: Any, given: argparse.Namespace) -> None:
    """It has no command line, and no workers: `listen` and `run` are apart so that a program can fork between them.
    Connections are kept without limit. It leaves Nagle's algorithm on, and each chunk would wait 40 ms."""
    module = importlib.import_module("bjoern")
    listening = module.listen(application, given.host, given.port, listen_backlog=given.backlog)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(1, given.workers):
        if not os.fork():
            break
    module.run()


def pounce(application: Any, given: argparse.Namespace) -> None:
    """Its command line has neither backlog nor a limit of connections, and obeys a file in the current folder. Workers
    are threads where there is no global lock, else processes that are forked."""
    importlib.import_module("pounce").run(
        application,
        host=given.host,
        port=given.port,
        workers=given.workers,
        backlog=given.backlog,
        max_connections=given.connections,
        keep_alive_timeout=given.keep_alive,
        shutdown_timeout=given.stop,
        access_log=False,
        log_level="warning",
    )


SERVERS: dict[str, Callable[[Any, argparse.Namespace], None]] = {
    "waitress": waitress,
    "cheroot": cheroot,
    "fastpysgi": fastpysgi,
    "bjoern": bjoern,
    "pounce": pounce,
}


def main() -> None:
    parser = argparse.ArgumentParser("harness_serve")
    parser.add_argument("server", choices=SERVERS)
    parser.add_argument("target", help="module:callable")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    for setting in ("backlog", "connections", "keep-alive", "threads", "workers", "stop"):
        parser.add_argument(f"--{setting}", type=int)
    given = parser.parse_args()
    module, _, name = given.target.partition(":")
    SERVERS[given.server](getattr(importlib.import_module(module), name), given)


if __name__ == "__main__":
    main()
