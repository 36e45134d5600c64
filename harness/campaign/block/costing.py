"""What a cell costs in a block: start-up, memory, and CPU time per request, the server's and the service's apart."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from harness.measure.tree import tree_cpu_seconds, tree_pss_bytes
from harness.model.asked.scenario import Level
from harness.model.measured.load import Slice
from harness.model.measured.trial import Cost
from harness.process.owned import OwnedProcess
from harness.under_test.launch.launch import LiveServer

Live = Mapping[str, LiveServer]


class Costs:
    """Gathered while a block runs. What the system does not tell stays None."""

    def __init__(self) -> None:
        self._startup_s: dict[str, float] = {}
        self._rest: dict[str, int | None] = {}
        self._load: dict[tuple[str, str], int | None] = {}
        self._server: defaultdict[tuple[str, str, bool], float] = defaultdict(float)
        self._service: dict[tuple[str, str], float] = {}
        self._slices: dict[tuple[str, str, Level, int], float | None] = {}

    def at_rest(self, live: Live, *, started_alone: bool) -> None:
        """Note memory before the first load, and the start-up time where no other server was starting meanwhile."""
        for cell, server in live.items():
            if started_alone:
                self._startup_s[cell] = server.startup_s
            self._rest[cell] = tree_pss_bytes(server.process.warden_pid)

    def cpu_of(self, live: Live) -> dict[str, float | None]:
        """CPU seconds of each server's tree so far."""
        return {cell: tree_cpu_seconds(server.process.warden_pid) for cell, server in live.items()}

    def spent(
        self, scenario: str, live: Live, before: Mapping[str, float | None], repeated: Collection[str] = ()
    ) -> None:
        """Note what each server used since `before`, and its memory right after load. What cells in `repeated` used is
        their repeated trial's; what others used meanwhile is added to theirs."""
        for cell, server in live.items():
            self._load[cell, scenario] = tree_pss_bytes(server.process.warden_pid)
            now, then = tree_cpu_seconds(server.process.warden_pid), before.get(cell)
            if now is not None and then is not None:
                self._server[cell, scenario, cell in repeated] += now - then

    @contextmanager
    def service_for(self, cell: str, scenario: str, service: OwnedProcess | None) -> Iterator[Callable[[int], None]]:
        """Note the service's CPU time while `cell` alone has it; call what is yielded with the requests answered."""
        answered = 0

        def count(requests: int) -> None:
            nonlocal answered
            answered += requests

        before = tree_cpu_seconds(service.warden_pid) if service else None
        yield count
        after = tree_cpu_seconds(service.warden_pid) if service else None
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
        return Cost(
            startup_s=self._startup_s.get(cell),
            rest_pss_bytes=self._rest.get(cell),
            load_pss_bytes=self._load.get((cell, scenario)),
            server_cpu_s=self._server.get((cell, scenario, repeat)),
            service_cpu_s_a_request=self._service.get((cell, scenario)),
        )
