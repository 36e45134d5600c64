"""Asks a live target, and judges every answer: by itself, kept connections, many answers together, what was written."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import NamedTuple

from harness.catalog.scenarios import Scenario
from harness.contract.headers import parsed_date
from harness.contract.judge import checked
from harness.contract.response import Response, clipped
from harness.contract.rows import rows_told
from harness.model.errors import TargetFailed
from harness.model.fault import Fault
from harness.model.foreign import redacted
from harness.model.measured.audit import Asked
from harness.model.measured.load import Target
from harness.under_test.services import Namespace
from harness.under_test.services.upstream import CellsUpstream
from harness.under_test.verify.exchange import Connection, connected
from harness.under_test.verify.pauses import buffered
from harness.under_test.verify.probes import AT_ONCE, ContractFault, Probe, at_once_of, probes
from harness.under_test.verify.sockets import faults_alone, faults_at_once
from harness.wire.requests import asks_to_close, in_turn

DEADLINE_S = 5.0
"""For one connection."""
PATIENCE = 4.0
"""An answer may take so many deadlines: in a burst it waits for those of the other connections, and a worker may make
what it needs, such as a table of routes, at its first request."""

DATE_WAIT_S = 3.0
DATE_RENEWED_S = 2.0
"""How long a server rests before its Date must be right, whatever it did before: uvicorn renews it within a second."""
ROUNDS = 4
"""Of the burst: so many times each connection asks."""

MOST_IN_A_BURST = 4096
"""Requests of a burst, where a round has many."""

LONG_ROUNDS = 1
"""Rounds of the burst where each answer takes long: it waits, or is a stream."""

WRITTEN_S = 1.0
"""How long after the last answer what was written may become visible."""


class Subject(NamedTuple):
    """A live target, the scenarios it answers, and the tables and the upstream it reaches, where they are known."""

    target: Target
    scenarios: Sequence[Scenario]
    tables: Namespace | None = None
    upstream: CellsUpstream | None = None


@dataclass(frozen=True)
class Examiner:
    """Asks one target, and reports what is wrong with the answers. `right` counts the right ones so far, as far as the
    audit counts their requests."""

    target: Target
    deadline_s: float
    tables: Namespace | None = None
    upstream: CellsUpstream | None = None
    right: Counter[Asked] = field(default_factory=Counter)

    @property
    def patience_s(self) -> float:
        """How long an answer may take."""
        return PATIENCE * self.deadline_s

    def judged(self, probe: Probe, answer: Response | Fault) -> tuple[Fault, ...]:
        """What is wrong with an answer."""
        faults = without_values(probe.judge(answer, self.target), self.target)
        if not faults and self.upstream and probe.scenario.manifest.waits:
            faults = tuple(
                fault for body in probe.bodies([answer]) for fault in self.upstream.faults(probe.request, body)
            )
        if not faults and probe.request.audited:
            self.right[probe.scenario.id, probe.level.n] += 1
        return faults

    async def first_answers(self, probes: Sequence[Probe]) -> tuple[list[ContractFault], list[tuple[Probe, Response]]]:
        """Each probe once, on a connection of its own: the faults, and the answers. One that gets none is the last.

        Where the first fault is an old Date, the probe is asked again: the server may have been busy just before.
        """
        faults: list[ContractFault] = []
        answered: list[tuple[Probe, Response]] = []
        for probe in probes:
            answer = await self._ask(probe)
            found = self.judged(probe, answer)
            if not faults and any(fault.code == "date-stale" for fault in found):
                await asyncio.sleep(DATE_RENEWED_S)
                answer = await self._ask(probe)
                found = self.judged(probe, answer)
            faults += probe.found(found)
            if isinstance(answer, Fault):
                break
            answered.append((probe, answer))
        return faults, answered

    async def keep_alive(self, probe: Probe) -> list[ContractFault]:
        """A second request on the same connection, where the server declares to keep it."""
        if asks_to_close(probe.request, self.target):
            return []
        async with connected(self.target, self.deadline_s) as connection:
            if isinstance(connection, Fault):
                return probe.found([connection])
            first = await connection.ask(probe.request, self.patience_s)
            if isinstance(first, Response) and not connection.reusable:
                expected, seen = "the connection kept open, as the server declares", "closed after one response"
                fault = Fault(code="keep-alive-missing", what="no keep-alive", expected=expected, seen=seen)
                return probe.found([fault])
            second = first if isinstance(first, Fault) else await connection.ask(probe.request, self.patience_s)
            if isinstance(first, Response) and isinstance(second, Fault):
                what = f"second request on a connection: {second.what}"
                second = second.model_copy(update={"code": "keep-alive-broken", "what": what})
            return probe.found(self.judged(probe, second))

    async def under_load(self, probes: Sequence[Probe]) -> list[ContractFault]:
        """AT_ONCE connections, or as many as the level has, ask the requests in turn, ROUNDS times, as the load
        generator does; every answer is judged, and all answers to one request together."""
        turn = in_turn([probe.request.weight for probe in probes])
        at_once = at_once_of(probes[0])
        manifest = probes[0].scenario.manifest
        takes_long = manifest.waits or manifest.kind == "stream"
        is_prepared, rounds = manifest.prepared is not None, LONG_ROUNDS if takes_long else ROUNDS
        each = rounds if is_prepared else min(rounds * len(turn), MOST_IN_A_BURST // at_once)
        starts = [place * (each if is_prepared else 1) % len(turn) for place in range(at_once)]
        orders = [list(islice(cycle(turn), start, start + each)) for start in starts]
        series = await asyncio.gather(*(self.series([probes[place] for place in order]) for order in orders))
        answers: list[list[Response | Fault]] = [[] for _ in probes]
        for order, answered in zip(orders, series, strict=True):
            for place, answer in zip(order, answered, strict=False):
                answers[place].append(answer)
        asked = [(probe, own) for probe, own in zip(probes, answers, strict=True) if own]
        found = [fault for probe, own in asked for fault in self._all_of(probe, own)]
        return found or probes[0].found(await self._written(probes, answers))

    def _all_of(self, probe: Probe, answers: Sequence[Response | Fault]) -> list[ContractFault]:
        faults = [fault for answer in answers for fault in self.judged(probe, answer)]
        if faults:
            return probe.found(grouped(faults, f"{len(answers)} requests, {at_once_of(probe)} at once"))
        return probe.found(_together(probe, probe.bodies(answers)))

    async def sends_at_once(self, probe: Probe) -> list[ContractFault]:
        """Whether each event of a stream comes when it is due."""
        fault = await buffered(self.target, probe.request, self.deadline_s)
        return probe.found([fault] if fault else [])

    async def messages(self, probes: Sequence[Probe], *, full: bool) -> list[ContractFault]:
        """Messages on WebSockets: one alone, or in full some on one and then many at once."""
        requests = [probe.request for probe in probes]
        found = await faults_alone(self.target, requests if full else requests[:1], self.patience_s)
        if full and not found:
            found = await faults_at_once(self.target, requests, self.patience_s)
        faults = (
            grouped(without_values(found, self.target), f"{AT_ONCE} WebSockets at once") if len(found) > 1 else found
        )
        return probes[0].found(faults)

    async def date_moved(self, probe: Probe, first: Response) -> list[ContractFault]:
        """A right answer some seconds after the first, with a later date."""
        later = await self._ask(probe)
        faults = self.judged(probe, later)
        if faults or isinstance(later, Fault):
            return probe.found(faults)
        before, after = (parsed_date(answer.all_of("date")[0]) for answer in (first, later))
        if before is None or after is None or after <= before:
            expected, seen = f"a later one {DATE_WAIT_S:g} s after {first.all_of('date')[0]}", later.all_of("date")[0]
            fault = Fault(code="date-frozen", what="header Date is frozen", expected=expected, seen=seen)
            return probe.found([fault])
        return []

    async def undone(self, scenario: Scenario) -> list[ContractFault]:
        """Put the tables back after a scenario that writes; the checks of others know the seeded rows."""
        if not (scenario.manifest.writes and self.tables):
            return []
        try:
            await asyncio.to_thread(self.tables.restore)
        except TargetFailed as fault:
            return probes(scenario, full=False)[0].found([Fault(code="tables-not-restored", what=fault.what)])
        return []

    async def _written(self, probes: Sequence[Probe], answers: Sequence[Sequence[Response | Fault]]) -> list[Fault]:
        """Whether each row in the answers holds a number they gave; of several answers any may be the last."""
        if not (probes[0].scenario.manifest.writes and self.tables):
            return []
        pairs = zip(probes, answers, strict=True)
        bodies = [body for probe, own in pairs if probe.request.expect is None for body in probe.bodies(own)]
        answered: dict[int, set[int]] = {}
        for row, number in (each for body in bodies for each in rows_told(body)):
            answered.setdefault(row, set()).add(number)
        ends = time.monotonic() + WRITTEN_S
        while True:
            stored = await asyncio.to_thread(self.tables.numbers)
            wrong = [row for row, numbers in answered.items() if stored.get(row) not in numbers]
            if not wrong or time.monotonic() > ends:
                return _not_written(wrong, answered, stored)
            await asyncio.sleep(0.05)

    async def _ask(self, probe: Probe) -> Response | Fault:
        async with connected(self.target, self.deadline_s) as connection:
            return connection if isinstance(connection, Fault) else await connection.ask(probe.request, self.patience_s)

    async def series(self, probes: Sequence[Probe]) -> list[Response | Fault]:
        """An answer to each, on one connection as long as it stays open; the first that fails ends the series."""
        answers: list[Response | Fault] = []
        while len(answers) < len(probes) and not (answers and isinstance(answers[-1], Fault)):
            async with connected(self.target, self.patience_s) as connection:
                answers += await self._answers(connection, probes[len(answers) :])
        return answers

    async def _answers(self, connection: Connection | Fault, probes: Sequence[Probe]) -> list[Response | Fault]:
        if isinstance(connection, Fault):
            return [connection]
        answers = [await connection.ask(probes[0].request, self.patience_s)]
        while len(answers) < len(probes) and connection.reusable:
            answers.append(await connection.ask(probes[len(answers)].request, self.patience_s))
        return answers


def without_values(faults: Iterable[Fault], target: Target) -> tuple[Fault, ...]:
    """The faults without the target's values and other secrets, which an answer may hold."""
    return tuple(
        fault.model_copy(
            update={name: redacted(getattr(fault, name), target.secrets) for name in ("what", "expected", "seen")}
        )
        for fault in faults
    )


def grouped(faults: Sequence[Fault], load: str) -> list[Fault]:
    """One fault of each kind, saying how often it was seen under the load."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.what, []).append(fault)
    return [same[0].model_copy(update={"what": f"{what} ({len(same)} of {load})"}) for what, same in kinds.items()]


def _not_written(wrong: Sequence[int], answered: Mapping[int, set[int]], stored: Mapping[int, int]) -> list[Fault]:
    if not wrong:
        return []
    row = min(wrong)
    return [
        Fault(
            code="updates-not-written",
            what=f"updates are not written to the database ({len(wrong):,} of {len(answered):,} rows)",
            expected=f"row {row} holds {' or '.join(str(number) for number in sorted(answered[row]))}, as was answered",
            seen=str(stored.get(row, "no such row")),
        )
    ]


def _together(probe: Probe, bodies: Sequence[bytes]) -> list[Fault]:
    """What only many right answers show."""
    scenario, several = probe.scenario, sorted(set(bodies))
    if probe.request.expected(scenario.manifest.expect).fixed and len(several) > 1:
        one, other = map(clipped, several[:2])
        return [Fault(code="body-varies", what="the body is not always the same", expected=one, seen=other)]
    if scenario.check and scenario.check.check_many and probe.request.expect is None:
        fault = checked(scenario.check.check_many, bodies, probe.level)
        return [fault] if fault else []
    return []
