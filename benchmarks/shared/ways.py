"""The ways in which a slice can be driven, and the servers that are up for all of them."""

import os
import random
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

from harness.campaign.plan.options import RunOptions
from harness.measure.cores import split_cores
from harness.model.asked.cell import Cell
from harness.model.measured.machine import Cores
from harness.process.owned import OwnedProcess
from harness.wire.requests import prepared
from shared.live import Live, live_on
from shared.networks import Host, steered, two_hosts
from shared.unix_sockets import Driven, drive, on_unix_sockets

Network = Literal["loopback", "hosts", "unix"]


@dataclass(frozen=True)
class Way:
    """How a slice is driven.

    `changes`: of the slice that a campaign would drive. `network`: loopback, a cable between two network namespaces, or
    Unix sockets. `independent`: by a generator that has nothing of the harness, the only one for Unix sockets.
    `steered`: what arrives is worked on by the receiver's core; on loopback, where both ends are one device, by the
    generator's. `awake`: so many cells, the driven one included, are live; the others are stopped meanwhile.
    """

    changes: Mapping[str, Any]
    network: Network = "loopback"
    independent: bool = False
    steered: bool = False
    awake: int | None = None

    def __post_init__(self) -> None:
        assert self.independent or self.network != "unix"


@dataclass(frozen=True)
class Bench:
    """The cells on every network that a way asks for. `cores`: who works where."""

    live: Mapping[Network, Live]
    hosts: tuple[Host, Host] | None
    sockets: Mapping[str, tuple[str, OwnedProcess]]
    cores: Cores

    @property
    def cells(self) -> Sequence[Cell]:
        return self.live["loopback"].cells

    def server(self, cell: Cell, way: Way) -> OwnedProcess:
        if way.network == "unix":
            return self.sockets[cell.id][1]
        return self.live[way.network].servers[cell.id].process

    def drive(self, cell: Cell, way: Way) -> Driven:
        """Raises TargetFailed for a server that answers wrongly or not at all."""
        live = self.live["loopback" if way.network == "unix" else way.network]
        asked = live.slice(cell).model_copy(update={"counted": True, **way.changes})
        if not way.independent:
            [record] = live.drive([asked])
            return Driven(record.rate, record.answered, record.generator_work_s / record.wall_s)
        target = live.servers[cell.id].target
        return drive(
            self.sockets[cell.id][0] if way.network == "unix" else f"{target.host}:{target.port}",
            prepared(live.scenario.requests[0], target, asked.level),
            connections=asked.level.connections,
            burn_in_s=asked.burn_in_s,
            length_s=asked.length_s,
        )

    @contextmanager
    def steered(self, way: Way) -> Iterator[None]:
        """Receiving is done where the way wants it, for the length of the with-block."""
        with ExitStack() as undo:
            if way.steered and way.network == "hosts" and self.hosts:
                for host, cpus in zip(self.hosts, (self.cores.server, self.cores.generator), strict=True):
                    host.received_on(cpus)
                    undo.callback(host.received_on, ())
            elif way.steered:
                undo.enter_context(steered(self.cores.generator))
            yield

    @contextmanager
    def alone(self, cell: Cell, way: Way, dice: random.Random) -> Iterator[None]:
        """So many cells as the way wants are live, this one among them, for the length of the with-block."""
        others = [other for other in self.cells if other.id != cell.id]
        wanted = len(others) if way.awake is None else way.awake - 1
        asleep = dice.sample(others, max(0, len(others) - wanted))
        pids = [pid for other in asleep for pid in self.server(other, way).tree()]
        try:
            send(signal.SIGSTOP, pids)
            yield
        finally:
            send(signal.SIGCONT, pids)


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it has ended: the others are to be signalled all the same
            os.kill(pid, number)


@contextmanager
def bench(options: RunOptions, ways: Iterable[Way]) -> Iterator[Bench]:
    """Everything that the ways need, up and warm, for the length of the with-block. Raises HarnessError."""
    networks, cores = {way.network for way in ways}, split_cores()
    with ExitStack() as up:
        hosts = up.enter_context(two_hosts()) if "hosts" in networks else None
        loopback, *apart = up.enter_context(live_on(options, [None, hosts] if hosts else [None]))
        live: dict[Network, Live] = {"loopback": loopback}
        if apart:
            live["hosts"] = apart[0]
        sockets = up.enter_context(on_unix_sockets(loopback.launches)) if "unix" in networks else {}
        yield Bench(live, hosts, sockets, cores)
