"""Does a live target answer the contract? All its scenarios, in full or briefly; what is wrong comes back as values."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import Field

from harness.catalog.scenarios import Scenario
from harness.contract.response import Response
from harness.model.measured.audit import Account, Asked
from harness.model.measured.load import Target
from harness.model.notice import Failure
from harness.model.record import Record
from harness.under_test.services import Namespace
from harness.under_test.verify.examiner import DATE_WAIT_S, DEADLINE_S, Examiner, Subject
from harness.under_test.verify.probes import ContractFault, Probe, asked_one_by_one, burst_of, probes

AT_ONCE: Final = 2
"""Targets that are looked at together: while one works, the answers of the other are judged."""

Dated = dict[tuple[str, str, str, str], Response]
"""The first right answer by cell, scenario, method and path: later ones must have later dates."""


class Verification(Record):
    """What was found of one cell; `full` tells whether everything was looked at or one request a scenario.

    `audited`: the scenarios whose statements the database counted. `answers`: right answers by what was asked.
    `accounts`: what the database counted of each table the answers use.
    """

    cell: str
    full: bool
    scenarios: tuple[str, ...]
    faults: tuple[ContractFault, ...]
    audited: tuple[str, ...] = ()
    answers: dict[Asked, int] = Field(default_factory=dict)
    accounts: tuple[Account, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.faults

    def faults_of(self, scenario: str) -> tuple[ContractFault, ...]:
        return tuple(fault for fault in self.faults if fault.scenario == scenario)


def failure_of(cell: str, phase: str, faults: Iterable[ContractFault], log_tail: str) -> Failure:
    """Faults as the reason why a cell is not ranked."""
    reason = "does not keep the contract:\n" + "\n".join(str(fault) for fault in faults)
    return Failure(cell=cell, phase=phase, reason=reason, log_tail=log_tail)


def verify(
    target: Target,
    scenarios: Sequence[Scenario],
    tables: Namespace | None = None,
    *,
    full: bool,
    deadline_s: float = DEADLINE_S,
) -> Verification:
    """Look at one live target. Full takes a little over DATE_WAIT_S seconds; brief is one request a scenario."""
    return verify_all([Subject(target, scenarios, tables)], full=full, deadline_s=deadline_s)[0]


def verify_all(
    subjects: Sequence[Subject], *, full: bool, deadline_s: float = DEADLINE_S, dated: Dated | None = None
) -> tuple[Verification, ...]:
    """Look at several live targets, AT_ONCE at a time, waiting only once for their dates to move.

    What they wrote to their tables is undone. `dated` is for several looks at the same live targets: the first look
    puts its answers there, and a later one in full compares dates with them. Then there is seldom anything to wait for.
    """
    return asyncio.run(_verify_all(subjects, full, deadline_s, dated))


async def _verify_all(
    subjects: Sequence[Subject], full: bool, deadline_s: float, dated: Dated | None
) -> tuple[Verification, ...]:
    turn = asyncio.Semaphore(AT_ONCE)
    looks = [
        _verify(Examiner(one.target, deadline_s, one.tables, one.upstream), one.scenarios, full, dated, turn)
        for one in subjects
    ]
    return tuple(await asyncio.gather(*looks))


async def _verify(
    examiner: Examiner, scenarios: Sequence[Scenario], full: bool, dated: Dated | None, turn: asyncio.Semaphore
) -> Verification:
    faults: list[ContractFault] = []
    to_compare: list[tuple[Probe, Response]] = []
    async with turn:
        for scenario in scenarios:
            if scenario.manifest.kind == "websocket":
                faults += await examiner.messages(burst_of(scenario), full=full)
                continue
            found, right = await examiner.first_answers(probes(scenario, full))
            at_ranking_level = right[: len(asked_one_by_one(scenario, full))]
            if full and not found:  # what the first answers got wrong would only be reported again
                for probe, _ in at_ranking_level:
                    found += await examiner.keep_alive(probe)
                found += [] if found else await examiner.under_load(burst_of(scenario))
                if scenario.manifest.kind == "stream" and not found:
                    found += await examiner.sends_at_once(at_ranking_level[0][0])
            if examiner.target.sends_date and not found:
                # Requests that a program makes are alike: one of them shows whether the date moves.
                alike = scenario.manifest.prepared is not None
                to_compare += _first_of_each(
                    examiner.target.cell, at_ranking_level[:1] if alike else at_ranking_level, dated
                )
            faults += [*found, *await examiner.undone(scenario)]
    if not full:
        to_compare = []
    if to_compare:
        await asyncio.sleep(max(0.0, max(first.received_at for _, first in to_compare) + DATE_WAIT_S - time.time()))
    async with turn:
        for probe, first in to_compare:
            faults += [*await examiner.date_moved(probe, first), *await examiner.undone(probe.scenario)]
    return Verification(
        cell=examiner.target.cell,
        full=full,
        scenarios=tuple(scenario.id for scenario in scenarios),
        faults=tuple(faults),
        answers=dict(examiner.right),
    )


def _first_of_each(
    cell: str, answers: Sequence[tuple[Probe, Response]], dated: Dated | None
) -> list[tuple[Probe, Response]]:
    """What later dates are compared with: these answers themselves; where `dated` is given those of an earlier look."""
    if dated is None:
        return list(answers)
    keys = [(cell, probe.scenario.id, probe.request.method, probe.request.path) for probe, _ in answers]
    earlier = [(probe, dated[key]) for key, (probe, _) in zip(keys, answers, strict=True) if key in dated]
    dated |= {key: answer for key, (_, answer) in zip(keys, answers, strict=True) if key not in dated}
    return earlier
