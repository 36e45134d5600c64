"""Where the truth is: the same cells, driven in other ways in turn, and how far the ways lie apart.

In each round every way drives every live cell once, in random order, and CPU time is read around each slice. One cell's
slices lie within seconds of each other, with another cell's between them. The truth is taken to be what a generator
that never sleeps finds in slices of a second (docs/decisions/never-sleeping.md). Each way's ratio to the bare callable
is set beside the truth's of the same round; so is the reference's to its twin. The `by_kernel` figures compare the same
by the kernel's share of the CPU time, which a noisy machine hardly moves. With --course the course of a slice is
measured too: slices that count 20 ms each, later and later.

Rounds are kept in a file as they end, and added to by the next run: a run may be stopped at any time. Figures are those
of all rounds in the file that were measured on this kind of processor. A full run takes about 60 minutes for 20 rounds.
"""

import argparse
import itertools
import json
import math
import os
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
from shared.cpu_time import system_s, used_s
from shared.figures import Figure, Outcome, slug
from shared.ways import Bench, Way, bench

from harness.campaign.plan.options import RunOptions, Selection
from harness.measure.machine import fingerprint
from harness.model.asked.cell import Cell
from harness.model.asked.request import Level
from harness.model.measured.campaign import SliceShape
from harness.stats.robust import hodges_lehmann

CORE: Final = ("raw-asgi", "starlette", "fastapi", "flask", "raw-wsgi", "django")
TRUTH: Final = "spin-1s"
SECOND: Final = {"spins": True, "length_s": 1.0}
WAYS: Final[Mapping[str, Way]] = {
    TRUTH: Way(SECOND),
    "defaults": Way({"spins": True}),
    "block": Way({"spins": False}),
    "block-1s": Way({"spins": False, "length_s": 1.0}),
    "spin-60ms": Way({"spins": True, "length_s": 0.06}),
    "spin-250ms": Way({"spins": True, "length_s": 0.25}),
    "spin-500ms": Way({"spins": True, "length_s": 0.5}),
    "spin-4s": Way({"spins": True, "length_s": 4.0}),
    "no-burn-in": Way({"spins": True, "burn_in_s": 0.0}),
    "burn-in-60ms": Way({"spins": True, "burn_in_s": 0.06, "length_s": 0.16}),
    "16-connections": Way({"spins": True, "level": Level(connections=16)}),
    "256-connections": Way({"spins": True, "level": Level(connections=256)}),
    "steered": Way(SECOND, steered=True),
    "hosts": Way(SECOND, network="hosts"),
    "hosts-steered": Way(SECOND, network="hosts", steered=True),
    "independent": Way(SECOND, independent=True),
    "unix": Way(SECOND, network="unix", independent=True),
    "2-awake": Way({"spins": True}, awake=2),
    "4-awake": Way({"spins": True}, awake=4),
}
USUAL: Final = (TRUTH, "defaults", "block")
ROOTS: Final = tuple(name for name, way in WAYS.items() if way.network == "hosts" or way.steered)
"""What takes root, and is left out of the default of others."""
KEPT: Final = Path(__file__).parent / "kept" / "truth.jsonl"
STEP_S: Final = 0.02
STEPS: Final = 8
"""Somewhat longer than a slice by the defaults."""
FAST: Final = 20_000.0
"""Requests per second from which a step holds enough of them."""
MOST_UNEVEN: Final = math.log(1.02)
"""How far a step after the burn-in may lie from the mean of all of them."""
MOST_OFF: Final = math.log(1.02)
"""How far the defaults may lie from the truth."""
MOST_OFF_ITSELF: Final = math.log(1.005)


@dataclass(frozen=True)
class Seen:
    """A slice: requests per second, CPU microseconds of the server for one request, those of them in the kernel, and
    the share of its time in which the generator had work. None where a figure is not known."""

    machine: str
    round: int
    way: str
    app: str
    twin: int
    rate: float
    cpu_us: float
    busy: float | None
    system_us: float | None = None


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    arguments.keep.parent.mkdir(parents=True, exist_ok=True)
    measure(arguments, random.Random())  # every run adds other orders
    return conclude([seen for seen in kept(arguments.keep) if seen.machine == processor()])


def measure(arguments: argparse.Namespace, dice: random.Random) -> None:
    options = RunOptions(selection=Selection(only=tuple(arguments.only), scenarios=(arguments.scenario,)))
    ways = {way: WAYS[way] for way in arguments.ways} | (course() if arguments.course else {})
    done = max((seen.round for seen in kept(arguments.keep)), default=-1) + 1
    with bench(options, ways.values()) as up, arguments.keep.open("a", encoding="utf-8") as file:
        for number in range(done, done + arguments.rounds):
            shared.program.say(f"round {number + 1} of {done + arguments.rounds}")
            for seen in one_round(up, ways, number, dice):
                file.write(json.dumps(asdict(seen)) + "\n")
            file.flush()


def one_round(up: Bench, ways: Mapping[str, Way], number: int, dice: random.Random) -> list[Seen]:
    found = []
    for cell, name in staggered(dice.sample(up.cells, len(up.cells)), dice.sample(list(ways), len(ways))):
        with up.steered(ways[name]), up.alone(cell, ways[name], dice):
            found.append(seen_of(up, cell, ways[name], (number, name)))
    return found


def staggered(cells: Sequence[Cell], ways: Sequence[str]) -> Iterator[tuple[Cell, str]]:
    """Every cell in every way. The ways of a cell lie close together in time, since they are compared, and between two
    of them another cell is driven, as between two slices of a rotation."""
    for step in range(len(cells) + len(ways) - 1):
        for place, way in enumerate(ways):
            if 0 <= step - place < len(cells):
                yield cells[step - place], way


def seen_of(up: Bench, cell: Cell, way: Way, where: tuple[int, str]) -> Seen:
    """Drive one slice, and read the CPU time around it."""
    server = up.server(cell, way)
    pids = server.tree()
    used, system = used_s(server.warden_pid), system_s(pids)
    driven = up.drive(cell, way)
    us, system_us = (
        1e6 * (now - before) / driven.answered
        for now, before in ((used_s(server.warden_pid), used), (system_s(pids), system))
    )
    return Seen(processor(), *where, cell.app, cell.twin, driven.rate, us, driven.busy, system_us)


@lru_cache
def processor() -> str:
    """What the figures are of: rounds of several kinds are not mixed."""
    return fingerprint().cpu_model or "unknown"


def course() -> dict[str, Way]:
    """Ways that count one step of a slice each, later and later."""
    return {
        step_named(step): Way({"spins": True, "burn_in_s": STEP_S * step, "length_s": STEP_S * (step + 1)})
        for step in range(STEPS)
    }


def step_named(step: int) -> str:
    return f"step-{1000 * STEP_S * step:.0f}ms"


def kept(file: Path) -> list[Seen]:
    """What is in the file; a line that a kill cut short is left out."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [Seen(**json.loads(line)) for line in lines]


def conclude(seen: Sequence[Seen]) -> Outcome:
    """Figures of every way and cell; missed is what the defaults are off by more than they may."""
    rounds, uneven = ratios(seen, "rate"), list(unevenness(seen))
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
        *by_kernel(seen),
        *uneven,
    ]
    bounded = [*quotients(rounds), *((MOST_UNEVEN, figure) for figure in uneven)]
    return Outcome(figures, [text for bound, figure in bounded if (text := missed(bound, figure))])


def ratios(seen: Sequence[Seen], name: str) -> dict[str, dict[str, dict[int, float]]]:
    """By way, cell and round, log of the cell's value over the bare callable's of the same round and way: the mean of
    its two copies. The second of them over the first is called `itself`."""
    values = {(one.way, one.round, one.app, one.twin): math.log(getattr(one, name)) for one in seen if one.rate > 0}
    found: dict[str, dict[str, dict[int, float]]] = {}
    for (way, number, app, twin), value in values.items():
        first, second = (values.get((way, number, CORE[0], copy)) for copy in (0, 1))
        if first is not None and second is not None and (app != CORE[0] or twin):
            base = first if twin else (first + second) / 2
            found.setdefault(way, {}).setdefault("itself" if twin else app, {})[number] = value - base
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


def by_kernel(seen: Sequence[Seen]) -> Iterator[Figure]:
    """Each way's ratio of requests/s to the bare callable over the truth's, from the share of CPU time that the kernel
    takes. A server does the same work outside the kernel in every way, so that its requests per CPU second go with
    1 - share. The share is read within one slice: it hardly moves when the machine changes its speed."""
    outside = {
        (one.way, one.app, one.round): math.log1p(-one.system_us / one.cpu_us)
        for one in seen
        if one.system_us is not None and not one.twin
    }
    for way, app in sorted({(way, app) for way, app, _ in outside if way != TRUTH and app != CORE[0]}):
        logs = []
        for number in {one.round for one in seen}:
            places = [(each, cell, number) for cell in (app, CORE[0]) for each in (way, TRUTH)]
            if all(place in outside for place in places):
                own, own_truth, base, base_truth = (outside[place] for place in places)
                logs.append((own - own_truth) - (base - base_truth))
        yield from of(f"by_kernel_over_truth_{slug(way)}_{slug(app)}", logs)


def unevenness(seen: Sequence[Seen]) -> Iterator[Figure]:
    """Of fast cells, each step after the burn-in over the mean of all such steps of its round."""
    rates = {(one.round, one.app, one.twin, one.way): math.log(one.rate) for one in seen if one.rate > 0}
    later = [step_named(step) for step in range(STEPS) if step * STEP_S >= SliceShape().burn_in_s]
    for app in CORE:
        rounds = sorted({(number, twin) for number, cell, twin, way in rates if cell == app and way in later})
        steps = [[rates.get((number, app, twin, way), math.nan) for way in later] for number, twin in rounds]
        whole = [each for each in steps if not any(map(math.isnan, each))]
        if whole and math.exp(np.mean(whole)) > FAST:
            for way, logs in zip(later, np.transpose(whole) - np.mean(whole, axis=1), strict=True):
                yield from of(f"course_{slug(way)}_{slug(app)}", logs)


def of(name: str, logs: Any) -> Iterator[Figure]:
    """A ratio from its logs; nothing where they are too few for an interval."""
    values = np.array(list(logs))
    if not values.size:
        return
    found = hodges_lehmann(values)
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
    parser.add_argument(
        "--ways",
        nargs="+",
        choices=WAYS,
        metavar="WAY",
        help=f"of: {', '.join(WAYS)} (default: all; {', '.join(ROOTS)} for root alone)",
    )
    parser.add_argument("--course", action="store_true", help="measure the course of a slice too")
    parser.add_argument(
        "--keep",
        type=Path,
        default=KEPT,
        metavar="FILE",
        help="where rounds are kept (default: benchmarks/kept/truth.jsonl)",
    )
    found = parser.parse_args(given)
    found.rounds = found.rounds or (6 if found.quick else 20)
    found.ways = found.ways or (
        USUAL if found.quick else tuple(way for way in WAYS if way not in ROOTS or os.geteuid() == 0)
    )
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
