"""Everything that is known of one cell: its command, its versions, whether it answered the contract, every block."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.analysis.trials.continuous import in_words as run_in_words
from harness.model.asked.application import LONGEST_ABOUT, AppManifest
from harness.model.asked.cell import Cell
from harness.model.asked.counting import Unit
from harness.model.asked.scenario import ScenarioManifest
from harness.model.foreign import clean
from harness.model.found.ranking import RankedCell
from harness.model.measured.audit import UPSTREAM, Account, Audited
from harness.model.measured.campaign import CampaignRecord, CellFacts
from harness.report.document import Limited
from harness.report.text import NOT_AVAILABLE, Figure, count, duration, percent, rate, shorten
from harness.report.view.names import Name
from harness.report.view.sections.facts import Fact
from harness.report.view.source import Source
from harness.report.view.tables.limits import in_words, limits


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution that the live process can import, or a program beside Python. `leading`: the framework, the
    server or the driver."""

    name: str
    version: str
    leading: bool


@dataclass(frozen=True, slots=True)
class Value:
    """Requests per second in one block."""

    block: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Blocks:
    """One scenario of a cell: its value in every block, or why there are none; and what limited it, where known."""

    scenario: str
    title: str
    unit: Unit
    values: tuple[Value, ...]
    reason: str
    limited: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A trial that does not count, and why."""

    scenario: str
    block: int
    code: str
    seen: str
    mend: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A cell, in full."""

    name: Name
    failed: str
    phase: str
    log_tail: str
    command: str
    interpreter: str
    facts: tuple[Fact, ...]
    verified: tuple[str, ...]
    packages: tuple[Package, ...]
    blocks: tuple[Blocks, ...]
    gates: tuple[Gate, ...]


def details(source: Source) -> tuple[Detail, ...]:
    """Every cell of the plan, in its order."""
    gates = _gates(source)
    limited = {scenario.id: limits(source, scenario) for scenario in source.record.plan.scenarios}
    return tuple(_detail(source, cell, gates.get(cell.id, ()), limited) for cell in source.record.plan.cells)


def _detail(
    source: Source, cell: Cell, gates: tuple[Gate, ...], limited: Mapping[str, Mapping[str, Limited]]
) -> Detail:
    record = source.record
    seen, app = record.cells.get(cell.id, CellFacts()), record.applications.get(cell.app)
    failure = source.failure(cell.id)
    facts = _facts(cell, seen, app, source.logs.get(cell.id, ""), alone=cell.id in record.measured_alone())
    return Detail(
        name=source.name(cell.id),
        failed=shorten(failure.reason, 2000) if failure else "",
        phase=failure.phase if failure else "",
        log_tail=clean(failure.log_tail) if failure else "",
        command=clean(shlex.join(seen.command)),
        interpreter=_interpreter(seen),
        facts=(*facts, *_audit_facts(record, cell)),
        verified=tuple(shorten(scenario, 80) for scenario in seen.verified),
        packages=_packages(cell, seen, app),
        blocks=tuple(_blocks(source, cell.id, scenario, limited[scenario.id]) for scenario in record.plan.scenarios),
        gates=gates,
    )


def _facts(cell: Cell, seen: CellFacts, app: AppManifest | None, log: str, *, alone: bool) -> Iterable[Fact]:
    yield Fact("Workers", str(cell.workers))
    if cell.threads is not None:
        yield Fact("Threads of each worker", str(cell.threads))
    if cell.runtime_threads is not None:
        yield Fact("Runtime threads of each worker", str(cell.runtime_threads))
    if cell.pool is not None:
        yield Fact("Connection pool, all workers together", f"{cell.pool:,}")
    yield Fact("Database", cell.database)
    if seen.identity:
        yield Fact("Interpreter, as the live process reported it", _interpreter(seen))
    if app:
        if app.about:
            yield Fact("What is idiomatic about it", shorten(app.about, LONGEST_ABOUT))
        if app.follows:
            yield Fact("Documentation that it follows", " ".join(app.follows))
        yield Fact("Tier", app.tier)
        yield Fact("Language", shorten(app.language, 40))
        for term, text in (
            ("Framework", app.uses.framework),
            ("ORM", app.uses.orm),
            ("Driver", app.uses.driver),
            ("Templates", app.uses.templates),
            ("JSON serializer", app.uses.serializer),
        ):
            yield Fact(term, shorten(text, 80) or "none")
        for key, value in sorted(app.environment.items()):
            yield Fact("Environment", shorten(f"{key}={value}", 200))
    for run in seen.continuous:
        failed = "".join(f"; failed {gate.code}" for gate in run.failed_gates)
        yield Fact("Continuous run", shorten(f"{run_in_words(run)}{failed}", 300))
    if seen.warm_up_s is not None:
        yield Fact("Warm-up in later blocks", f"{duration(seen.warm_up_s)}, since it was not warm after the usual one")
    if seen.idle_cpu_share:
        so = ", and therefore measured alone" if alone else ""
        yield Fact("CPU while idle", f"{percent(seen.idle_cpu_share)} of a core{so}")
    yield Fact("Log", f"logs/{cell.id}.log in the results folder", link=log)
    yield Fact(
        "Lock", f"sha256 {shorten(seen.lock_sha256, 64)}" if seen.lock_sha256 else "n/a (no environment was made)"
    )


def _audit_facts(record: CampaignRecord, cell: Cell) -> Iterable[Fact]:
    """What the database counted, where a scenario says what it should. A twin runs what its original runs."""
    answered = record.applications[cell.app].scenarios if cell.app in record.applications else ()
    if any(scenario.audit and scenario.id in answered for scenario in record.plan.scenarios) and not cell.twin:
        audited = "; ".join(_audit(found) for found in record.audits.get(cell.id, ()))
        same = (one for one in record.plan.cells if one.app == cell.app and one.id in record.audits)
        elsewhere = dict.fromkeys(one.server for one in same)
        without = f"made on {', '.join(elsewhere)}" if elsewhere else f"{NOT_AVAILABLE} (it was not made)"
        yield Fact("Database audit", audited or without)
    for account in record.cells.get(cell.id, CellFacts()).accounts:
        of_upstream = account.table == UPSTREAM
        counter = "Upstream" if of_upstream else f"Database, table {shorten(account.table, 80)}"
        yield Fact(f"{counter}, while measured", _account(account, ASKED if of_upstream else COUNTED))


COUNTED: Final = ("reads", "rows read", "rows written")
ASKED: Final = ("requests", "", "")


def _account(account: Account, names: Sequence[str]) -> str:
    """What was counted per answer in a block, and what is demanded."""
    counted, due = ([value / max(1, account.answers) for value in of] for of in (account.counted, account.demanded))
    shown = [f"{seen:.3g} {name} (at least {least:.3g})" for seen, least, name in zip(counted, due, names, strict=True)]
    per_answer = ", ".join(text for text, least in zip(shown, due, strict=True) if least)
    return f"block {account.block + 1}: {count(account.answers, 'answer')}, {per_answer} per answer"


def _audit(found: Audited) -> str:
    written = f", {found.rows_written:,} written" if found.rows_written else ""
    reads = f"{count(found.reads, 'reading statement')}, {count(found.rows_read, 'row')}{written}"
    return f"{shorten(found.scenario, 80)}: {count(found.requests, 'request')}, {reads}"


def _interpreter(seen: CellFacts) -> str:
    python = seen.identity.interpreter if seen.identity else None
    return shorten(f"{python.implementation} {python.version}", 200) if python else ""


def _packages(cell: Cell, seen: CellFacts, app: AppManifest | None) -> tuple[Package, ...]:
    beside = (Package(shorten(name, 100), shorten(text, 60), leading=True) for name, text in seen.programs.items())
    leading = _leading_names(cell, app)
    found = (
        Package(shorten(name, 100), shorten(version, 60), leading=_leads(_normal(name), leading))
        for name, version in seen.packages.items()
    )
    return (*beside, *sorted(found, key=lambda package: (not package.leading, _normal(package.name))))


def frameworks(record: CampaignRecord, cell: str) -> Mapping[str, str]:
    """Versions of the packages that the application names as its framework, as the live process saw them."""
    app = next((record.applications.get(one.app) for one in record.plan.cells if one.id == cell), None)
    seen = record.cells.get(cell, CellFacts())
    wanted = _normal(app.uses.framework) if app else ""
    return {
        shorten(name, 100): shorten(version, 60) for name, version in seen.packages.items() if _normal(name) == wanted
    }


def _leading_names(cell: Cell, app: AppManifest | None) -> set[str]:
    used = app.uses.model_dump().values() if app else ()
    return {_normal(name) for name in (cell.app, cell.server, *used)} - {"", "none"}


def _leads(package: str, leading: set[str]) -> bool:
    """A package named like the framework or driver, or the one a server's id begins with (gunicorn-gthread)."""
    return any(name == package or name.startswith(f"{package}-") for name in leading)


def _normal(name: str) -> str:
    """The form in which distribution names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _blocks(source: Source, cell: str, scenario: ScenarioManifest, limited: Mapping[str, Limited]) -> Blocks:
    limit = shorten(in_words(limited[cell]), 300) if cell in limited else ""
    title, unit = shorten(scenario.title, 80), scenario.rank.unit
    found = source.ranking.scenarios.get(scenario.id)
    for row in found.rows if found else ():
        if row.cell == cell:
            return Blocks(scenario.id, title, unit, tuple(Value(*each) for each in _values(row)), "", limit)
    for other in found.unranked if found else ():
        if other.cell == cell:
            return Blocks(scenario.id, title, unit, (), shorten(other.reason, 300), limit)
    twin = "an A/A twin: it gives the noise floor and holds no place" if source.name(cell).twin else ""
    return Blocks(scenario.id, title, unit, (), twin or "nothing was measured", limit)


def _values(row: RankedCell) -> Iterable[tuple[str, Figure]]:
    numbers = row.block_numbers or range(len(row.block_rps))
    return ((f"block {block}", rate(value)) for block, value in zip(numbers, row.block_rps, strict=False))


def _gates(source: Source) -> Mapping[str, tuple[Gate, ...]]:
    found: dict[str, list[Gate]] = {}
    for trial in source.trials:
        for notice in trial.failed_gates:
            gate = Gate(
                scenario=f"{shorten(trial.scenario, 80)}, {trial.level.label}",
                block=trial.block,
                code=notice.code,
                seen=shorten(notice.seen, 600),
                mend=shorten(notice.mend, 300),
            )
            found.setdefault(trial.cell, []).append(gate)
    return {cell: tuple(gates) for cell, gates in found.items()}
