"""Made-up campaigns with the shape of real ones: six applications, three scenarios, a machine whose speed flips."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from harness.analysis.compare.comparison import Measured
from harness.load.histogram import Times
from harness.model.asked.application import AppManifest, OwnServer, Targets, Tier, Uses
from harness.model.asked.cell import Cell
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.campaign import CampaignRecord, CellFacts, Plan, ServiceFacts
from harness.model.measured.latency import CapacitySearch, Criterion, LatencyWindow, Probe
from harness.model.measured.machine import Cores, Identity, Interpreter, Machine
from harness.model.measured.trial import Cost, Trial
from harness.model.notice import Failure, Notice
from harness.store.folder import ResultsFolder

PYTHON = Interpreter(
    label="3.11",
    implementation="CPython",
    version="3.11.7",
    build="main, Nov  2 2026 10:00:00",
    compiler="GCC 12.2.0",
    options="--with-ensurepip=no",
)


@dataclass(frozen=True)
class App:
    """An application, and how many requests per second it answers in each scenario at the ranking level."""

    id: str
    title: str
    server: str
    tier: Tier
    interface: str
    rates: Mapping[str, float]


APPS = (
    App("raw-asgi", "Raw ASGI", "uvicorn", "floor", "asgi", {"json": 33100, "plaintext": 34800, "db": 9100}),
    App("starlette", "Starlette", "uvicorn", "controlled", "asgi", {"json": 24900, "plaintext": 25600, "db": 7900}),
    App("fastapi", "FastAPI", "uvicorn", "controlled", "asgi", {"json": 11300, "plaintext": 11900, "db": 5600}),
    App("raw-wsgi", "Raw WSGI", "gunicorn-gthread", "floor", "wsgi", {"json": 6900, "plaintext": 7000, "db": 3300}),
    App("flask", "Flask", "gunicorn-gthread", "controlled", "wsgi", {"json": 5000, "plaintext": 5040, "db": 2700}),
    App("django", "Django", "gunicorn-gthread", "controlled", "wsgi", {"json": 4950, "plaintext": 5000, "db": 2660}),
)
SCENARIOS = {"json": "JSON", "plaintext": "Plaintext", "db": "One database row"}
VERSIONS = {
    "fastapi": "0.165.0",
    "starlette": "1.10.0",
    "flask": "3.1.3",
    "django": "5.2.8",
    "uvicorn": "0.54.0",
    "gunicorn": "27.0.1",
    "granian": "2.8.7",
    "psycopg": "3.3.9",
    "uvloop": "0.23.0",
}


def scenario(id_: str, title: str, level: Level, more_levels: Sequence[Level] = ()) -> ScenarioManifest:
    return ScenarioManifest(
        id=id_,
        title=title,
        about=f"What it costs to answer {title.lower()}, from the socket to the socket and back.",
        needs=("database",) if id_ == "db" else (),
        requests=(Request(path=f"/{id_}"),),
        expect=Expectation(content_type="application/json", form="json"),
        levels=(*more_levels, level),
        rank=Ranked(at=level),
    )


def manifest(app: App, scenarios: Sequence[str]) -> AppManifest:
    return AppManifest(
        id=app.id,
        title=app.title,
        targets=Targets.model_validate({app.interface: "app:app"}),
        own=OwnServer(argv=("serve", "{port}")) if app.server == "own" else None,
        servers=(app.server,),
        scenarios=tuple(scenarios),
        tier=app.tier,
        uses=Uses(framework=app.id if app.tier != "floor" else "", driver="psycopg"),
    )


def facts(app: App, cell: Cell, scenarios: Sequence[str]) -> CellFacts:
    server = app.server.partition("-")[0]
    packages = {server: VERSIONS.get(server, "1.0"), "psycopg": VERSIONS["psycopg"], "uvloop": VERSIONS["uvloop"]}
    if app.id in VERSIONS:
        packages[app.id] = VERSIONS[app.id]
    return CellFacts(
        command=("python", "-m", server, "harness_entry:application", "--port", "40001", "--workers", "1"),
        identity=Identity(pid=4242, interpreter=PYTHON, packages=packages),
        lock_sha256="9f" * 32,
        verified=tuple(scenarios),
    )


def machine_speed(numbers: random.Random, rotations: int) -> list[float]:
    """A cloud machine: two speeds, flipping now and then."""
    speed, speeds = 1.0, []
    for _ in range(rotations):
        if numbers.random() < 0.08:
            speed = 1.55 - speed
        speeds.append(speed * math.exp(numbers.gauss(0, 0.02)))
    return speeds


def trials_of(
    cells: Sequence[tuple[Cell, App]],
    scenarios: Sequence[ScenarioManifest],
    blocks: int,
    *,
    rotations: int = 30,
    seed: int = 7,
    timed: bool = False,
) -> tuple[Trial, ...]:
    """Trials of every cell, block, scenario and level; the reference's twin behaves as the reference does."""
    numbers, found = random.Random(seed), []
    for block in range(blocks):
        restart = {cell.id: math.exp(numbers.gauss(0, 0.012)) for cell, _ in cells}
        for item in scenarios:
            for level in item.levels:
                speeds = machine_speed(numbers, rotations)
                load = 1 - 0.25 / math.sqrt(level.connections / 16)
                for cell, app in cells:
                    rate = app.rates.get(item.id, app.rates["json"]) * restart[cell.id] * load
                    rates = tuple(round(rate * v * math.exp(numbers.gauss(0, 0.03)), 1) for v in speeds)
                    found.append(trial(cell, block, item.id, level, rates, histogram=times(rate) if timed else None))
    return tuple(found)


@cache
def times(rate: float) -> str | None:
    """Response times of 64 connections that share `rate` requests per second."""
    found = Times()
    found.add(np.random.default_rng(1).lognormal(math.log(64 / rate), 0.35, 8000))
    return found.encoded()


def trial(
    cell: Cell, block: int, scenario_id: str, level: Level, rates: tuple[float, ...], *, histogram: str | None = None
) -> Trial:
    completions = int(sum(rates) * 0.07)
    return Trial(
        cell=cell.id,
        block=block,
        scenario=scenario_id,
        level=level,
        rotations=tuple(range(len(rates))),
        rates=rates,
        completions=completions,
        duration_s=0.07 * len(rates),
        errors={},
        bytes_received=completions * 150,
        body_bytes=completions * 27,
        reconnects=0,
        generator_cpu_s=0.03 * len(rates),
        wall_s=0.11 * len(rates),
        answered=int(completions * 1.4),
        histogram=histogram,
        cost=Cost(
            startup_s=0.8 + 0.1 * (len(cell.app) % 4),
            rest_pss_bytes=30_000_000 + 1_500_000 * len(cell.app),
            load_pss_bytes=34_000_000 + 1_700_000 * len(cell.app),
            server_cpu_s=0.098 * len(rates),
            service_cpu_s_a_request=0.00012 if scenario_id == "db" else None,
            voluntary_switches=40.0 * len(rates),
            involuntary_switches=2.0 * len(rates),
            rest_switches_s=12.0,
            rest_cpu_share=0.001,
        ),
    )


def campaign(
    blocks: int = 6,
    *,
    apps: Sequence[App] = APPS,
    scenarios: Mapping[str, str] = SCENARIOS,
    levels: int = 1,
    rotations: int = 30,
    timed: bool = False,
    twin: bool = True,
    failed: Sequence[str] = (),
    state: str = "finished",
) -> tuple[CampaignRecord, tuple[Trial, ...]]:
    """A campaign's record and its trials, at `levels` levels; applications named in `failed` never came up."""
    at, *others = (Level(connections=connections) for connections in (64, 16, 256, 32, 128)[:levels])
    manifests = tuple(scenario(id_, title, at, tuple(others)) for id_, title in scenarios.items())
    cells = [
        (Cell(app=app.id, server=app.server, workers=1, database="postgresql", interpreter="3.11"), app) for app in apps
    ]
    if twin:
        cells.insert(1, (cells[0][0].model_copy(update={"twin": 1}), apps[0]))
    living = [(cell, app) for cell, app in cells if app.id not in failed]
    record = CampaignRecord(
        id="2026-11-22-0731",
        created_at=1_795_332_660.0,
        ended_at=1_795_333_092.0,
        state=state,  # type: ignore[arg-type]
        harness_version="0.1.0",
        commit="95fb9da3c0ffee",
        plan=Plan(
            seed=20261122,
            cells=tuple(cell for cell, _ in cells),
            scenarios=manifests,
            reference=cells[0][0].id,
            budget_s=480,
            max_blocks=19,
            database="postgresql",
            pool_size=16,
            waiting="spin",
        ),
        applications={app.id: manifest(app, list(scenarios)) for app in apps},
        machine=Machine(
            system="Linux",
            kernel="6.1.0",
            architecture="x86_64",
            cpu_model="Intel Xeon 8375C @ 2.90GHz",
            logical_cpus=2,
            physical_cores=1,
            memory_bytes=25_000_000_000,
            virtualisation="kvm",
            cores=Cores(generator=(1,), server=(0,), services=(0,)),
        ),
        interpreter=PYTHON,
        locks={app.id: "9f" * 32 for app in apps},
        services=(
            ServiceFacts(name="postgresql", version="18.6", source="embedded", settings={"shared_buffers": "128MB"}),
        ),
        cells={cell.id: facts(app, cell, list(scenarios)) for cell, app in living},
        failures=tuple(
            Failure(
                cell=cell.id,
                phase="start",
                reason="exited with code 3 before it answered",
                log_tail="Traceback (most recent call last):\n  ...\nModuleNotFoundError: No module named 'flask'",
            )
            for cell, app in cells
            if app.id in failed
        ),
        notices=(
            Notice(
                code="shared-cores",
                seen="server and database share one core",
                mend="a machine with four cores or more gives each its own",
            ),
        ),
        completed_blocks=tuple(range(blocks)),
        phases_s={"environments": 1.4, "database": 1.1, "start": 9.5, "warm-up": 18.0, "slices": 372.2, "stop": 6.1},
    )
    return record, trials_of(living, manifests, blocks, rotations=rotations, timed=timed)


def later(share: float = 0.8, blocks: int = 6, **update: object) -> Measured:
    """A second campaign, in which Flask answers `share` of what it did."""
    apps = tuple(
        replace(app, rates={id_: share * rate for id_, rate in app.rates.items()}) if app.id == "flask" else app
        for app in APPS
    )
    record, _ = campaign(blocks, apps=apps)
    cells = [(cell, next(app for app in apps if app.id == cell.app)) for cell in record.plan.cells]
    record = record.model_copy(update={"id": "2026-11-23-0731", "created_at": record.created_at + 86_400, **update})
    return Measured(record, trials_of(cells, record.plan.scenarios, blocks, seed=11))


def saved(
    path: Path,
    record: CampaignRecord,
    trials: Sequence[Trial],
    windows: Sequence[LatencyWindow] = (),
    searches: Sequence[CapacitySearch] = (),
) -> Path:
    """The campaign as a results folder, written the way the campaign writes it."""
    folder = ResultsFolder.create(path)
    folder.write_record(record)
    folder.append_trials(trials)
    folder.append_windows(windows)
    folder.append_searches(searches)
    return path


def with_latency(
    record: CampaignRecord, *, requests: int = 12_000, scenario_id: str = "json", p99_s: float | None = 0.05
) -> tuple[CampaignRecord, tuple[LatencyWindow, ...], tuple[CapacitySearch, ...]]:
    """The record with the latency of one scenario asked for, and what was measured of it in each block."""
    plan = record.plan.model_copy(update={"latency": (scenario_id,), "p99_s": p99_s})
    level = next(item.rank.at for item in plan.scenarios if item.id == scenario_id)
    cells = [cell for cell in plan.cells if not cell.twin and cell.id in record.cells]
    rates = {app.id: app.rates[scenario_id] for app in APPS}
    windows, searches = [], []
    for block in record.completed_blocks:
        for cell in cells:
            rate = rates[cell.app]
            windows.append(window(cell.id, block, scenario_id, level, rate, requests=requests))
            searches.append(search(cell.id, block, scenario_id, level, rate))
    return record.model_copy(update={"plan": plan}), tuple(windows), tuple(searches)


def window(
    cell: str, block: int, scenario_id: str, level: Level, rate: float, *, requests: int, **changes: object
) -> LatencyWindow:
    """A window at half the rate, its response times exponential."""
    seconds = np.random.default_rng(block + 1).exponential(10 / rate, requests)
    found, service = Times(), Times()
    found.add(seconds)
    service.add(seconds / 2)
    values: dict[str, object] = {
        "cell": cell,
        "block": block,
        "scenario": scenario_id,
        "level": level,
        "share": 0.5,
        "capacity_before": rate,
        "capacity_after": 1.02 * rate,
        "offered_rate": rate / 2,
        "started_at": 1_795_332_700.0 + block,
        "duration_s": 2 * requests / rate,
        "offered": requests,
        "completions": requests,
        "histogram": found.encoded(),
        "service_histogram": service.encoded(),
        "mean_s": float(seconds.mean()),
        "max_s": float(seconds.max()),
    }
    return LatencyWindow.model_validate(values | changes)


def search(cell: str, block: int, scenario_id: str, level: Level, rate: float) -> CapacitySearch:
    """Held at 0.8 of the rate, broken at 0.9 of it."""
    held, broken = 0.8 * rate, 0.9 * rate
    return CapacitySearch(
        cell=cell,
        block=block,
        scenario=scenario_id,
        level=level,
        criterion=Criterion(p99_s=0.05),
        ceiling=rate,
        highest=held,
        broken=broken,
        probes=(
            Probe(offered_rate=held, duration_s=2, offered=int(2 * held), completions=int(2 * held)),
            Probe(offered_rate=broken, duration_s=2, offered=int(2 * broken), completions=int(rate), broke=("p99",)),
        ),
    )
