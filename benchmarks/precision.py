"""What rotations of short slices gain over long windows, and what short slices cost in bias.

In each round every cell is driven once for a long window (what everybody does), and for the same time in rotations of
short slices (what this project does); the two take turns, so that both see the same machine. Between rounds, short
slices are set beside slices of 500 ms, cell by cell. Standard errors are those of the ratio of two cells.

A full run takes about 17 minutes.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from typing import Final

import shared.program
from shared.comparison import Pair, Round, figures, missed, tell_errors_against_time
from shared.figures import Outcome
from shared.live import Live, live_cells, log_rate

from harness.campaign.plan.options import RunOptions, Selection
from harness.model.asked.cell import Cell

COMPARED: Final = ("raw-asgi", "starlette", "fastapi", "flask")
CORE: Final = (*COMPARED, "raw-wsgi", "django")
TWICE: Final = "starlette"
"""Runs under two names; in truth its ratio to itself is 1."""

LONG_SLICE_S: Final = 0.5


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    dice = random.Random(arguments.seed)
    options = RunOptions(selection=Selection(only=CORE, scenarios=("json",)), reference=TWICE)
    rounds: list[Round] = []
    pairs: list[Pair] = []
    with live_cells(options) as live:
        cells = [cell for cell in live.cells if cell.app in COMPARED]
        for number in range(arguments.rounds):
            shared.program.say(f"round {number + 1} of {arguments.rounds}")
            rounds.append(one_round(live, cells, arguments.window, dice))
            for _ in range(arguments.pairs):
                pairs += one_pair_each(live, dice)
    tell_errors_against_time(rounds)
    found = figures([at for at, cell in enumerate(cells) if cell.app == TWICE], rounds, pairs)
    return Outcome(found, missed(found))


def one_round(live: Live, cells: Sequence[Cell], window_s: float, dice: random.Random) -> Round:
    """A window of each cell in random order; after each, rotations until they have had as much time."""
    windows: dict[str, float] = {}
    rotations: list[list[float]] = []
    seconds = ahead_s = 0.0
    for cell in dice.sample(cells, len(cells)):
        [window] = live.drive([live.slice(cell, window_s)])
        windows[cell.id] = log_rate(window)
        seconds += window.wall_s
        ahead_s += window.wall_s
        while ahead_s > 0:
            records = live.drive([live.slice(each) for each in dice.sample(cells, len(cells))])
            found = {record.target: log_rate(record) for record in records}
            rotations.append([found[each.id] for each in cells])
            ahead_s -= sum(record.wall_s for record in records)
    return Round([windows[cell.id] for cell in cells], rotations, seconds)


def one_pair_each(live: Live, dice: random.Random) -> list[Pair]:
    """A short and a long slice of each application. Two applications take turns, so that each slice begins cold."""
    cells = [cell for cell in live.cells if not cell.twin]
    shuffled = dice.sample(cells, len(cells))
    return [
        pair for two in zip(shuffled[::2], shuffled[1::2], strict=True) for pair in one_pair_of_two(live, *two, dice)
    ]


def one_pair_of_two(live: Live, one: Cell, other: Cell, dice: random.Random) -> tuple[Pair, Pair]:
    """Short, long, long, short: of one, the other, one, the other; or the same backwards."""
    order = [live.slice(one), live.slice(other, LONG_SLICE_S), live.slice(one, LONG_SLICE_S), live.slice(other)]
    forward = dice.random() < 0.5
    records = live.drive(order if forward else order[::-1])
    ones_short, others_long, ones_long, others_short = map(log_rate, records if forward else records[::-1])
    return Pair(one.app, ones_short, ones_long), Pair(other.app, others_short, others_long)


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--rounds", type=int, help="windows of each cell (default: 20; with --quick 6)")
    parser.add_argument("--window", type=float, metavar="SECONDS", help="of a window (default: 4; with --quick 0.5)")
    parser.add_argument(
        "--pairs", type=int, help="short and long slices of each in a round (default: 2; with --quick 1)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of every random order (default: 1)")
    found = parser.parse_args(given)
    rounds, window, pairs = (6, 0.5, 1) if found.quick else (20, 4.0, 2)
    found.rounds, found.window, found.pairs = found.rounds or rounds, found.window or window, found.pairs or pairs
    if found.rounds < 3 or found.rounds * found.pairs < 6:
        parser.error("intervals take three rounds and six pairs at least")
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
