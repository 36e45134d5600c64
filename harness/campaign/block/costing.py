"""What a cell costs in a block: start-up, memory, context switches, and CPU time, the server's and the service's
apart."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from harness.measure.switches import Switches, between, switches_by_thread
from harness.measure.tree import tree_cpu_seconds, tree_pss_bytes
from harness.model.asked.request import Level
from harness.model.measured.load import Slice
from harness.model.measured.trial import Cost
from harness.process.owned import OwnedProcess
from harness.under_test.launch.launch import LiveServer

Live = Mapping[str, LiveServer]


@dataclass(frozen=True)
class Spent:
    """By one server's tree since it began; None where the system does not tell."""

    cpu_s: float | None
    switches: Mapping[int, Switches] | None


def _spent_by(server: LiveServer) -> Spent:
    root = server.process.warden_pid
    return Spent(tree_cpu_seconds(root), switches_by_thread(root))


class Costs:
    """Gathered while a block runs. What the system does not tell stays None."""

    def __init__(self) -> None:
        self._startup_s: dict[str, float] = {}
        self._rest: dict[str, int | None] = {}
        self._load: dict[tuple[str, str], int | None] = {}
        self._server: defaultdict[tuple[str, str, bool], float] = defaultdict(float)
        self._service: dict[tuple[str, str], float] = {}
        self._slices: dict[tuple[str, str, Level, int], float | None] = {}
        self._switches: dict[tuple[str, str, bool], Switches | None] = {}
        self._idle: dict[str, tuple[float | None, float | None]] = {}

    def at_rest(self, live: Live, *, started_alone: bool) -> None:
        """Note memory before the first load, and the start-up time where no other server was starting meanwhile."""
        for cell, server in live.items():
            if started_alone:
                self._startup_s[cell] = server.startup_s
            self._rest[cell] = tree_pss_bytes(server.process.warden_pid)

    @contextmanager
    def idle(self, live: Live) -> Iterator[None]:
        """Note what the servers use while the with-block lasts, in which nobody asks anything of them."""
        started, before = time.monotonic(), self.so_far(live)
        yield
        length_s, after = time.monotonic() - started, self.so_far(live)
        for cell, then in before.items():
            switches = between(then.switches, after[cell].switches)
            self._idle[cell] = (
                switches and switches.together / length_s,
                _since(then.cpu_s, after[cell].cpu_s, per=length_s),
            )

    def so_far(self, live: Live) -> dict[str, Spent]:
        """What each server's tree has used."""
        return {cell: _spent_by(server) for cell, server in live.items()}

    def spent(self, scenario: str, live: Live, before: Mapping[str, Spent], repeated: Collection[str] = ()) -> None:
        """Note what each server used since `before`, and its memory right after load. What cells in `repeated` used is
        their repeated trial's; what others used meanwhile is added to theirs."""
        for cell, server in live.items():
            self._load[cell, scenario] = tree_pss_bytes(server.process.warden_pid)
            if cell not in before:
                continue
            of, now, then = (cell, scenario, cell in repeated), _spent_by(server), before[cell]
            if (used_s := _since(then.cpu_s, now.cpu_s)) is not None:
                self._server[of] += used_s
            self._switches[of] = _sum(self._switches.get(of, Switches(0, 0)), between(then.switches, now.switches))

    @contextmanager
    def service_for(
        self, cell: str, scenario: str, services: Sequence[OwnedProcess]
    ) -> Iterator[Callable[[int], None]]:
        """Note the services' CPU time while `cell` alone has them; call what is yielded with the requests answered."""
        answered = 0

        def count(requests: int) -> None:
            nonlocal answered
            answered += requests

        before = _cpu_s(services)
        yield count
        after = _cpu_s(services)
        if before is not None and after is not None and answered:
            self._service[cell, scenario] = (after - before) / answered

    @contextmanager
    def of_slice(self, slice_: Slice, server: LiveServer) -> Iterator[None]:
        """Note the CPU time of a server over one slice, in a rotation that holds several of it."""
        before = tree_cpu_seconds(server.process.warden_pid)
        yield
        after = tree_cpu_seconds(server.process.warden_pid)
        used = None if before is None or after is None else after - before
        self._slices[slice_.target, slice_.scenario, slice_.level, slice_.rotation] = used

    def at_level(
        self, cost: Cost | None, cell: str, scenario: str, level: Level, rotations: Collection[int]
    ) -> Cost | None:
        """The cost with the CPU time of this level's own slices, where those were noted; else as it is."""
        noted = [
            used
            for (target, of, at, rotation), used in self._slices.items()
            if (target, of, at) == (cell, scenario, level) and rotation in rotations
        ]
        if not noted:
            return cost
        known = [used for used in noted if used is not None]
        return (cost or Cost()).model_copy(update={"server_cpu_s": sum(known) if len(known) == len(noted) else None})

    def of(self, cell: str, scenario: str, *, repeat: bool) -> Cost:
        """What is known of a cell in a scenario: of its trial, or of the repeat of it."""
        switches = self._switches.get((cell, scenario, repeat))
        rest_switches_s, rest_cpu_share = self._idle.get(cell, (None, None))
        return Cost(
            startup_s=self._startup_s.get(cell),
            rest_pss_bytes=self._rest.get(cell),
            load_pss_bytes=self._load.get((cell, scenario)),
            server_cpu_s=self._server.get((cell, scenario, repeat)),
            service_cpu_s_a_request=self._service.get((cell, scenario)),
            voluntary_switches=switches and switches.voluntary,
            involuntary_switches=switches and switches.involuntary,
            rest_switches_s=rest_switches_s,
            rest_cpu_share=rest_cpu_share,
        )


def _since(before: float | None, after: float | None, *, per: float = 1.0) -> float | None:
    return None if before is None or after is None else (after - before) / per


def _sum(first: Switches | None, second: Switches | None) -> Switches | None:
    """None where either is not known: a part is not the whole."""
    if first is None or second is None:
        return None
    return Switches(first.voluntary + second.voluntary, first.involuntary + second.involuntary)


def _cpu_s(services: Sequence[OwnedProcess]) -> float | None:
    """CPU seconds of all of them so far; None where there is none, or the system does not tell of each."""
    known = [seconds for one in services if (seconds := tree_cpu_seconds(one.warden_pid)) is not None]
    return sum(known) if known and len(known) == len(services) else None
