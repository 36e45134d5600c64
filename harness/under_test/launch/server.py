"""What the table of servers says of each."""

import signal
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet

from harness.model.asked.application import Interface
from harness.model.asked.scenario import Kind
from harness.under_test.launch.arguments import Argv

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
    TLS or needs more than two options. `stop_signal`: asks it to end at once; nobody waits for a response by then.
    `requires_python`: the versions of Python it can be installed for (PEP 440), empty for all; its requirements have
    markers that say the same. `argv` is None where the application brings the command (its manifest's table `own`).
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
    stop_signal: signal.Signals = signal.SIGTERM
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
