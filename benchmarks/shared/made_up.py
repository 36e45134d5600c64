"""A large campaign, made up: records in the shape of real ones, from a fixed seed."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from harness.load.histogram import Times
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.campaign import CampaignRecord, CellFacts, Plan
from harness.model.measured.machine import Identity, Interpreter, Machine
from harness.model.measured.trial import Cost, Trial
from harness.store.folder import ResultsFolder

SEED: Final = 20261122
SCENARIOS: Final = ("json", "plaintext", "db", "queries", "fortunes", "updates", "cached")
CONNECTIONS: Final = (64, 16, 32, 128, 256)
"""Of the levels; the first is the ranking one."""
APPS: Final = 12
FASTEST, SLOWEST = 30_000, 3_000
ROTATIONS: Final = 20
SLICE_S: Final = 0.07
SLOWER: Final = 0.9
RESTART: Final = 0.01
NOISE: Final = 0.03
PYTHON: Final = Interpreter(
    label="cpython-3.11.7", implementation="cpython", version="3.11.7", build="main", compiler="GCC 12.2.0"
)


def made_up_campaign(
    path: Path,
    *,
    blocks: int,
    apps: int = APPS,
    levels: int = len(CONNECTIONS),
    servers: Sequence[str] = ("uvicorn",),
    scenarios: Sequence[str] = SCENARIOS,
) -> int:
    """Write the results folder `path`; how many trials are in it. Every application runs on every server."""
    names = tuple(f"application-{number}" for number in range(1, apps + 1))
    record = made_up_record(blocks, names, levels, servers, scenarios)
    trials = list(made_up_trials(record, np.random.default_rng(SEED)))
    folder = ResultsFolder.create(path)
    folder.write_record(record)
    folder.append_trials(trials)
    return len(trials)


def made_up_record(
    blocks: int, apps: Sequence[str], levels: int, servers: Sequence[str], scenarios: Sequence[str]
) -> CampaignRecord:
    cells = [
        Cell(app=app, server=server, workers=1, database="postgresql", interpreter=PYTHON.label)
        for app in apps
        for server in servers
    ]
    return CampaignRecord(
        id="made-up",
        created_at=0.0,
        ended_at=3600.0,
        state="finished",
        harness_version="0",
        plan=Plan(
            seed=SEED,
            cells=(*cells, cells[0].model_copy(update={"twin": 1})),
            scenarios=tuple(scenario(name, levels) for name in scenarios),
            reference=cells[0].id,
            budget_s=3600,
            max_blocks=blocks,
            database="postgresql",
            pool_size=16,
        ),
        applications={app: application(app, servers) for app in apps},
        machine=Machine(
            system="Linux",
            kernel="6.1.0",
            architecture="x86_64",
            cpu_model="made up",
            logical_cpus=2,
            physical_cores=2,
            memory_bytes=8 * 2**30,
        ),
        interpreter=PYTHON,
        locks=dict.fromkeys(apps, "0" * 64),
        cells={cell.id: facts(number) for number, cell in enumerate(cells)},
        completed_blocks=tuple(range(blocks)),
    )


def scenario(name: str, how_many: int) -> ScenarioManifest:
    levels = tuple(Level(connections=connections) for connections in CONNECTIONS[:how_many])
    return ScenarioManifest(
        id=name,
        title=name.capitalize(),
        about=f"Made up after {name}.",
        requests=(Request(path=f"/{name}"),),
        expect=Expectation(content_type="application/json", form="json"),
        levels=levels,
        rank=Ranked(at=levels[0]),
    )


def application(app: str, servers: Sequence[str]) -> AppManifest:
    title = app.replace("-", " ").capitalize()
    return AppManifest.model_validate(
        {"id": app, "title": title, "targets": {"asgi": "app:app"}, "servers": servers, "scenarios": SCENARIOS}
    )


def facts(number: int) -> CellFacts:
    """As many packages as an application commonly has."""
    packages = {f"package-{package}": f"1.{package}.{number}" for package in range(25)}
    return CellFacts(
        command=("python", "-m", "uvicorn", "harness_entry:application", "--workers", "1"),
        identity=Identity(pid=4000 + number, interpreter=PYTHON, packages=packages),
        lock_sha256="0" * 64,
        verified=SCENARIOS,
    )


def made_up_trials(record: CampaignRecord, dice: np.random.Generator) -> Iterator[Trial]:
    """Of every cell in every block, scenario and level, on a machine whose speed drifts and flips. On each server an
    application is slower than on the one before."""
    servers = list(dict.fromkeys(cell.server for cell in record.plan.cells))
    apps = list(record.applications)
    rates = dict(zip(apps, np.geomspace(FASTEST, SLOWEST, len(apps)).tolist(), strict=True))
    for block in record.completed_blocks:
        for planned in record.plan.scenarios:
            for level in planned.levels:
                machine = np.cumsum(dice.normal(0, 0.01, ROTATIONS)) - math.log(1.6) * (dice.random(ROTATIONS) < 0.3)
                for cell in record.plan.cells:
                    own = math.log(rates[cell.app] * SLOWER ** servers.index(cell.server)) + dice.normal(0, RESTART)
                    found = np.exp(own + machine + NOISE * dice.standard_t(4, ROTATIONS))
                    yield trial(cell.id, block, planned.id, level, rates=found.tolist(), dice=dice)


def trial(
    cell: str, block: int, scenario_id: str, level: Level, *, rates: Sequence[float], dice: np.random.Generator
) -> Trial:
    duration_s = SLICE_S * len(rates)
    completions = round(sum(rates) * SLICE_S)
    times = Times()
    times.add(dice.lognormal(math.log(level.connections * duration_s / completions), 0.35, min(completions, 5000)))
    return Trial(
        cell=cell,
        block=block,
        scenario=scenario_id,
        level=level,
        rotations=tuple(range(len(rates))),
        rates=tuple(rates),
        completions=completions,
        answered=round(completions * 1.4),
        duration_s=duration_s,
        errors={},
        bytes_received=completions * 150,
        body_bytes=completions * 27,
        reconnects=0,
        generator_cpu_s=duration_s / 2,
        wall_s=duration_s * 1.5,
        histogram=times.encoded(),
        cost=Cost(rest_pss_bytes=30_000_000, load_pss_bytes=33_000_000, server_cpu_s=duration_s * 1.45),
    )
