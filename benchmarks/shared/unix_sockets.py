"""The project's servers on Unix sockets, and one slice of an independent load generator."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.model.errors import TargetFailed
from harness.process.folders import temporary_folder
from harness.process.owned import OwnedProcess
from harness.under_test.launch.command import command_of, environment_of, server_of
from harness.under_test.launch.launch import Launch

CLIENT: Final = Path(__file__).with_name("client.py")
HOST: Final = "host.invalid"
"""What stands in a server's command until the socket's path is put there."""
SLOWEST_START_S: Final = 60.0


@dataclass(frozen=True)
class Driven:
    """A slice. `rate`: answers per second that count; `answered`: all of them; `busy`: the share of its time in which
    the generator had work, None where it does not say."""

    rate: float
    answered: int
    busy: float | None = None


def drive(address: str, request: bytes, *, connections: int, burn_in_s: float, length_s: float) -> Driven:
    """A slice on HOST:PORT or a socket's path. Raises TargetFailed where a response is wrong or a connection ends."""
    argv = [sys.executable, "-I", str(CLIENT), address, str(connections), str(burn_in_s), str(length_s)]
    done = subprocess.run(argv, input=request, capture_output=True, timeout=length_s + SLOWEST_START_S, check=False)
    if done.returncode:
        raise TargetFailed(
            done.stderr.decode(errors="replace").strip(), phase="measure", where=address, mend="see the server's log"
        )
    counted, answered, seconds = done.stdout.split()
    return Driven(int(counted) / float(seconds), int(answered))


@contextmanager
def on_unix_sockets(launches: Sequence[Launch]) -> Iterator[dict[str, tuple[str, OwnedProcess]]]:
    """Each cell's server, by the cell's id, with the path where it listens, for the length of the with-block.

    Raises TargetFailed where one does not come up.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("sockets"))
        found = {}
        for number, launch in enumerate(launches):
            path = str(folder / f"{number}")
            found[launch.cell.id] = path, stack.enter_context(_started(launch, path, folder))
        for path, process in found.values():
            _wait(path, process)
        yield found


def _started(launch: Launch, path: str, folder: Path) -> OwnedProcess:
    server = server_of(launch.cell, launch.application)
    command = command_of(
        server, launch.application, launch.python, host=HOST, port=1, workers=launch.cell.workers, work=folder
    )
    environment = environment_of(
        launch.application,
        server,
        launch.python,
        shared=launch.shared,
        identities=folder,
        database_url=launch.database_url,
        pool_size=launch.pool_size,
    )
    return OwnedProcess(
        at_socket(command, path),
        name=launch.cell.label,
        log=launch.log,
        cwd=launch.application.root,
        cpus=launch.cpus,
        env=environment,
    )


def at_socket(command: Sequence[str], path: str) -> list[str]:
    """A command of uvicorn or gunicorn that listens at `path` instead of at HOST and port 1."""
    if f"{HOST}:1" in command:
        return [f"unix:{path}" if part == f"{HOST}:1" else part for part in command]
    where = command.index("--host")
    return [*command[:where], "--uds", path, *command[where + 4 :]]


def _wait(path: str, process: OwnedProcess) -> None:
    """Until the server takes connections."""
    end = time.monotonic() + SLOWEST_START_S
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(path)
        except OSError as fault:
            if process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
                continue
            raise TargetFailed(
                f"it takes no connections on a Unix socket: {fault.strerror}",
                phase="listen",
                where=process.name,
                mend="see its log",
                log_tail=process.log_tail(),
            ) from None
        return
