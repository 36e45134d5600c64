"""What the campaign asks before it goes on: which pairs are open, and how long they will take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference, infer, is_void
from harness.analysis.inference.leagues import ranked_together
from harness.analysis.inference.slopes import SlopePair, Slopes, judged_after, slopes_of
from harness.analysis.inference.verdicts import ALPHA, Look, Pair, judge, noise_floor
from harness.model.asked.cell import labels
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.stats.pairs import forecast_half_widths, verdict
from harness.stats.spending import looks_until, next_look, simultaneous_confidence

MOST_BLOCKS: Final = 200
"""Further ahead nothing is forecast."""


MOST_NAMED: Final = 8
"""Open pairs in one notice; the others are counted."""

PRECISE: Final = 0.01
"""Standard error of a ratio to the reference, as a share, at which a decided cell is known well enough to leave."""

STILL_OPEN: Final = "still-open"
"""Code of the notice of pairs without a verdict."""


@dataclass(frozen=True)
class OpenPair:
    """`blocks_more`: blocks until the verdict, if differences and spread stay what they are; None: not within reach, or
    not known yet. `decided_now`: whether it would have its verdict if the campaign ended now, which would be a look."""

    first: str
    second: str
    blocks_more: int | None
    decided_now: bool = False


@dataclass(frozen=True)
class Unresolved:
    """One scenario. `cells` are those that must run on, none where no pair is open: every cell of an open pair, those
    whose ratio to the reference is not precise yet, the reference and its twins.
    `comparisons`: how many pairs are asked for, open or not."""

    scenario: str
    pairs: tuple[OpenPair, ...]
    cells: frozenset[str]
    blocks_done: int
    comparisons: int = 0

    @property
    def undecided(self) -> tuple[OpenPair, ...]:
        """The pairs that would have no verdict if the campaign ended now."""
        return tuple(pair for pair in self.pairs if not pair.decided_now)

    @property
    def resolved(self) -> bool:
        return not self.pairs

    @property
    def blocks_more(self) -> int | None:
        """Blocks until the last pair is resolved; None where one is out of reach or not known yet."""
        ahead = [pair.blocks_more for pair in self.pairs]
        return None if None in ahead else max((more for more in ahead if more is not None), default=0)


def unresolved(record: CampaignRecord, trials: Sequence[Trial], delta: float | None = None) -> tuple[Unresolved, ...]:
    """The open pairs of every scenario, judged at the last usual look that has been reached: asking after each block
    costs nothing of the error. Pairs that are not ranked together are not asked for. `delta` replaces the plan's."""
    difference = delta or record.plan.delta
    return tuple(
        _unresolved(record, inference, difference)
        for inference in infer(record, trials, delta, as_ranked=True).values()
    )


def _unresolved(record: CampaignRecord, inference: Inference, delta: float) -> Unresolved:
    done, look = _blocks_of(inference), inference.look
    if look is None:
        return Unresolved(inference.scenario.id, (), frozenset(), 0)
    if inference.scenario.rank.by == "slope":
        return _open_slopes(record, inference, done)
    references, closed = record.plan.reference_cells, _closed(record, inference, delta)
    together = ranked_together(record)
    asked = {
        key: pair
        for key, pair in look.pairs.items()
        if not references & set(key) - {record.plan.reference} and together(pair)
    }
    still_open = [pair for key, pair in asked.items() if key not in closed]
    ahead = _forecast(look, still_open, done, delta, references)
    pairs = tuple(
        OpenPair(pair.first, pair.second, ahead.get((pair.first, pair.second)), pair.verdict != "unresolved")
        for pair in still_open
    )
    cells = {cell for pair in pairs for cell in (pair.first, pair.second)}
    cells |= _imprecise(look, record.plan.reference) if cells else set()
    return Unresolved(inference.scenario.id, pairs, frozenset(cells | references if cells else cells), done, len(asked))


def _open_slopes(record: CampaignRecord, inference: Inference, done: int) -> Unresolved:
    """The pairs of slopes without a verdict, and about when they have one."""
    at_look, now = slopes_of(record, inference, usual_looks_only=True), slopes_of(record, inference)
    asked = _slopes_asked(record, now) if now else []
    closed = {_key(pair) for pair in at_look.judged.pairs if pair.verdict != "unresolved"} if at_look else set()
    still_open = [pair for pair in asked if _key(pair) not in closed]
    ahead = _forecast_slopes(now, still_open, record.plan.reference_cells) if now else {}
    pairs = tuple(
        OpenPair(pair.first, pair.second, ahead.get(_key(pair)), pair.verdict != "unresolved") for pair in still_open
    )
    cells = frozenset(cell for pair in pairs for cell in (pair.first, pair.second))
    return Unresolved(
        inference.scenario.id, pairs, cells | record.plan.reference_cells if cells else cells, done, len(asked)
    )


def _slopes_asked(record: CampaignRecord, found: Slopes) -> list[SlopePair]:
    """The pairs that are ranked together, without twins."""
    together, twins = ranked_together(record), record.plan.reference_cells - {record.plan.reference}
    return [pair for pair in found.judged.pairs if together(pair) and not twins & {pair.first, pair.second}]


def _key(pair: SlopePair) -> frozenset[str]:
    """Which of two slopes is the smaller may change from look to look."""
    return frozenset((pair.first, pair.second))


def _forecast_slopes(
    found: Slopes, pairs: Sequence[SlopePair], references: frozenset[str]
) -> dict[frozenset[str], int]:
    """Blocks more for each pair that a usual look up to MOST_BLOCKS would resolve; none where no interval is known."""
    ahead: dict[frozenset[str], int] = {}
    wanted, time = {_key(pair) for pair in pairs}, next_look(found.driven)
    while found.fit.common is not None and time <= MOST_BLOCKS and len(ahead) < len(wanted):
        for pair in judged_after(found, time, references).pairs:
            if _key(pair) in wanted and pair.verdict != "unresolved":
                ahead.setdefault(_key(pair), time - found.driven)
        time = next_look(time)
    return ahead


def _imprecise(look: Look, reference: str) -> set[str]:
    """The cells whose ratio to the reference has a standard error above PRECISE; none where that is not known."""
    if look.fit.variance is None or reference not in look.cells:
        return set()
    errors = np.sqrt(look.fit.variance * look.fit.spread()[look.cells.index(reference)])
    return {cell for cell, error in zip(look.cells, errors, strict=True) if error > PRECISE}


def _closed(record: CampaignRecord, inference: Inference, delta: float) -> set[tuple[str, str]]:
    """Pairs that had their verdict at the last usual look; none where the scenario is void."""
    references = record.plan.reference_cells
    look = judge(inference.blocks, record.completed_blocks, delta, references, usual_looks_only=True)
    if look is None or is_void(look, references):
        return set()
    return {key for key, pair in look.pairs.items() if pair.verdict != "unresolved"}


def blocks_more(record: CampaignRecord, inference: Inference) -> dict[tuple[str, str], int | None]:
    """The pairs without a verdict, and about how many blocks more each takes; None: over MOST_BLOCKS. Of slopes where
    they are what is ranked. Nothing where no interval is known, or the scenario is void."""
    if inference.scenario.rank.by == "slope":
        return _slopes_more(record, inference)
    look, references = inference.look, record.plan.reference_cells
    if look is None or look.fit.variance is None or inference.void:
        return {}
    unseen = references - {record.plan.reference}
    undecided = [pair for key, pair in look.pairs.items() if pair.verdict == "unresolved" and not unseen & set(key)]
    pairs = list(filter(ranked_together(record), undecided))
    ahead = _forecast(look, pairs, _blocks_of(inference), record.plan.delta, references)
    return {**ahead, **{key: None for pair in pairs if (key := (pair.first, pair.second)) not in ahead}}


def _slopes_more(record: CampaignRecord, inference: Inference) -> dict[tuple[str, str], int | None]:
    found = slopes_of(record, inference)
    if found is None or found.fit.common is None or found.judged.void:
        return {}
    pairs = [pair for pair in _slopes_asked(record, found) if pair.verdict == "unresolved"]
    ahead = _forecast_slopes(found, pairs, record.plan.reference_cells)
    return {(pair.first, pair.second): ahead.get(_key(pair)) for pair in pairs}


def _blocks_of(inference: Inference) -> int:
    return len({group.block for group in inference.blocks})


def still_open(
    record: CampaignRecord, inference: Inference, pairs: Mapping[tuple[str, str], int | None]
) -> Iterator[Notice]:
    """What is to be said of the pairs without a verdict (`blocks_more`)."""
    if not pairs:
        return
    done = _blocks_of(inference)
    ahead = {key: more for key, more in pairs.items() if more is not None}
    names = labels(record.plan.cells)
    nearest = list(ahead.items())[:MOST_NAMED]
    parts = [f"{more} for {names[one]} and {names[other]}" for (one, other), more in nearest]
    if others := len(ahead) - len(nearest):
        parts.append(f"up to {max(ahead.values())} for {others} others")
    if beyond := len(pairs) - len(ahead):
        parts.append(f"over {MOST_BLOCKS} for {beyond}")
    number = "1 comparison is" if len(pairs) == 1 else f"{len(pairs)} comparisons are"
    seen = f"{number} undecided after {done} blocks; more blocks needed, about: "
    mend = "resume it: harness run --resume DIR --budget TIME"
    yield Notice(code=STILL_OPEN, seen=seen + "; ".join(parts), mend=mend)


def _forecast(
    look: Look, pairs: Sequence[Pair], done: int, delta: float, references: frozenset[str]
) -> dict[tuple[str, str], int]:
    """Blocks more for each pair that a usual look up to MOST_BLOCKS would resolve."""
    found: dict[tuple[str, str], int] = {}
    place = {cell: at for at, cell in enumerate(look.cells)}
    time = next_look(done)
    while look.fit.variance is not None and time <= MOST_BLOCKS and len(found) < len(pairs):
        confidence = simultaneous_confidence(looks_until(time), ALPHA, len(look.cells))[-1]
        widths = forecast_half_widths(look.fit, time, confidence)
        floor = noise_floor(look.cells, look.fit.cells, widths, references) or 0.0
        for pair in pairs:
            width = float(widths[place[pair.first], place[pair.second]])
            said = verdict(pair.difference, width, delta=float(np.log1p(delta)), floor=floor)
            if said != "unresolved":
                found.setdefault((pair.first, pair.second), time - done)
        time = next_look(time)
    return found
