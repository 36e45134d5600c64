"""The command that runs a configuration outside the harness: what was measured, with the user's own target."""

import shlex
from dataclasses import dataclass
from typing import Final

from harness.model.asked.application import AppManifest
from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.under_test.launch.arguments import BACKLOG, KEEP_ALIVE_S, MOST_CONNECTIONS
from harness.under_test.launch.command import SOURCES, replaced
from harness.under_test.launch.server import Server
from harness.under_test.launch.servers import SERVERS

HOST: Final = "127.0.0.1"
PORT: Final = 8000
PYTHON: Final = "python"
OURS: Final = ("--config", "python:harness_no_config")
"""Of gunicorn's arguments: a module of the harness."""
FACTORY_OPTION: Final = ("uvicorn", "granian")
"""Programs that are given a factory by an option, and its name without ()."""
SIMPLE_NAMES: Final = ("gunicorn", "pyuwsgi")
"""Programs that take no object inside another one."""

BY_PYTHON: Final = {
    "waitress": 'import {module}, waitress; waitress.serve({application}, host="{host}", port={port},'
    f" threads={{threads}}, backlog={BACKLOG}, connection_limit={MOST_CONNECTIONS}, channel_timeout={KEEP_ALIVE_S},"
    " asyncore_use_poll=True)",
    "cheroot": 'import {module}; from cheroot.wsgi import Server; server = Server(("{host}", {port}), {application},'
    f" numthreads={{threads}}, request_queue_size={BACKLOG}, timeout={KEEP_ALIVE_S});"
    f" server.keep_alive_conn_limit = {MOST_CONNECTIONS}; server.safe_start()",
    "fastpysgi": f"import {{module}}, fastpysgi; fastpysgi.server.backlog = {BACKLOG};"
    ' fastpysgi.run({application}, "{host}", {port}, workers={workers})',
    "bjoern": 'import {module}, bjoern, os, socket; bjoern.listen({application}, "{host}", {port},'
    f" listen_backlog={BACKLOG}).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1);"
    " any(not os.fork() for _ in range(1, {workers})); bjoern.run()",
    "bengal-pounce": 'import {module}, pounce; pounce.run({application}, host="{host}", port={port}, workers={workers},'
    f" backlog={BACKLOG}, max_connections={MOST_CONNECTIONS}, keep_alive_timeout={KEEP_ALIVE_S}, access_log=False,"
    ' log_level="warning")',
}
"""What `harness_serve` does, as one line of Python: their command lines lack what was measured."""


@dataclass(frozen=True)
class Production:
    """`argv`: to be run in `folder`, below the application's own, in its environment. `note`: what must be done before;
    empty where nothing must."""

    argv: tuple[str, ...]
    folder: str
    note: str = ""

    @property
    def line(self) -> str:
        return shlex.join(self.argv)


POOL: Final = "limit each worker's pool to {} database connections, as was measured"


def production(cell: Cell, manifest: AppManifest, *, src: bool = False) -> Production:
    """How to run the cell's configuration. `src`: whether its modules lie in a folder of this name."""
    server = SERVERS[cell.server]
    target = manifest.targets.of(server.interface)
    if server.argv is None or target is None:
        return Production(_own(manifest, cell.workers), manifest.root)
    named, more, note = _target(server, target)
    threads = cell.threads or USUAL_THREADS
    if server.id in BY_PYTHON:
        argv: tuple[str, ...] = (PYTHON, "-c", _line(server.id, target, cell.workers, threads))
    else:
        of_threads = server.options(threads, cell.runtime_threads)
        argv = (PYTHON, *_without_ours(server.argv(named, HOST, PORT, cell.workers)), *more, *of_threads)
    if cell.pool:
        note = f"{note}; {POOL.format(max(1, cell.pool // cell.workers))}".removeprefix("; ")
    if src:
        argv = ("env", f"PYTHONPATH={SOURCES}", *argv)
    return Production(argv, manifest.root, note)


def _without_ours(argv: list[str]) -> list[str]:
    if OURS[1] not in argv:
        return argv
    at = argv.index(OURS[1])
    return argv[: at - 1] + argv[at + 1 :]


def _target(server: Server, target: str) -> tuple[str, tuple[str, ...], str]:
    """How the server is given the target, with the option that this takes, and what must be done where it cannot be."""
    if server.id in BY_PYTHON:
        return target, (), ""
    program, factory = server.distribution, target.endswith("()")
    if factory and program in FACTORY_OPTION:
        return target.removesuffix("()"), ("--factory",), ""
    dotted = "." in target.partition(":")[2]
    if (factory and program == "daphne") or (dotted and program in SIMPLE_NAMES):
        module = target.partition(":")[0]
        note = f"{server.title} cannot be given {target}: write a module wsgi_or_asgi.py with"
        note += f" `import {module}; application = {_expression(target)}`"
        return "wsgi_or_asgi:application", (), note
    return target, (), ""


def _expression(target: str) -> str:
    return target.replace(":", ".", 1)


def _line(server: str, target: str, workers: int, threads: int) -> str:
    return BY_PYTHON[server].format(
        module=target.partition(":")[0],
        application=_expression(target),
        host=HOST,
        port=PORT,
        workers=workers,
        threads=threads,
    )


def _own(manifest: AppManifest, workers: int) -> tuple[str, ...]:
    given = {"{host}": HOST, "{port}": str(PORT), "{workers}": str(workers), "{python}": PYTHON}
    return tuple(replaced(part, given) for part in (manifest.own.argv if manifest.own else ()))
