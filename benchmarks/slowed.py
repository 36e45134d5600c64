"""Whether a slow-down by 5 % is found, and how long that takes.

Three copies of one application answer one scenario. One is as it is. A loop in the handler slows the other two, by 5 %
and by 1 % of the CPU time per request at saturation; the number of turns is measured first. The campaign is an ordinary
one with a budget of 5 minutes. Within it the first copy must be called better than the second, and not better than the
third, since their difference does not matter.

A full run takes about 6 minutes.
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
from shared.cpu_time import calibrate, cpu_ratio
from shared.figures import Figure, Outcome, exact, slug

from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.model.errors import HarnessError
from harness.model.found.ranking import PairVerdict
from harness.report.view.source import Source

ORIGINAL: Final = "original"
SLOWED: Final = {"slowed-5": 0.05, "slowed-1": 0.01}
"""Each by which share of the time a request takes."""

MATTERS: Final = 0.03
MOST_S: Final = 300.0
BUDGET_S: Final = 290.0
"""Leaves time for what comes before the first block."""


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        folder = Path(name)
        selection = slowed_copies(folder, pairs=4 if arguments.quick else 20)
        options = RunOptions(
            selection=selection,
            reference=ORIGINAL,
            delta=MATTERS,
            latency=(NONE,),
            budget_s=arguments.seconds,
            seed=arguments.seed,
        )
        told = Told()
        source = campaign(options, folder / "results", told)
    return conclude(source, told.answers_s)


def slowed_copies(folder: Path, *, pairs: int) -> Selection:
    """The original and its slowed copies, calibrated on this machine."""
    found = calibrate(folder, pairs=pairs)
    turns = {ORIGINAL: 0} | {app: found.turns(share) for app, share in SLOWED.items()}
    shared.program.say(f"a request takes {found.request_us:.1f} us of CPU time; turns of the loop: {turns}")
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
    """A difference that matters must be told in time; one that does not must not be called one."""
    slower = pair.verdict == "better" and pair.second.startswith(f"{app}.")
    if SLOWED[app] > MATTERS and not (slower and told_s is not None and told_s <= MOST_S):
        yield f"{app} was not told worse within {MOST_S:.0f} s"
    if SLOWED[app] <= MATTERS and pair.verdict == "better":
        yield f"{app} was told apart: {pair.first} better than {pair.second}"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--seconds", type=float, help="budget of the campaign (default: 290; with --quick 60)")
    parser.add_argument("--seed", type=int, default=1, help="of every random order (default: 1)")
    found = parser.parse_args(given)
    found.seconds = found.seconds or (60.0 if found.quick else BUDGET_S)
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
