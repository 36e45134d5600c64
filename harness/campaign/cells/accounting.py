"""Do answers come from the database, or the upstream, while they are measured? Their counters, around every block.

An application may be honest to the verifier, or to the first thousand requests, and then answer from memory.
So what all right answers of a block demand of the tables is held against what the database counted there. The upstream
counts the requests of each cell, which stand in an account as a table's reads do.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.catalog.scenarios import Scenario
from harness.contract.demand import demanded_of, falls_short
from harness.model.asked.scenario import ScenarioManifest
from harness.model.fault import Fault
from harness.model.measured.audit import NOTHING, UPSTREAM, Account, Asked, Counts
from harness.model.measured.load import SliceRecord
from harness.model.notice import Failure, Notice
from harness.under_test.services import LiveService
from harness.under_test.verify.probes import ContractFault

COUNTED_S: Final = 5.0
"""How long after the end of its sessions what they did may be counted."""

LOOK_AGAIN_S: Final = 0.05

Counters = Callable[[], Mapping[str, Counts]]
"""Reads what was counted so far, by table."""


@dataclass
class Ledger:
    """The right answers of a block's cells, and what was counted for them before it: cells without counters are left
    out."""

    before: dict[str, Mapping[str, Counts]] = field(default_factory=dict)
    answers: dict[str, Counter[Asked]] = field(default_factory=dict)

    def open(self, counters: Mapping[str, Sequence[Counters]]) -> None:
        """Read the counters, by cell id. No server of these cells may be up."""
        self.before = {cell: counted(own) for cell, own in counters.items() if own}
        self.answers = {cell: Counter() for cell in self.before}

    def note(self, records: Iterable[SliceRecord]) -> None:
        """Slices of any kind: what was answered in burn-in and drain came from the database as well."""
        for record in records:
            audited = record.answered - record.unaudited
            self.note_answers(record.target, {(record.scenario, record.level.n): audited})

    def note_answers(self, cell: str, answers: Mapping[Asked, int]) -> None:
        """Right answers of a cell, to verifier and load generator."""
        if cell in self.answers:
            self.answers[cell].update(answers)

    def close(
        self, block: int, counters: Mapping[str, Sequence[Counters]], scenarios: Mapping[str, Scenario]
    ) -> dict[str, tuple[Account, ...]]:
        """Accounts of what each cell uses, by cell id. Every server of these cells must have been stopped: a session
        reports what it did when it ends, or earlier."""
        ends = time.monotonic() + COUNTED_S
        return {
            cell: _settled(own, self.before[cell], demands(self.answers[cell], scenarios), block, ends)
            for cell, own in counters.items()
            if cell in self.before
        }


def demands(answers: Mapping[Asked, int], scenarios: Mapping[str, Scenario]) -> dict[str, tuple[int, Counts]]:
    """By table: the answers that use it, and what they demand of it in all. Each answer of a scenario that waits for
    the upstream demands a request to it."""
    found: dict[str, tuple[int, Counts]] = {}
    for (name, n), count in answers.items():
        audit = scenarios[name].manifest.audit
        if scenarios[name].manifest.waits:
            before, due = found.get(UPSTREAM, (0, NOTHING))
            found[UPSTREAM] = before + count, due.plus(Counts(count, 0, 0))
        if audit is not None and (audit.reads or audit.writes):
            before, due = found.get(audit.table, (0, NOTHING))
            found[audit.table] = before + count, due.plus(demanded_of(audit, n, count))
    return found


def _settled(
    own: Sequence[Counters],
    before: Mapping[str, Counts],
    due: Mapping[str, tuple[int, Counts]],
    block: int,
    ends: float,
) -> tuple[Account, ...]:
    """What was counted, looked at again for a while where it is less than what is demanded."""
    while True:
        now = counted(own)
        accounts = tuple(
            Account(
                block=block,
                table=table,
                answers=answers,
                demanded=demanded,
                counted=now.get(table, NOTHING).since(before.get(table, NOTHING)),
            )
            for table, (answers, demanded) in due.items()
            if table in before  # SQLite counts nothing of its tables, where the upstream counts what it is asked
        )
        if not any(short(account) for account in accounts) or time.monotonic() > ends:
            return accounts
        time.sleep(LOOK_AGAIN_S)


def counted(counters: Iterable[Counters]) -> dict[str, Counts]:
    """What all of them say, by table."""
    return {table: counts for read in counters for table, counts in read().items()}


def short(account: Account) -> bool:
    """Whether the table counted less than the answers demand."""
    return falls_short(account.counted, account.demanded)


def was_reset(account: Account) -> bool:
    """Whether the counters began anew in between, as after a crash of the database: then they say nothing."""
    return min(account.counted) < 0


def failure_of_account(account: Account, cell: str, scenarios: Sequence[Scenario]) -> Failure:
    """That a cell's answers did not come from the database, with the counter's figure."""
    counter = _counter(account)
    reason = (
        f"does not keep the contract:\n{_named(account, scenarios)}: {account.answers:,} answers "
        f"in block {account.block + 1} demand of {_source(account)} {_in_words(account, account.demanded)}; "
        f"{counter} counted {_in_words(account, account.counted)}. Answers must come from {counter}, under load too"
    )
    return Failure(cell=cell, phase="counters", reason=reason)


def fault_of_account(account: Account, scenarios: Sequence[Scenario]) -> ContractFault:
    """That answers to the verifier did not come from the database."""
    what = f"{account.answers:,} answers do not all come from {_counter(account)}"
    expected = f"of {_source(account)} {_in_words(account, account.demanded)}"
    seen = _in_words(account, account.counted)
    if account.table == UPSTREAM:
        request = "upstream's counter"
        fault = Fault(code="upstream-not-asked", what=what, expected=expected, seen=seen)
    else:
        request = "database counters"
        fault = Fault(code="counted-too-little", what=what, expected=expected, seen=seen)
    return ContractFault(scenario=_named(account, scenarios), request=request, fault=fault)


def _named(account: Account, scenarios: Sequence[Scenario]) -> str:
    return ", ".join(scenario.id for scenario in scenarios if uses(scenario.manifest, account.table))


def uses(scenario: ScenarioManifest, table: str) -> bool:
    """Whether an answer reads or writes the table, or asks the upstream where the account is that of the upstream."""
    if table == UPSTREAM:
        return scenario.waits
    audit = scenario.audit
    return audit is not None and audit.table == table and bool(audit.reads or audit.writes)


def _counter(account: Account) -> str:
    return "the upstream" if account.table == UPSTREAM else "the database"


def _source(account: Account) -> str:
    return "the upstream" if account.table == UPSTREAM else f"table {account.table}"


def _in_words(account: Account, counts: Counts) -> str:
    if account.table == UPSTREAM:
        return f"{counts.reads:,} requests"
    written = f" and {counts.rows_written:,} rows written" if counts.rows_written else ""
    return f"{counts.reads:,} reads, {counts.rows_read:,} rows{written}"


def not_counted(service: LiveService) -> Notice | None:
    """That nothing is counted here for each table, and why; None where the database counts."""
    if not service.tables_uncounted:
        return None
    return Notice(
        code="reads-not-counted",
        seen=f"whether answers come from the database under load is not known: {service.tables_uncounted}",
        mend="use PostgreSQL with its setting track_counts on",
    )


def counters_lost(cells: Iterable[str]) -> Iterator[Notice]:
    """Cells whose counters began anew while they were measured."""
    for cell in cells:
        seen = f"a service's counters of {cell} began anew during a block: what it was asked is not known"
        yield Notice(code="counters-lost", seen=seen, mend="see the log of the database, or of the upstream")
