"""Whether slow-downs by 5, 3, 2 and 1 % are found, and how long that takes.

Five copies of one application answer one scenario. One is as it is. A loop in the handler slows the others, by 5, 3, 2
and 1 % of the CPU time per request at saturation; how many turns that takes is measured first, under load, until it is
right. The campaign is an ordinary one with a budget of 6 minutes; it goes on until differences of 1 % are decided.
The copies slowed by 5 and 3 % must be called worse than the original within 5 minutes, and none may be called better.

A full run takes about 8 minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.campaigns import Told, campaign
from shared.copies import copies
from shared.cpu_time import ROUNDS, calibrate, cpu_ratio
from shared.figures import Figure, Outcome, exact, slug

from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.model.errors import HarnessError
from harness.model.found.ranking import PairVerdict
from harness.report.view.source import Source

ORIGINAL: Final = "original"
SLOWED: Final = {"slowed-5": 0.05, "slowed-3": 0.03, "slowed-2": 0.02, "slowed-1": 0.01}
"""Each by which share of the time a request takes."""

CALIBRATED_AT: Final = 0.05
DELTA: Final = 0.01
MUST_BE_FOUND: Final = 0.03
MOST_S: Final = 300.0
BUDGET_S: Final = 360.0


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        folder = Path(name)
        selection = slowed_copies(folder, quick=arguments.quick)
        options = RunOptions(
            selection=selection,
            reference=ORIGINAL,
            delta=DELTA,
            latency=(NONE,),
            budget_s=arguments.seconds,
            seed=arguments.seed,
        )
        told = Told()
        source = campaign(options, folder / "results", told)
    return conclude(source, told.answers_s)


def slowed_copies(folder: Path, *, quick: bool) -> Selection:
    """The original and its slowed copies, calibrated on this machine."""
    found = calibrate(folder, CALIBRATED_AT, pairs=4 if quick else 40, rounds=1 if quick else ROUNDS)
    turns = {ORIGINAL: 0} | {app: found.turns(share) for app, share in SLOWED.items()}
    shared.program.say(f"CPU time per request: {found.request_us:.1f} us; turns of the loop: {turns}")
    return copies(folder, turns)


def conclude(source: Source, answers_s: Sequence[float]) -> Outcome:
    """For each slowed copy: how many times as fast the original was found, what is true, and when the verdict came."""
    figures: list[Figure] = []
    missed: list[str] = []
    for app in SLOWED:
        pair = pair_of(source, app)
        told_s = answers_s[pair.decided_at - 1] if pair.decided_at else None
        figures += figures_of(source, app, pair, told_s)
        missed += missed_of(app, pair, told_s)
    return Outcome(figures, missed)


def pair_of(source: Source, app: str) -> PairVerdict:
    """What was concluded of the original and the copy `app`. Raises HarnessError where one of them has no place."""
    [scenario] = source.ranking.scenarios.values()
    for cell in scenario.unranked:
        raise HarnessError(f"was not ranked: {cell.reason}", where=cell.cell, mend="run again on an idle machine")
    cells = {row.app: row.cell for row in scenario.rows}
    pair = source.pair(scenario.scenario, cells[ORIGINAL], cells[app])
    assert pair is not None, "every pair of ranked cells is judged"
    return pair


def figures_of(source: Source, app: str, pair: PairVerdict, told_s: float | None) -> Iterator[Figure]:
    """The ratio with its simultaneous interval, the CPU time that is behind it, and the time to the verdict."""
    cells = {cell.app: cell.id for cell in source.record.plan.cells if not cell.twin}
    if pair.low is not None and pair.high is not None:
        found = (pair.ratio, pair.low, pair.high)
        value, low, high = found if pair.first == cells[ORIGINAL] else (1 / found[0], 1 / found[2], 1 / found[1])
        yield Figure(f"{slug(app)}_ratio", value, low, high)
    if true := cpu_ratio(f"{slug(app)}_cpu_ratio", source.trials, cells[app], cells[ORIGINAL]):
        yield true
    if told_s is not None:
        yield exact(f"{slug(app)}_verdict_s", told_s)


def missed_of(app: str, pair: PairVerdict, told_s: float | None) -> Iterator[str]:
    """A slow-down that is large enough must be found in time; none may be called faster than the original."""
    slower = pair.verdict == "better" and pair.second.startswith(f"{app}.")
    if SLOWED[app] >= MUST_BE_FOUND and not (slower and told_s is not None and told_s <= MOST_S):
        yield f"{app} was not found worse within {MOST_S:.0f} s"
    if pair.verdict == "better" and not slower:
        yield f"{app} was called better than the original"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--seconds", type=float, help="budget of the campaign (default: 360; with --quick 60)")
    parser.add_argument("--seed", type=int, default=1, help="of every random order (default: 1)")
    found = parser.parse_args(given)
    found.seconds = found.seconds or (60.0 if found.quick else BUDGET_S)
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
