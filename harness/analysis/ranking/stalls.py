"""Cells that deliver less than they typically do: what a robust location would keep quiet about."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.model.measured.trial import Trial
from harness.model.notice import Notice

MAX_SHORTFALL: Final = 0.1
MIN_SLICES: Final = 20


def stalls(inference: Inference) -> Iterator[Notice]:
    """A notice for each cell whose average rate lies more than MAX_SHORTFALL below its typical one, against what the
    machine does to the other cells alike. A robust fit sets slices aside that a cell stands still in; a stall is the
    cell's own doing and is reported."""
    shortfall = {cell: _shortfall(inference, cell, trials) for cell, trials in _by_cell(inference).items()}
    if len(shortfall) < 3:
        return
    usual = float(np.median(list(shortfall.values())))
    for cell, found in shortfall.items():
        share = float(-np.expm1(-(found - usual)))
        if share > MAX_SHORTFALL:
            seen = f"{cell} answers {share:.0%} less on average than in its typical slice: now and then it stands still"
            yield Notice(code="stalls", seen=seen, mend="look at its rotation trace and its log for pauses")


def _by_cell(inference: Inference) -> Mapping[str, list[Trial]]:
    cells: dict[str, list[Trial]] = {}
    for (_, cell), trial in inference.counted.trials.items():
        cells.setdefault(cell, []).append(trial)
    return {cell: trials for cell, trials in cells.items() if sum(len(t.rates) for t in trials) >= MIN_SLICES}


def _shortfall(inference: Inference, cell: str, trials: list[Trial]) -> float:
    """log(typical rate / average rate), over the blocks of the cell."""
    values = inference.own_values(cell)
    gaps = [values[trial.block] - np.log(trial.completions / trial.duration_s) for trial in trials]
    return float(np.mean(gaps))
