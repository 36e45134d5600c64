"""One metric of two variants, look by look: the difference, its interval, and the verdict that stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from harness.analysis.inference.unresolved import MOST_BLOCKS
from harness.analysis.inference.verdicts import WIDEST
from harness.model.found.comparison import ChangeVerdict
from harness.stats.arrays import Floats
from harness.stats.pairs import Contrast, contrast, mean_of_present, verdict
from harness.stats.spending import looks_until, next_look, nominal_levels


@dataclass(frozen=True)
class Values:
    """One metric of A, of A's twin and of B: log values by block, in the order of completion. Every block has B, and A
    or its twin; NaN where one of these is missing."""

    a: Floats
    twin: Floats
    b: Floats

    @property
    def base(self) -> Floats:
        """A: the mean with its twin, where both are there."""
        return mean_of_present(self.a, self.twin)


class Looked(NamedTuple):
    """What is concluded from the blocks so far; log scale, `difference` is B - A. A half-width of NaN: not known."""

    difference: float
    half_width: float
    verdict: ChangeVerdict
    decided_at: int | None
    blocks_more: int | None
    floor: float | None
    void: bool


def look(
    values: Values, times: Sequence[int], *, error: float, delta: float, gain: int, pace: float = 1.0
) -> Looked | None:
    """All looks, after so many blocks each, in turn; a verdict once given stands, but for A called different from its
    twin, which leaves none. None without a look.

    `error`: what may be spent on this metric; `delta`: on the log scale; `gain`: 1 where more is better, else -1.
    `pace`: blocks of the campaign for each block with a value.
    """
    said: ChangeVerdict = "unresolved"
    decided_at, void, latest = None, False, None
    for time, level in zip(times, nominal_levels(tuple(times), error), strict=True):
        found = contrast(values.b[:time], values.a[:time], values.twin[:time])
        if found is None:
            continue
        latest = found, _known(found.half_width(1 - level))
        apart, width = found.repeat_difference, found.repeat_half_width(1 - level)
        void = void or (apart is not None and verdict(apart, width, delta=delta) == "better")
        if said == "unresolved":
            said = _said(found, latest[1], delta=delta, gain=gain)
            decided_at = None if said == "unresolved" else time
    if latest is None:
        return None
    found, half_width = latest
    if void:
        said, decided_at = "unresolved", None
    ahead = None if void or said != "unresolved" else _blocks_more(found, times[-1], error=error, delta=delta)
    return Looked(
        difference=found.difference,
        half_width=half_width,
        verdict=said,
        decided_at=decided_at,
        blocks_more=None if ahead is None else ceil(ahead * pace),
        floor=None if found.repeat_difference is None else abs(found.repeat_difference),
        void=void,
    )


def _known(half_width: float) -> float:
    return half_width if half_width <= WIDEST else float("nan")


def _said(found: Contrast, half_width: float, *, delta: float, gain: int) -> ChangeVerdict:
    """The floor is what A differs from its twin, without the width of that comparison: the width of B against A allows
    for the same noise already."""
    floor = abs(found.repeat_difference or 0.0)
    said = verdict(found.difference, half_width, delta=delta, floor=floor)
    return "worse" if said == "better" and found.difference * gain < 0 else said


def _blocks_more(found: Contrast, done: int, *, error: float, delta: float) -> int | None:
    """Blocks until a usual look would give the verdict, if difference and spread stay what they are."""
    time = next_look(done)
    while time <= MOST_BLOCKS:
        level = nominal_levels(looks_until(time), error)[-1]
        half_width = found.half_width(1 - level, growth=time / found.blocks)
        if _said(found, half_width, delta=delta, gain=1) != "unresolved":
            return time - done
        time = next_look(time)
    return None
