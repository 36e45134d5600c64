"""Do answers come from the database? Its own statement counters are read before and after a burst of requests.

The counters know no cells: one cell at a time is asked, and whatever else uses the database must rest meanwhile.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final

from pydantic import Field

from harness.catalog.scenarios import Scenario
from harness.contract.response import Response
from harness.contract.rows import rows_told
from harness.model.asked.counting import Audit
from harness.model.fault import Fault
from harness.model.measured.audit import Asked, Audited
from harness.model.record import Record
from harness.under_test.services import Counts
from harness.under_test.verify.examiner import DEADLINE_S, Examiner, Subject, grouped
from harness.under_test.verify.probes import ContractFault, Probe, probes_at_levels

REQUESTS: Final = 64
AT_ONCE: Final = 16
COUNTED_S: Final = 2.0
"""How long after the last answer its statements may be counted: a transaction may end after its answer was sent."""

WRITTEN_SHARE: Final = 0.95
"""Of the rows answered: what is given the number that it had is not written by every ORM."""


class AuditOfCell(Record):
    """What was counted for each scenario that was audited, and what is wrong with it. `answers`: right answers by what
    was asked."""

    cell: str
    audited: tuple[Audited, ...]
    faults: tuple[ContractFault, ...]
    answers: dict[Asked, int] = Field(default_factory=dict)


def audit(subject: Subject, count: Callable[[], Counts], *, deadline_s: float = DEADLINE_S) -> AuditOfCell:
    """Audit a live target in every scenario that says what its requests must do to the database."""
    return asyncio.run(_audit(subject, count, deadline_s))


async def _audit(subject: Subject, count: Callable[[], Counts], deadline_s: float) -> AuditOfCell:
    examiner = Examiner(subject.target, deadline_s, subject.tables)
    audited: list[Audited] = []
    faults: list[ContractFault] = []
    for scenario in subject.scenarios:
        if scenario.manifest.audit:
            seen, found = await _audit_scenario(examiner, scenario, scenario.manifest.audit, count)
            audited += [Audited(scenario=scenario.id, requests=REQUESTS, **seen._asdict())] if seen else []
            faults += [*found, *await examiner.undone(scenario)]
    return AuditOfCell(
        cell=subject.target.cell, audited=tuple(audited), faults=tuple(faults), answers=dict(examiner.right)
    )


async def _audit_scenario(
    examiner: Examiner, scenario: Scenario, audit: Audit, count: Callable[[], Counts]
) -> tuple[Counts | None, list[ContractFault]]:
    """What the database counted over a burst, and what is wrong with it; None where an answer is wrong already."""
    burst = list(islice(cycle(probes_at_levels(scenario)), REQUESTS))
    if audit.reads == 0:
        await _answers(examiner, burst)  # each worker fills its cache
    before = await asyncio.to_thread(count)
    answers = await _answers(examiner, burst)
    wrong = [fault for probe, answer in answers for fault in examiner.judged(probe, answer)]
    if wrong:
        return None, _found(scenario, grouped(wrong, f"{REQUESTS} requests, {AT_ONCE} at once"))
    due = demanded(
        audit, [answer.body for probe, answer in answers if isinstance(answer, Response) and probe.request.audited]
    )
    ends = time.monotonic() + COUNTED_S
    while True:
        seen = (await asyncio.to_thread(count)).since(before)
        faults = shortcomings(audit, due, seen)
        if not faults or audit.reads == 0 or time.monotonic() > ends:
            return seen, _found(scenario, faults)
        await asyncio.sleep(0.05)


async def _answers(examiner: Examiner, burst: Sequence[Probe]) -> list[tuple[Probe, Response | Fault]]:
    """Each probe with its answer; what should have come after a failed one on its connection was not asked."""
    series = [burst[start::AT_ONCE] for start in range(AT_ONCE)]
    answered = await asyncio.gather(*(examiner.series(probes) for probes in series))
    return [pair for both in zip(series, answered, strict=True) for pair in zip(*both, strict=False)]


def demanded(audit: Audit, bodies: Sequence[bytes]) -> Counts:
    """What the database must count for these answers. A row that comes twice in one answer counts once."""

    def of_all(each: int | str) -> int:
        if isinstance(each, int):
            return each * len(bodies)
        return sum(len({row for row, _ in rows_told(body)}) for body in bodies)

    reads = of_all(audit.reads)
    return Counts(reads=reads, rows_read=reads * audit.rows, rows_written=of_all(audit.writes))


def shortcomings(audit: Audit, due: Counts, seen: Counts) -> list[Fault]:
    """What the database was not asked for, or, where a cache shall answer, was."""
    burst = f"for {REQUESTS} requests"
    if audit.reads == 0:
        if seen.reads < REQUESTS:
            return []
        what = "answers are read from the database, not from a cache that was filled before"
        expected = f"fewer than one statement {burst}"
        return [Fault(code="cache-not-used", what=what, expected=expected, seen=f"{seen.reads:,}")]
    if seen.reads < due.reads:
        what = "answers are not read from the database, or many rows are read by one statement"
        expected = f"{due.reads:,} reading statements {burst}"
        return [Fault(code="reads-missing", what=what, expected=expected, seen=f"{seen.reads:,}")]
    if seen.rows_read < due.rows_read:
        what = "not every row is read from the database"
        expected = f"{due.rows_read:,} rows read {burst}"
        return [Fault(code="rows-not-read", what=what, expected=expected, seen=f"{seen.rows_read:,}")]
    if seen.rows_written < due.rows_written * WRITTEN_SHARE:
        what = "not every row is written to the database"
        expected = f"{due.rows_written:,} rows written {burst}"
        return [Fault(code="rows-not-written", what=what, expected=expected, seen=f"{seen.rows_written:,}")]
    return []


def _found(scenario: Scenario, faults: Sequence[Fault]) -> list[ContractFault]:
    return [ContractFault(scenario=scenario.id, request="database audit", fault=fault) for fault in faults]
