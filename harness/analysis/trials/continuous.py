"""A continuous run -> its figures, and the gates it fails."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from harness.analysis.trials.bound import off_little
from harness.model.measured.continuous import ContinuousRun
from harness.model.measured.load import SliceRecord
from harness.model.notice import Notice
from harness.stats.halves import halves

MAX_CHANGE: Final = 0.03
CONFIDENCE: Final = 0.99
"""Of the interval that must lie beyond MAX_CHANGE as a whole: a campaign has many cells, each judged by one run."""


def continuous_run(
    block: int, pieces: Sequence[SliceRecord], company: Sequence[SliceRecord], little: float | None
) -> ContinuousRun:
    """The run of the own slices `pieces`. `company`: slices of another cell, one before the first piece and one after
    each; empty where nothing else was up. `little`: by Little's law, of the pieces.
    """
    run = ContinuousRun(
        block=block,
        scenario=pieces[0].scenario,
        level=pieces[0].level,
        company=company[0].target if company else None,
        pieces=len(pieces),
        duration_s=sum(piece.duration_s for piece in pieces),
        completions=sum(piece.completions for piece in pieces),
        little=little,
    )
    run = run.model_copy(update=_change(pieces, company))
    return run.model_copy(update={"failed_gates": tuple(_failed(run))})


def _change(pieces: Sequence[SliceRecord], company: Sequence[SliceRecord]) -> dict[str, float]:
    if not company or not all(record.completions for record in (*pieces, *company)):
        return {}
    beside = np.log([record.rate for record in company])
    found = halves(np.log([piece.rate for piece in pieces]), (beside[:-1] + beside[1:]) / 2, CONFIDENCE)
    if found is None:
        return {}
    return {
        "change": float(np.expm1(found.estimate)),
        "low": float(np.expm1(found.low)),
        "high": float(np.expm1(found.high)),
    }


def _failed(run: ContinuousRun) -> Iterator[Notice]:
    if run.little is not None and off_little(run.little):
        seen = (
            f"over {run.duration_s:.1f} s of {run.scenario} the {run.level.connections} connections were busy "
            f"{run.little:.0%} of the time (Little's law)"
        )
        yield Notice(code="little", seen=seen, mend="see its errors and reconnects, and the log of the load process")
    if run.low is not None and run.high is not None and _beyond(run.low, run.high):
        seen = (
            f"continuous run in {run.scenario}: its second half was {_in_words(run)} its first, "
            "the machine's own change taken out"
        )
        mend = (
            "give it longer to warm: harness run --warm-up 5s" if run.low > 0 else "see what it does under lasting load"
        )
        yield Notice(code="halves-differ", seen=seen, mend=mend)


def _beyond(low: float, high: float) -> bool:
    """Whether the whole interval lies beyond MAX_CHANGE, taken as a factor either way."""
    return low > MAX_CHANGE or high < 1 / (1 + MAX_CHANGE) - 1


def _in_words(run: ContinuousRun) -> str:
    assert run.change is not None, "known where it fails"
    assert run.low is not None, "known where it fails"
    assert run.high is not None, "known where it fails"
    return f"{1 + run.change:.2f} ({1 + run.low:.2f}-{1 + run.high:.2f}) times as fast as"


def in_words(run: ContinuousRun) -> str:
    """A run in a line."""
    parts = [f"{run.duration_s:.1f} s of {run.scenario} in block {run.block}"]
    if run.little is not None:
        parts.append(f"connections busy {run.little:.1%} of the time")
    parts.append(f"second half {_in_words(run)} the first" if run.change is not None else "halves not compared")
    return ", ".join(parts)
