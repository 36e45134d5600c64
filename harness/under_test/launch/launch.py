"""Starting servers, alone or all of a block together, until each is proven to be ours."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.catalog.applications import Application
from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.model.asked.request import Request, Step
from harness.model.errors import EnvironmentRefused, HarnessError, TargetFailed
from harness.model.measured.load import Target
from harness.model.measured.machine import Identity
from harness.model.notice import Failure
from harness.process.folders import temporary_folder
from harness.process.owned import OwnedProcess, stop_together
from harness.under_test.launch.certificate import Certificate
from harness.under_test.launch.command import command_of, declared, environment_of, server_of
from harness.under_test.launch.readiness import Deadlines, PortTaken, free_port, prove_ours, ready
from harness.under_test.launch.server import Server
from harness.under_test.verify.capturing import capture

LOOPBACK: Final = "127.0.0.1"
ATTEMPTS: Final = 3
"""Between choosing a free port and binding it anybody may take it; that is nobody's fault."""


@dataclass(frozen=True)
class Launch:
    """What it takes to start a cell.

    `python`: of the application's environment. `log` is appended to. `shared`: the folder of `harness_data`.
    `pool_size`: database connections over all workers. `threads`: of each worker, where its server has a pool of them.
    `cpus`: logical CPUs, none means any. `probe`: the request whose first answer ends the start. `before`: asked then,
    in order; what is captured from the answers becomes values of the target. `port`: None for a free one, chosen anew
    when it is taken meanwhile. `readable`: for a profiler. `certificate`: it is started with this one, and asked over
    TLS; its server must declare its options for that.
    """

    cell: Cell
    application: Application
    python: Path
    log: Path
    shared: Path
    database_url: str | None = field(default=None, repr=False)
    upstream_url: str | None = None
    pool_size: int = 1
    threads: int = USUAL_THREADS
    cpus: tuple[int, ...] = ()
    probe: Request = field(default_factory=lambda: Request(path="/"))
    host: str = LOOPBACK
    port: int | None = None
    deadlines: Deadlines = field(default_factory=Deadlines)
    before: tuple[Step, ...] = ()
    readable: bool = False
    certificate: Certificate | None = None


@dataclass(frozen=True)
class LiveServer:
    """A server that was proven to be ours.

    `command`: exactly what runs, but for the path of the environment's python. `identities`: one for each process that
    loaded the application, none where the application brings its own server.
    `startup_s`: from its start to its first answer.
    """

    target: Target
    process: OwnedProcess
    identities: tuple[Identity, ...]
    command: tuple[str, ...]
    startup_s: float

    def prove_ours(self) -> None:
        """Raise TargetFailed where somebody else has come to listen on its port, or it on a reachable address."""
        prove_ours(self.process, self.target)


@contextmanager
def launched(launch: Launch) -> Iterator[LiveServer]:
    """The live server, for the length of the with-block.

    Raises TargetFailed with the phase (`start`, `listen`, `answer`, `identify`), the reason and the log's end.
    """
    with ExitStack() as stack:
        yield asyncio.run(_bring_up(launch, stack))


@contextmanager
def launched_together(launches: Sequence[Launch]) -> Iterator[tuple[dict[str, LiveServer], list[Failure]]]:
    """All at the same time: the live ones by cell id, and why the others are not. Stopped at the same time as well."""
    with ExitStack() as stack:
        results = asyncio.run(_bring_up_all(launches, stack))
        live = {
            launch.cell.id: one for launch, one in zip(launches, results, strict=True) if isinstance(one, LiveServer)
        }
        try:
            yield live, [one for one in results if isinstance(one, Failure)]
        finally:
            stop_together([server.process for server in live.values()])


async def _bring_up_all(launches: Sequence[Launch], stack: ExitStack) -> list[LiveServer | Failure]:
    return await asyncio.gather(*(_tried(launch, stack) for launch in launches))


async def _tried(launch: Launch, stack: ExitStack) -> LiveServer | Failure:
    """A failure as a value: one cell's does not stop the others."""
    try:
        return await _bring_up(launch, stack)
    except HarnessError as fault:
        return as_failure(launch.cell, fault)


def as_failure(cell: Cell, fault: HarnessError) -> Failure:
    """Why the cell has no figure."""
    phase, tail = (fault.phase, fault.log_tail) if isinstance(fault, TargetFailed) else ("start", "")
    return Failure(cell=cell.id, phase=phase, reason=fault.what, log_tail=tail)


async def _bring_up(launch: Launch, stack: ExitStack) -> LiveServer:
    """The live server, which `stack` then owns. What a failed attempt had started is stopped before the next."""
    server = server_of(launch.cell, launch.application)
    for number in range(1, ATTEMPTS + 1):
        with ExitStack() as attempt:
            try:
                live = await _attempt(launch, server, launch.port or free_port(launch.host), attempt)
            except HarnessError as fault:
                await asyncio.to_thread(attempt.close)  # others are starting meanwhile
                if number == ATTEMPTS or launch.port or not isinstance(fault, PortTaken):
                    raise
            except (asyncio.CancelledError, KeyboardInterrupt):
                stack.push(attempt.pop_all())  # waited for when all of them were asked to stop
                raise
            else:
                stack.push(attempt.pop_all())
                return live
    raise AssertionError("the last attempt returns or raises")


async def _attempt(launch: Launch, server: Server, port: int, stack: ExitStack) -> LiveServer:
    cell, application = launch.cell, launch.application
    answers = declared(server, application)
    target = Target(
        cell=cell.id,
        host=launch.host,
        port=port,
        keep_alive=answers.keep_alive,
        sends_date=answers.sends_date,
        sends_name=answers.sends_name,
        values=application.values,
    )
    identities = stack.enter_context(temporary_folder("identity"))
    work = stack.enter_context(temporary_folder("work"))
    command = command_of(
        server,
        application,
        launch.python,
        host=launch.host,
        port=port,
        workers=cell.workers,
        threads=launch.threads,
        runtime_threads=cell.runtime_threads,
        work=work,
    )
    if launch.certificate:
        command += launch.certificate.options(server.tls)
    process = OwnedProcess(
        command,
        name=cell.label,
        log=launch.log,
        cwd=application.root,
        cpus=launch.cpus,
        stop_signal=server.stop_signal,
        secrets=application.secrets,
        env=environment_of(
            application,
            server,
            launch.python,
            shared=launch.shared,
            identities=identities,
            database_url=launch.database_url,
            upstream_url=launch.upstream_url,
            pool_size=max(1, launch.pool_size // cell.workers),
            readable=launch.readable,
        ),
    )
    started_at = time.monotonic()
    try:
        stack.enter_context(process)
    except EnvironmentRefused as fault:
        raise TargetFailed(fault.what, phase="start", where=cell.label, mend=fault.mend) from fault
    workers = 0 if server.argv is None else (cell.workers if server.load_per_worker else 1)
    try:
        found, answered_at = await ready(
            process,
            target,
            launch.probe,
            launch.deadlines,
            identities=identities,
            workers=workers,
            tls=launch.certificate.context() if launch.certificate else None,
        )
        values = {**target.values, **await capture(target, launch.before)}
    except (asyncio.CancelledError, KeyboardInterrupt):
        process.ask_to_stop()
        raise
    target = target.model_copy(update={"values": values})
    return LiveServer(target, process, found, shown(command, launch.python, work), answered_at - started_at)


def shown(command: Sequence[str], python: Path, work: Path) -> tuple[str, ...]:
    """The command without this machine's paths: of the environment, and of the folder of this start."""
    return tuple("python" if part == str(python) else part.replace(str(work), "{work}") for part in command)
