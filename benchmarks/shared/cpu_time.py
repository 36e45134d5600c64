"""What a request costs the server in CPU time, and how much of that one turn of a busy loop is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.planning import NONE
from harness.measure.tree import tree_cpu_seconds
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused
from harness.model.measured.trial import Trial
from harness.stats.robust import hodges_lehmann, t_interval
from shared.copies import copies
from shared.figures import Figure
from shared.live import Live, live_cells

MANY_TURNS: Final = 1000
PAIRS: Final = 20
LENGTH_S: Final = 0.25


@dataclass(frozen=True)
class Calibration:
    """`request_us`: CPU microseconds per request without any turns. `share`: what one turn of the loop takes of it."""

    request_us: float
    share: float

    def turns(self, share: float) -> int:
        """How many turns take this share of a request."""
        return round(share / self.share)


def calibrate(folder: Path, *, pairs: int = PAIRS) -> Calibration:
    """Measure at saturation, with a copy that takes no turns and one that takes many, driven in turns; in `folder`.

    Both meet the same machine within each pair, so that the share does not depend on its speed.
    """
    selection = copies(folder, {"no-turns": 0, "many-turns": MANY_TURNS})
    with live_cells(RunOptions(selection=selection, reference="no-turns", latency=(NONE,))) as live:
        few, many = (next(cell for cell in live.cells if cell.app == app) for app in ("no-turns", "many-turns"))
        costs = np.array([[cpu_s_a_request(live, cell) for cell in (few, many)] for _ in range(pairs)])
    ratio = hodges_lehmann(np.log(costs[:, 1] / costs[:, 0])).estimate
    return Calibration(float(np.median(costs[:, 0])) * 1e6, float(np.expm1(ratio)) / MANY_TURNS)


def cpu_s_a_request(live: Live, cell: Cell) -> float:
    """CPU seconds of the cell's whole tree over one slice, for each request answered in it."""
    before = cpu_s(live, cell)
    [record] = live.drive([live.slice(cell, LENGTH_S)])
    return (cpu_s(live, cell) - before) / record.answered


def cpu_s(live: Live, cell: Cell) -> float:
    used = tree_cpu_seconds(live.servers[cell.id].process.warden_pid)
    if used is None:
        raise EnvironmentRefused("this system does not tell CPU time", where="this machine", mend="run it on Linux")
    return used


def cpu_ratio(name: str, trials: Sequence[Trial], cell: str, base: str) -> Figure | None:
    """CPU time a request of `cell` over that of `base` in a campaign, with Student's 95 % interval over its blocks.

    None below two blocks that tell both.
    """
    one, other = (
        {trial.block: used for trial in trials if trial.cell == each and (used := a_request(trial))}
        for each in (cell, base)
    )
    logs = np.log([one[block] / other[block] for block in sorted(one.keys() & other.keys())])
    half = t_interval(logs)
    if half is None:
        return None
    low, value, high = np.exp(logs.mean() + np.array([-half, 0.0, half])).tolist()
    return Figure(name, value, low, high)


def a_request(trial: Trial) -> float | None:
    """CPU seconds of the server for one request of the trial."""
    used = trial.cost.server_cpu_s if trial.cost else None
    return used / trial.answered if used and trial.answered else None
