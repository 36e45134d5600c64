"""What is inferred of each scenario: the block values that count, and the verdicts on them."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from harness.analysis.inference.verdicts import Look, Pair, judge
from harness.analysis.trials.blocks import BlockValues, block_values
from harness.analysis.trials.eligible import Eligible, counting_blocks, eligible
from harness.analysis.trials.outcomes import outcome_values, p99_quickness
from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.stats.arrays import Floats, Ints


@dataclass(frozen=True)
class Inference:
    """One scenario. `trials`: all that there are of it, at every level. `look` is None while it has no block; its
    verdicts are withdrawn where the scenario is `void`: the reference was called different from itself. `completed`:
    the blocks that count, in the order they were completed; `delta`: the difference that matters, as a share of 1."""

    scenario: ScenarioManifest
    counted: Eligible
    blocks: tuple[BlockValues, ...]
    look: Look | None
    void: bool
    completed: tuple[int, ...]
    delta: float
    trials: tuple[Trial, ...] = ()

    def pair(self, one: str, other: str) -> Pair | None:
        """What was concluded of two cells, whichever is named first; None where either has no figure."""
        pairs = self.look.pairs if self.look else {}
        return pairs.get((one, other)) or pairs.get((other, one))

    def own_values(self, cell: str) -> dict[int, float]:
        """The cell's log(requests per second) by block number; the mean where several groups of a block hold it."""
        return _by_block((group, _value(group, cell)) for group in self.blocks if cell in group.cells)

    def aligned_values(self, cell: str, references: AbstractSet[str]) -> dict[int, float]:
        """The same as if the references had gone alike in every group, so that cells that never met can be compared."""
        speeds = [_references_speed(group, references) for group in self.blocks]
        known = [speed for speed in speeds if speed is not None]
        usual = sum(known) / len(known) if known else 0.0
        return _by_block(
            (group, _value(group, cell) - (usual if speed is None else speed) + usual)
            for group, speed in zip(self.blocks, speeds, strict=True)
            if cell in group.cells
        )

    def table(self, cells: Sequence[str]) -> tuple[Floats, Ints]:
        """(rows, cells) of block values, NaN where missing, and the block number of each row."""
        values = [[dict(zip(g.cells, g.values, strict=True)).get(cell, np.nan) for cell in cells] for g in self.blocks]
        return np.array(values), np.array([group.block for group in self.blocks], dtype=np.int64)


def _value(group: BlockValues, cell: str) -> float:
    return float(group.values[group.cells.index(cell)])


def _references_speed(group: BlockValues, references: AbstractSet[str]) -> float | None:
    """How fast the references went in a group; None where it has none."""
    here = [_value(group, cell) for cell in group.cells if cell in references]
    return sum(here) / len(here) if here else None


def _by_block(values: Iterable[tuple[BlockValues, float]]) -> dict[int, float]:
    """The mean over each block's groups."""
    found: dict[int, list[float]] = {}
    for group, value in values:
        found.setdefault(group.block, []).append(value)
    return {block: sum(several) / len(several) for block, several in found.items()}


def infer(
    record: CampaignRecord, trials: Sequence[Trial], delta: float | None = None, *, as_ranked: bool = False
) -> dict[str, Inference]:
    """Every scenario of the plan, by id, from requests per second; `as_ranked`: one that is ranked by response times
    from these. `delta` replaces the plan's."""
    of_scenario: dict[str, list[Trial]] = {scenario.id: [] for scenario in record.plan.scenarios}
    for trial in trials:
        of_scenario[trial.scenario].append(trial)
    return {
        scenario.id: _infer(record, scenario, of_scenario[scenario.id], delta or record.plan.delta, as_ranked)
        for scenario in record.plan.scenarios
    }


def _infer(
    record: CampaignRecord, scenario: ScenarioManifest, trials: Sequence[Trial], delta: float, as_ranked: bool
) -> Inference:
    references = record.plan.reference_cells
    counted = eligible(record, scenario, trials)
    blocks = block_values(counted.trials, references)
    if as_ranked and scenario.rank.by == "p99":
        blocks = outcome_values(blocks, counted.trials, p99_quickness)
    completed = tuple(counting_blocks(record, trials))
    look = judge(blocks, completed, delta, references)
    void = look is not None and is_void(look, references)
    return Inference(
        scenario, counted, blocks, _withdrawn(look) if look and void else look, void, completed, delta, tuple(trials)
    )


def is_void(look: Look, references: AbstractSet[str]) -> bool:
    """Whether the reference was called different from itself."""
    return any(pair.verdict == "better" and {pair.first, pair.second} <= references for pair in look.pairs.values())


def _withdrawn(look: Look) -> Look:
    open_again = {key: pair._replace(verdict="unresolved", decided_at=None) for key, pair in look.pairs.items()}
    return replace(look, pairs=open_again)


def competitors(record: CampaignRecord, cells: Mapping[str, float]) -> list[str]:
    """Those of `cells` that are no A/A twins, by falling value, ties in plan order."""
    shown = [cell.id for cell in record.plan.cells if cell.twin == 0 and cell.id in cells]
    return sorted(shown, key=lambda cell: -cells[cell])
