"""What a request costs the server in CPU time, and how much of that one turn of a busy loop is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import psutil

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

FIRST_TURNS: Final = 500
ROUNDS: Final = 4
"""Of corrections, at most."""

LENGTH_S: Final = 0.25
CLOSE: Final = 0.1
"""How near the share of a round must be to the wanted one, as a part of it, to be the last."""


@dataclass(frozen=True)
class Calibration:
    """`request_us`: CPU microseconds per request without any turns. `turn`: what one turn adds, as a share of it."""

    request_us: float
    turn: float

    def turns(self, share: float) -> int:
        """How many turns add this share of a request."""
        return max(1, round(share / self.turn))


def calibrate(folder: Path, share: float, *, pairs: int, rounds: int) -> Calibration:
    """Find how many turns add `share`, in `folder`, by CPU time per request at saturation.

    What a turn adds depends on how many there are, so the number is corrected until the share is near the wanted one.
    """
    turns = FIRST_TURNS
    for number in range(rounds):
        request_us, added, error = _added(folder / f"round-{number}", turns, pairs)
        found = Calibration(request_us, max(added, share / 4) / turns)
        if abs(added - share) <= max(CLOSE * share, error):
            break
        turns = found.turns(share)
    return found


def _added(folder: Path, turns: int, pairs: int) -> tuple[float, float, float]:
    """CPU microseconds per request without turns; what `turns` add to it as a share, and the standard error of that.

    Two copies are driven in turns: both meet the same machine within each pair.
    """
    folder.mkdir()
    selection = copies(folder, {"no-turns": 0, "some-turns": turns})
    with live_cells(RunOptions(selection=selection, reference="no-turns", latency=(NONE,))) as live:
        none, some = (next(cell for cell in live.cells if cell.app == app) for app in ("no-turns", "some-turns"))
        costs = np.array([[cpu_s_a_request(live, cell) for cell in (none, some)] for _ in range(pairs)])
    logs = np.log(costs[:, 1] / costs[:, 0])
    error = float(logs.std(ddof=1)) / pairs**0.5
    return float(np.median(costs[:, 0])) * 1e6, float(np.expm1(hodges_lehmann(logs).estimate)), error


def cpu_s_a_request(live: Live, cell: Cell) -> float:
    """CPU seconds of the cell's whole tree over one slice, for each request answered in it."""
    before = cpu_s(live, cell)
    [record] = live.drive([live.slice(cell, LENGTH_S)])
    return (cpu_s(live, cell) - before) / record.answered


def cpu_s(live: Live, cell: Cell) -> float:
    return used_s(live.servers[cell.id].process.warden_pid)


def used_s(warden: int) -> float:
    """CPU seconds of everything below a server's warden. Raises EnvironmentRefused where the system does not say."""
    used = tree_cpu_seconds(warden)
    if used is None:
        raise EnvironmentRefused("this system does not tell CPU time", where="this machine", mend="run it on Linux")
    return used


def system_s(pids: Iterable[int]) -> float:
    """CPU seconds that the kernel spent for these processes so far, to the kernel's clock tick (10 ms) each."""
    return sum(psutil.Process(pid).cpu_times().system for pid in pids)


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
