"""Where the truth is: the same cells, driven in other ways in turn, and how far the ways lie apart.

In each round every way drives every live cell once, in random order, and CPU time is read around each slice. The truth
is taken to be what a generator that never sleeps finds in slices of a second (docs/decisions/never-sleeping.md). Each
way's ratio to the bare callable is set beside the truth's of the same round; so is the reference's to its twin. With
--course the course of a slice is measured too: slices that count a 20th part of what a long one does, later and later.

Rounds are kept in a file as they end, and added to by the next run: a run may be stopped at any time. Figures are those
of all rounds in the file that were measured on this kind of processor. A full run takes about 60 minutes for 20 rounds.
"""

import argparse
import itertools
import json
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import shared.program

# isort: split
# The import above reports a missing harness; the imports below need it.
import numpy as np
from shared.cpu_time import cpu_s
from shared.figures import Figure, Outcome, slug
from shared.live import Live, live_cells

from harness.campaign.plan.options import RunOptions, Selection
from harness.measure.machine import fingerprint
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import Level
from harness.model.measured.load import Slice
from harness.stats.robust import hodges_lehmann

CORE: Final = ("raw-asgi", "starlette", "fastapi", "flask", "raw-wsgi", "django")
TRUTH: Final = "spin-1s"
WAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    TRUTH: {"spins": True, "length_s": 1.0},
    "defaults": {"spins": True},
    "block": {"spins": False},
    "block-1s": {"spins": False, "length_s": 1.0},
    "spin-60ms": {"spins": True, "length_s": 0.06},
    "spin-250ms": {"spins": True, "length_s": 0.25},
    "spin-500ms": {"spins": True, "length_s": 0.5},
    "spin-4s": {"spins": True, "length_s": 4.0},
    "no-burn-in": {"spins": True, "burn_in_s": 0.0},
    "burn-in-60ms": {"spins": True, "burn_in_s": 0.06, "length_s": 0.13},
    "16-connections": {"spins": True, "level": Level(connections=16)},
    "256-connections": {"spins": True, "level": Level(connections=256)},
}
USUAL: Final = (TRUTH, "defaults", "block")
KEPT: Final = Path(__file__).parents[1] / "results" / "truth.jsonl"
STEP_S: Final = 0.02
STEPS: Final = 15
MOST_OFF: Final = math.log(1.02)
"""How far the defaults may lie from the truth."""
MOST_OFF_ITSELF: Final = math.log(1.005)


@dataclass(frozen=True)
class Seen:
    """A slice: requests per second, CPU microseconds of the server for one request, and the generator's busy share."""

    machine: str
    round: int
    way: str
    app: str
    twin: int
    rate: float
    cpu_us: float
    busy: float


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    arguments.keep.parent.mkdir(parents=True, exist_ok=True)
    measure(arguments, random.Random())  # every run adds other orders
    return conclude([seen for seen in kept(arguments.keep) if seen.machine == processor()])


def measure(arguments: argparse.Namespace, dice: random.Random) -> None:
    options = RunOptions(selection=Selection(only=tuple(arguments.only), scenarios=(arguments.scenario,)))
    ways = {way: WAYS[way] for way in arguments.ways} | (course() if arguments.course else {})
    done = max((seen.round for seen in kept(arguments.keep)), default=-1) + 1
    with live_cells(options) as live, arguments.keep.open("a", encoding="utf-8") as file:
        for number in range(done, done + arguments.rounds):
            shared.program.say(f"round {number + 1} of {done + arguments.rounds}")
            for seen in one_round(live, ways, number, dice):
                file.write(json.dumps(asdict(seen)) + "\n")
            file.flush()


def one_round(live: Live, ways: Mapping[str, Mapping[str, Any]], number: int, dice: random.Random) -> list[Seen]:
    """Every way in random order, and in it every cell: what is compared within a way lies close together in time."""
    found = []
    for way in dice.sample(list(ways), len(ways)):
        for cell in dice.sample(list(live.cells), len(live.cells)):
            before = cpu_s(live, cell)
            [record] = live.drive([driven(live, cell, ways[way])])
            spent_s = cpu_s(live, cell) - before
            busy = record.generator_work_s / record.wall_s
            us = 1e6 * spent_s / record.answered
            found.append(Seen(processor(), number, way, cell.app, cell.twin, record.rate, us, busy))
    return found


@lru_cache
def processor() -> str:
    """What the figures are of: rounds of several kinds are not mixed."""
    return fingerprint().cpu_model or "unknown"


def driven(live: Live, cell: Cell, way: Mapping[str, Any]) -> Slice:
    """The cell's slice with what the way changes. Where waves of answers make it longer, it stays so."""
    usual = live.slice(cell)
    longest = max(usual.length_s, way.get("length_s", 0.0))
    return usual.model_copy(update={"counted": True, **way, "length_s": way.get("length_s", longest)})


def course() -> dict[str, dict[str, Any]]:
    """Ways that count one step of a slice each, later and later."""
    return {
        f"step-{1000 * STEP_S * step:.0f}ms": {
            "spins": True,
            "burn_in_s": STEP_S * step,
            "length_s": STEP_S * (step + 1),
        }
        for step in range(STEPS)
    }


def kept(file: Path) -> list[Seen]:
    """What is in the file; a line that a kill cut short is left out."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [Seen(**json.loads(line)) for line in lines]


def conclude(seen: Sequence[Seen]) -> Outcome:
    """Figures of every way and cell; missed is what the defaults are off by more than they may."""
    rounds = ratios(seen, "rate")
    figures = [
        *(
            figure
            for way, apps in rounds.items()
            for app, logs in apps.items()
            for figure in of(f"ratio_{slug(way)}_{slug(app)}", logs.values())
        ),
        *(figure for _, figure in quotients(rounds)),
        *(
            figure
            for way, apps in ratios(seen, "cpu_us").items()
            for app, logs in apps.items()
            for figure in of(f"cpu_ratio_{slug(way)}_{slug(app)}", logs.values())
        ),
    ]
    return Outcome(figures, [text for off, figure in quotients(rounds) if (text := missed(off, figure))])


def ratios(seen: Sequence[Seen], name: str) -> dict[str, dict[str, dict[int, float]]]:
    """By way, cell and round, log of the cell's value over the bare callable's of the same round and way. The twin of
    the bare callable is called `itself`."""
    values = {(one.way, one.round, one.app, one.twin): math.log(getattr(one, name)) for one in seen if one.rate > 0}
    found: dict[str, dict[str, dict[int, float]]] = {}
    for (way, number, app, twin), value in values.items():
        reference = values.get((way, number, CORE[0], 0))
        if reference is not None and (app != CORE[0] or twin):
            found.setdefault(way, {}).setdefault("itself" if twin else app, {})[number] = value - reference
    return found


def quotients(rounds: Mapping[str, Mapping[str, Mapping[int, float]]]) -> Iterator[tuple[float, Figure]]:
    """Each way's ratio over the truth's, round by round, with how far the defaults may lie off."""
    truth = rounds.get(TRUTH, {})
    for way, app in itertools.product(rounds, truth):
        if way == TRUTH and app != "itself":
            continue
        own = rounds[way].get(app, {})
        base = truth[app] if app != "itself" else dict.fromkeys(own, 0.0)
        logs = [own[number] - base[number] for number in own.keys() & base.keys()]
        bound = math.inf if way not in {TRUTH, "defaults"} else MOST_OFF_ITSELF if app == "itself" else MOST_OFF
        for figure in of(f"over_truth_{slug(way)}_{slug(app)}", logs):
            yield bound, figure


def of(name: str, logs: Any) -> Iterator[Figure]:
    """A ratio from its logs; nothing where they are too few for an interval."""
    found = hodges_lehmann(np.array(list(logs)))
    if found.low is not None and found.high is not None:
        yield Figure(name, *map(math.exp, (found.estimate, found.low, found.high)))


def missed(bound: float, figure: Figure) -> str | None:
    if -bound <= math.log(figure.low) and math.log(figure.high) <= bound:
        return None
    return f"{figure.name} lies in {figure.low:.4f} to {figure.high:.4f}, not within {math.expm1(bound):.1%} of 1"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--rounds", type=int, help="how many to add to the file (default: 20; with --quick 6)")
    parser.add_argument("--scenario", default="json", help="what is asked (default: json)")
    parser.add_argument("--only", nargs="+", default=CORE, metavar="APP", help="the cells that are up together")
    parser.add_argument("--ways", nargs="+", choices=WAYS, metavar="WAY", help=f"of: {', '.join(WAYS)} (default: all)")
    parser.add_argument("--course", action="store_true", help="measure the course of a slice too")
    parser.add_argument(
        "--keep",
        type=Path,
        default=KEPT,
        metavar="FILE",
        help="where rounds are kept (default: results/truth.jsonl)",
    )
    found = parser.parse_args(given)
    found.rounds = found.rounds or (6 if found.quick else 20)
    found.ways = found.ways or (USUAL if found.quick else tuple(WAYS))
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
