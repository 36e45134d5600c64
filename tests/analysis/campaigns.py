"""Campaigns made up from known truths."""

from collections.abc import Sequence

import numpy as np

from harness.model.asked.application import AppManifest, Targets
from harness.model.asked.cell import Cell
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.campaign import CampaignRecord, Plan
from harness.model.measured.load import SliceRecord
from harness.model.measured.machine import Interpreter, Machine
from harness.model.measured.trial import Trial

LEVEL = Level(connections=64)


def scenario(name: str = "json") -> ScenarioManifest:
    return ScenarioManifest(
        id=name,
        title=name,
        about=name,
        requests=(Request(path=f"/{name}"),),
        expect=Expectation(content_type="application/json", form="json"),
        levels=(LEVEL, Level(connections=16)),
        rank=Ranked(at=LEVEL),
    )


def cell(app: str, twin: int = 0) -> Cell:
    return Cell(app=app, server="uvicorn", workers=1, database="none", interpreter="cpython3.11", twin=twin)


def application(app: str, tier: str = "controlled", scenarios: Sequence[str] = ("json",)) -> AppManifest:
    return AppManifest.model_validate(
        {
            "id": app,
            "title": app,
            "targets": Targets(asgi="app:app"),
            "servers": ("uvicorn",),
            "scenarios": tuple(scenarios),
            "tier": tier,
        }
    )


def campaign(cells: Sequence[Cell], scenarios: Sequence[str] = ("json",), blocks: int = 1) -> CampaignRecord:
    interpreter = Interpreter(label="cpython3.11", implementation="cpython", version="3.11.7", build="", compiler="")
    machine = Machine(
        system="Linux",
        kernel="6",
        architecture="x86_64",
        cpu_model=None,
        logical_cpus=2,
        physical_cores=2,
        memory_bytes=1,
    )
    return CampaignRecord(
        id="made-up",
        created_at=0.0,
        harness_version="0",
        plan=Plan(
            seed=1,
            cells=tuple(cells),
            scenarios=tuple(scenario(name) for name in scenarios),
            reference=cells[0].id,
            budget_s=60,
            max_blocks=100,
            database="none",
            pool_size=16,
        ),
        applications={c.app: application(c.app, scenarios=scenarios) for c in cells},
        machine=machine,
        interpreter=interpreter,
        locks={},
        completed_blocks=tuple(range(blocks)),
    )


def trial(
    cell_id: str, block: int, rates: Sequence[float], name: str = "json", start: int = 0, **changes: object
) -> Trial:
    values: dict[str, object] = {
        "cell": cell_id,
        "block": block,
        "scenario": name,
        "level": LEVEL,
        "rotations": tuple(range(start, start + len(rates))),
        "rates": tuple(rates),
        "completions": int(sum(rates) * 0.07),
        "duration_s": 0.07 * len(rates),
        "errors": {},
        "bytes_received": 0,
        "body_bytes": 0,
        "reconnects": 0,
        "generator_cpu_s": 0.0,
        "wall_s": 0.1 * len(rates),
    }
    return Trial.model_validate(values | changes)


def made_up(
    speeds: dict[str, float],
    blocks: int,
    *,
    rotations: int = 40,
    restart: float = 0.01,
    noise: float = 0.03,
    seed: int = 1,
) -> list[Trial]:
    """Trials of cells (by id) with true speeds, on a machine that drifts and whose speed flips between rotations."""
    dice = np.random.default_rng(seed)
    trials = []
    for block in range(blocks):
        machine = np.cumsum(dice.normal(0, 0.01, rotations)) + np.log(2) * (dice.random(rotations) < 0.3)
        for name, speed in speeds.items():
            own = np.log(speed) + dice.normal(0, restart) + machine + noise * dice.standard_t(3, rotations)
            trials.append(trial(name, block, np.exp(own).tolist()))
    return trials


def slice_record(target: str, rotation: int, completions: int = 700, **changes: object) -> SliceRecord:
    values: dict[str, object] = {
        "rotation": rotation,
        "target": target,
        "scenario": "json",
        "level": LEVEL,
        "counted": True,
        "started_at": float(rotation),
        "duration_s": 0.07,
        "completions": completions,
        "bytes_received": completions * 150,
        "body_bytes": completions * 27,
        "generator_cpu_s": 0.05,
        "wall_s": 0.11,
    }
    return SliceRecord.model_validate(values | changes)
