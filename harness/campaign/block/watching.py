"""What servers do beside answering, looked at between rotations: their logs, memory, processes, connections, ports."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.measure.tree import tree_pss_bytes
from harness.model.errors import TargetFailed
from harness.model.measured.load import SliceRecord
from harness.model.measured.trial import Cost
from harness.model.notice import Failure
from harness.process.owned import OwnedProcess
from harness.under_test.launch.launch import LiveServer

SAMPLE_BYTES: Final = 65_536
"""Of what was written to a log: enough to know how long its lines are."""

MIN_REQUESTS: Final = 100
"""With fewer, a handful of warnings is as much as a line a request."""

LINES_A_REQUEST: Final = 0.5
BYTES_A_REQUEST: Final = 8.0
"""A log that grows by either logs requests: a line for two of them, or as many bytes without line ends."""

Live = Mapping[str, LiveServer]


@dataclass(frozen=True)
class Written:
    """What was added to a log meanwhile: bytes, about how many lines, and one of them."""

    bytes_added: int
    lines: float
    example: str


@dataclass
class Seen:
    """Of one server over the rotations of a scenario. `memory`: (requests answered, bytes) at the start, half-way
    and at the end. `reopened` is None where the server closes every connection by design."""

    pids: frozenset[int]
    log_bytes: int
    memory: list[tuple[int, int]] = field(default_factory=list)
    new_pids: set[int] = field(default_factory=set)
    reopened: int | None = None


@dataclass
class Watch:
    """What was seen in a block, by (cell, scenario)."""

    seen: dict[tuple[str, str], Seen] = field(default_factory=dict)

    def added_to(self, cost: Cost, cell: str, scenario: str) -> Cost:
        """The cost with what was seen."""
        seen = self.seen.get((cell, scenario))
        if seen is None:
            return cost
        found = {"memory": tuple(seen.memory), "new_processes": len(seen.new_pids), "reopened": seen.reopened}
        return cost.model_copy(update=found)

    def over(
        self, live: Live, scenario: str, slices: Sequence[SliceRecord], rotations: Iterator[None], length_s: float
    ) -> Iterator[None]:
        """Pass `rotations` on. Look at the servers before, half-way and after, and at those whose connections were
        opened again after each. `slices` is what the rotations add to."""
        first, half = len(slices), time.monotonic() + length_s / 2
        for cell, server in live.items():
            self.seen[cell, scenario] = Seen(frozenset(server.process.tree()), size_of(server.process.log))
        self._note_memory(live, scenario, ())
        done = first
        for _ in rotations:
            self._note_processes(live, scenario, slices[done:])
            done = len(slices)
            if time.monotonic() > half:
                half = float("inf")
                self._note_memory(live, scenario, slices[first:])
            yield
        self._note_memory(live, scenario, slices[first:])
        self._note_processes(live, scenario, slices[first:], all_of_them=True)

    def failures(self, live: Live, scenario: str, slices: Sequence[SliceRecord]) -> list[Failure]:
        """Cells whose log grew with the requests of `slices`: the contract says that requests are not logged."""
        asked = requests_of(slices)
        return [
            failure
            for cell, server in live.items()
            if (seen := self.seen.get((cell, scenario)))
            and (failure := logs_requests(cell, server.process, seen.log_bytes, asked[cell]))
        ]

    def _note_memory(self, live: Live, scenario: str, slices: Sequence[SliceRecord]) -> None:
        asked = requests_of(slices)
        for cell, server in live.items():
            used = tree_pss_bytes(server.process.warden_pid)
            if used is not None and (cell, scenario) in self.seen:
                self.seen[cell, scenario].memory.append((asked[cell], used))

    def _note_processes(
        self, live: Live, scenario: str, slices: Sequence[SliceRecord], *, all_of_them: bool = False
    ) -> None:
        """A worker that ends closes its connections: only then are the processes looked at, which takes time."""
        reopened = Counter[str]()
        for record in slices:
            reopened[record.target] += record.reconnects
        for cell, server in live.items():
            seen = self.seen.get((cell, scenario))
            if seen is None:
                continue
            if all_of_them and server.target.keep_alive:
                seen.reopened = reopened[cell]
            if all_of_them or (reopened[cell] and server.target.keep_alive):
                seen.new_pids |= set(server.process.tree()) - seen.pids


def requests_of(slices: Sequence[SliceRecord]) -> Counter[str]:
    """Requests of each target, answered rightly or not."""
    asked = Counter[str]()
    for record in slices:
        asked[record.target] += record.answered + sum(record.errors.values())
    return asked


def size_of(log: Path) -> int:
    """Bytes; 0 where there is no log."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def written_since(log: Path, before: int) -> Written:
    """What was added to the log since it had `before` bytes. One that was cut meanwhile counts from its beginning."""
    size = size_of(log)
    start = before if before <= size else 0
    if size == start:
        return Written(0, 0.0, "")
    with log.open("rb") as file:
        file.seek(start)
        sample = file.read(SAMPLE_BYTES)
    lines = sample.split(b"\n")
    whole = lines[len(lines) > 2 : -1] or lines[:1]
    added = size - start
    return Written(added, (len(lines) - 1) * added / len(sample), whole[0].decode(errors="replace").strip()[:200])


def logs_requests(cell: str, process: OwnedProcess, before: int, requests: int) -> Failure | None:
    """Why the cell is kept out, where its log grew with its requests; a few lines, or warnings, are none of that."""
    written = written_since(process.log, before)
    by_bytes = written.bytes_added > SAMPLE_BYTES and written.bytes_added >= BYTES_A_REQUEST * requests
    if requests < MIN_REQUESTS or not (by_bytes or written.lines >= LINES_A_REQUEST * requests):
        return None
    reason = (
        f"it logs each request: {written.bytes_added:,} bytes in about {written.lines:,.0f} lines for {requests:,}"
        f" requests, such as {written.example!r}; the contract forbids request logging: turn its access log off"
    )
    return Failure(cell=cell, phase="log", reason=reason, log_tail=process.log_tail())


def no_longer_alone(live: Live) -> list[Failure]:
    """Cells on whose port others listen by now, or that listen on an address which other machines can reach."""
    failures = []
    for cell, server in live.items():
        try:
            server.prove_ours()
        except TargetFailed as fault:
            failures.append(Failure(cell=cell, phase=fault.phase, reason=fault.what, log_tail=fault.log_tail))
    return failures
