"""What was compared, where, when and how: the facts a reader checks before believing the figures."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.analysis.layers.table import layers
from harness.model.measured.audit import UPSTREAM
from harness.model.measured.campaign import CampaignRecord, ServiceFacts
from harness.model.measured.continuous import NO_CONTINUOUS_RUNS
from harness.model.measured.machine import Interpreter, Machine
from harness.report.text import (
    NOT_AVAILABLE,
    Figure,
    absent,
    count,
    duration,
    listing,
    moment,
    number,
    percent,
    place,
    rate,
    share,
    shorten,
    size,
)
from harness.report.view.names import python_of
from harness.report.view.remarks import Remark, remark
from harness.report.view.source import Source
from harness.report.view.tables.limits import ceiling

LINE = 160


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what holds for it; `more` is the fine print, `link` an address relative to the page."""

    term: str
    text: str
    more: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the wall time: seconds as text, and its share of all in percent of a bar's length."""

    name: str
    text: str
    width: str
    share: str


def facts(source: Source) -> tuple[Fact, ...]:
    """The strip at the top of the page."""
    record = source.record
    return (
        Fact("When", moment(record.created_at), _lasted(record)),
        _machine_fact(record.machine),
        Fact("Python", *_interpreter(record)),
        Fact("Database", *_services(record)),
        Fact("Blocks", number_of_blocks(source), f"seed {record.plan.seed}"),
        _noise_floor(source),
        Fact("Reference", source.reference.label, "ratios are relative to it"),
        Fact("Harness", shorten(record.harness_version, 40), _commit(record)),
        *_largest_layer(source),
    )


def _largest_layer(source: Source) -> Iterator[Fact]:
    """Of the configuration that costs the most where servers were profiled: the layer that takes the most of it."""
    for scenario in source.record.plan.scenarios:
        if found := source.explanations.get(scenario.id):
            cell = max(found.cells, key=lambda cell: cell.total.us)
            layer, amount = max(cell.layers.items(), key=lambda item: item[1].us)
            text = f"{layers().named(layer).title}: {number(amount.us)} of {number(cell.total.us)} µs"
            yield Fact("Most of a request", text, shorten(f"{source.name(cell.cell).label}, {scenario.title}", 80))
            return


def number_of_blocks(source: Source) -> str:
    """Complete blocks, and how many of them a cell was in where cells take turns; the plan bounds the latter. The
    reference keeps all others company."""
    done, company = frozenset(source.record.completed_blocks), source.record.plan.reference_cells
    seen = {(trial.cell, trial.block) for trial in source.trials if trial.block in done and trial.cell not in company}
    each = Counter(cell for cell, _ in seen).values()
    whole, most = count(len(done), "block"), f"at most {source.record.plan.max_blocks:,}"
    if not each or min(each) == len(done):
        return f"{whole} of {most}"
    return f"{whole}, {place(min(each), max(each))} per configuration ({most})"


def machine_facts(record: CampaignRecord) -> tuple[Fact, ...]:
    """The whole fingerprint, for the fine print."""
    machine, cores = record.machine, record.machine.cores
    facts = (
        ("System", f"{machine.system}, kernel {machine.kernel}, {machine.architecture}"),
        ("Processor", machine.cpu_model),
        ("Logical CPUs", f"{machine.logical_cpus:,}"),
        ("Physical cores", None if machine.physical_cores is None else f"{machine.physical_cores:,}"),
        ("Memory", size(machine.memory_bytes)),
        ("Frequency governor", machine.governor),
        ("Turbo", None if machine.turbo is None else ("on" if machine.turbo else "off")),
        ("Virtualisation", machine.virtualisation),
        ("Load generator runs on", _cpus(cores.generator)),
        ("Servers run on", _cpus(cores.server)),
        ("Database runs on", _cpus(cores.services)),
        *(fact for interpreter in record.interpreters for fact in _interpreter_facts(interpreter)),
        *(_service_fact(service) for service in record.services),
    )
    return tuple(Fact(term, shorten(text, 600) if text else f"{NOT_AVAILABLE} (not reported)") for term, text in facts)


def plan_facts(source: Source) -> tuple[Fact, ...]:
    """The plan, as far as it is not shown elsewhere."""
    record = source.record
    plan, shape = record.plan, record.plan.shape
    null = absent("not measured") if record.null_rps is None else rate(record.null_rps)
    return (
        Fact("Campaign", shorten(record.id, LINE)),
        Fact("Seed", str(plan.seed)),
        Fact("Load generator", "never sleeps in a slice" if plan.spins else "sleeps between answers and is woken"),
        Fact("Slice", f"{1000 * shape.length_s:,.0f} ms, of which {1000 * shape.burn_in_s:,.0f} ms burn-in"),
        Fact("Rotations a block and scenario", f"{duration(shape.rotations_s)} on average"),
        *_block_spreads(source),
        Fact("Warm-up per configuration", duration(shape.warm_up_s)),
        Fact("Continuous run per configuration", _driven_on_end(record)),
        Fact("Counted of the wall time", _counted(source)),
        Fact("Difference that matters", share(plan.delta)),
        Fact("Budget", duration(plan.budget_s)),
        Fact("Blocks", number_of_blocks(source)),
        Fact("Database", plan.database),
        Fact(
            "Connection pool, all workers together", ", ".join(f"{size:,}" for size in plan.pools or (plan.pool_size,))
        ),
        Fact("Load driver", shorten(plan.load_driver, 40)),
        _told(
            "Load driver against a responder that does nothing",
            null,
        ),
        _told("Ceiling of the load driver at what these requests cost it", ceiling(source)),
    )


def _block_spreads(source: Source) -> Iterator[Fact]:
    """What a restart changes in each scenario, and how many rotations it is worth, where that is known."""
    for scenario in source.record.plan.scenarios:
        found = source.ranking.scenarios.get(scenario.id)
        if found is None or found.block_sd is None or found.restart_sd is None or found.rotations is None:
            continue
        yield Fact(
            f"Spread of a block, {shorten(scenario.title, 40)}",
            f"{percent(found.block_sd)}; by the restart alone {percent(found.restart_sd)}",
            f"{found.rotations:,.0f} rotations a block; "
            + (
                f"about {found.best_rotations:,} would give the narrowest intervals in the same time"
                if found.best_rotations
                else "what a restart changes is not distinguished from nothing"
            ),
        )


def _driven_on_end(record: CampaignRecord) -> str:
    if not record.plan.shape.continuous_s:
        return "not asked for"
    if any(notice.code == NO_CONTINUOUS_RUNS for notice in record.notices):
        return "not made: see the notices"
    return duration(record.plan.shape.continuous_s)


def remarks(source: Source) -> tuple[Remark, ...]:
    """The campaign's notices, then what was found wrong while reading its files."""
    return tuple(remark(notice) for notice in (*source.record.notices, *source.notices))


def phases(record: CampaignRecord) -> tuple[Phase, ...]:
    """Where the wall time went, in the order the phases first ran."""
    whole = sum(record.phases_s.values()) or 1.0
    return tuple(
        Phase(shorten(name, 60), duration(spent), f"{100 * spent / whole:.2f}%", f"{100 * spent / whole:.0f} %")
        for name, spent in record.phases_s.items()
    )


def counted_s(source: Source) -> float:
    """Seconds that figures rest on, without burn-in and drain: of throughput at any level, and of response times at a
    fixed rate."""
    return sum(trial.duration_s for trial in source.trials) + source.windows_s


def _counted(source: Source) -> str:
    whole, found = sum(source.record.phases_s.values()), counted_s(source)
    return f"{duration(found)}, {100 * found / whole:.0f} %" if whole else NOT_AVAILABLE


def _told(term: str, requests: Figure) -> Fact:
    return Fact(term, f"{requests.text} ({requests.reason})" if requests.reason else f"{requests.text} requests/s")


def _lasted(record: CampaignRecord) -> str:
    return "" if record.ended_at is None else f"took {duration(max(0.0, record.ended_at - record.created_at))}"


def _machine_fact(machine: Machine) -> Fact:
    cores = count(machine.logical_cpus, "logical CPU")
    virtual = f", {machine.virtualisation}" if machine.virtualisation else ""
    more = f"{cores}, {size(machine.memory_bytes)}, {machine.system}{virtual}"
    return Fact("Machine", shorten(machine.cpu_model or machine.architecture, LINE), shorten(more, LINE))


def _interpreter(record: CampaignRecord) -> tuple[str, str]:
    pythons = listing([python_of(one) for one in record.interpreters])
    compilers = dict.fromkeys(one.compiler for one in record.interpreters)
    return shorten(pythons, LINE), shorten("; ".join(compilers), LINE)


def _interpreter_facts(interpreter: Interpreter) -> Iterator[tuple[str, str | None]]:
    yield "Interpreter", python_of(interpreter)
    yield "Interpreter's build", f"{interpreter.build}, {interpreter.compiler}"
    yield "Interpreter's options", interpreter.options or None
    yield "Global interpreter lock", interpreter.lock
    yield "Interpreter's JIT", interpreter.jit
    yield "Interpreter's speed options", interpreter.built


def _services(record: CampaignRecord) -> tuple[str, str]:
    databases = [f"{service.name} {service.version}" for service in record.services if service.name != UPSTREAM]
    plan = record.plan
    sizes = f"{place(plan.pools[0], plan.pools[-1])} connections" if plan.pools else count(plan.pool_size, "connection")
    return shorten(", ".join(databases) or plan.database, LINE), f"{sizes} for each application"


def _service_fact(service: ServiceFacts) -> tuple[str, str]:
    settings = ", ".join(f"{name} {value}" for name, value in sorted(service.settings.items()))
    return f"Service {shorten(service.name, 40)}", f"{service.version}, {service.source}; {settings}"


def _commit(record: CampaignRecord) -> str:
    return f"commit {shorten(record.commit, 12)}" if record.commit else "commit not known"


def _noise_floor(source: Source) -> Fact:
    """What the reference differs from its own twin by, at most; each scenario has its own."""
    shares = noise_floors(source)
    if not shares:
        floors = (ranking.noise_floor for ranking in source.ranking.scenarios.values())
        twin = any(floors) or any(name.twin for name in source.names.values())
        return Fact("Noise floor", NOT_AVAILABLE, "too few blocks" if twin else "the reference had no A/A twin")
    text = percent(shares[0]) if len(shares) == 1 else f"{percent(shares[0])} to {percent(shares[-1])}"
    return Fact("Noise floor", text, "smaller differences are not called")


def noise_floors(source: Source) -> list[float]:
    """Shares of 1 by scenario, where they are known, the least first. Two variants have floors of their own, and those
    of their throughput are taken."""
    if source.variants:
        changes = (change for scenario in source.variants.scenarios for change in scenario.metrics)
        return sorted(one.floor for one in changes if one.metric == "throughput" and one.floor is not None)
    floors = (ranking.noise_floor for ranking in source.ranking.scenarios.values())
    return sorted(floor.share for floor in floors if floor and floor.share is not None)


def _cpus(cpus: tuple[int, ...]) -> str:
    """By their numbers."""
    return f"CPU {', '.join(map(str, cpus))}" if cpus else "any (not pinned)"
