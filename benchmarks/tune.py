"""Whether `harness tune` finds what a long campaign finds.

24 configurations of one WSGI application (servers, workers, threads) race as `harness tune` has it, for at most 15
minutes. Then all of them are measured to the end of a long campaign, which drops nobody for being slow. The best group
of the race must share a member with the first tie group of the long campaign, and the race must end in time.

Campaigns are kept below --data. A program that is started again measures only what is missing, and goes on with a long
campaign that was interrupted.

A full run takes about 75 minutes.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.figures import Figure, Outcome, exact

from harness.campaign.plan.options import PlatformOptions, Selection
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.run import begin, go_on, run
from harness.campaign.session.progress import Silent
from harness.campaign.tuning.question import Asked, planned, selected_application
from harness.model.errors import HarnessError
from harness.report.reading import read
from harness.report.view.source import Source

APPLICATION: Final = "flask"
SCENARIO: Final = "json"
SERVERS: Final = ("gunicorn-gthread", "granian-wsgi", "gunicorn-sync", "gunicorn-gevent")
WORKERS: Final = (1, 2)
THREADS: Final = (1, 4, 8, 16, 32)
RACE_S: Final = 840.0
LONG_S: Final = 3600.0
LATE_S: Final = 60.0
"""What a race may take beyond its budget, up to 15 minutes: starting and ending are not in it."""
SEED: Final = 1


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    with data_of(arguments) as place:
        home = Path(place)
        race = measured(prepared(arguments.race, races=True, quick=arguments.quick), home / "race", goes_on=False)
        shared.program.say(f"race: {', '.join(best_of_race(race))}")
        long = measured(prepared(arguments.long, races=False, quick=arguments.quick), home / "long", goes_on=True)
        shared.program.say(f"long: {', '.join(first_tie_group(long))}")
    return conclude(race, long, arguments.race)


def data_of(arguments: argparse.Namespace) -> AbstractContextManager[str]:
    """Where campaigns are kept; a short look keeps nothing."""
    return TemporaryDirectory(prefix="harness-benchmark-") if arguments.quick else nullcontext(str(arguments.data))


def prepared(budget_s: float, *, races: bool, quick: bool) -> Prepared:
    """The campaign of all configurations, as a race or without."""
    project = Project.here()
    chosen = selected_application(project, APPLICATION, Selection(), SERVERS[:1] if quick else SERVERS, SCENARIO)
    platform = PlatformOptions(server_workers=WORKERS, threads=THREADS[:2] if quick else THREADS)
    shape = {"rotations_s": 1.0 if quick else 8.0, "continuous_s": 0.0}
    options = {"budget_s": budget_s, "delta": 0.03, "seed": SEED, "shape": shape}
    made = planned(project, chosen, Asked(platform=platform, options=options))
    return made if races else replace(made, record=made.record.model_copy(update={"tuning": None}))


def measured(campaign: Prepared, home: Path, *, goes_on: bool) -> Source:
    """The campaign that is kept in `home`, or was cut off there and goes on, or a new one, to its end."""
    begun = sorted(folder.parent for folder in home.glob("*/campaign.json"))
    for folder in begun:
        if (source := read(folder)).record.state == "finished":
            return source
    start = go_on(campaign, begun[-1]) if begun and goes_on else begin(campaign, home)
    record = run(Project.here(), campaign, start, Silent())
    if record.state == "interrupted":
        raise KeyboardInterrupt
    return read(start.folder.path)


def best_of_race(source: Source) -> tuple[str, ...]:
    """Raises HarnessError where it is no race."""
    if source.tuned is None:
        raise HarnessError("is no race", where=source.record.id)
    return tuple(one.cell for one in source.tuned.contenders)


def first_tie_group(source: Source) -> tuple[str, ...]:
    """Those that none was called better than."""
    return tuple(row.cell for row in source.ranking.scenarios[SCENARIO].rows if row.rank_low == 1)


def conclude(race: Source, long: Source, budget_s: float) -> Outcome:
    best, first = best_of_race(race), first_tie_group(long)
    common = set(best) & set(first)
    took_s = (race.record.ended_at or race.record.created_at) - race.record.created_at
    figures: list[Figure] = [
        exact("tune_candidates", sum(not cell.twin for cell in race.record.plan.cells)),
        exact("tune_race_min", took_s / 60),
        exact("tune_best_of_race", len(best)),
        exact("tune_first_of_long", len(first)),
        exact("tune_shared", len(common)),
    ]
    missed = (
        [] if common else [f"the race's best ({', '.join(best)}) and the long campaign's first have none in common"]
    )
    if took_s > budget_s + LATE_S:
        missed.append(f"the race took {took_s:.0f} s; its budget is {budget_s:.0f} s")
    return Outcome(figures, missed)


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--race", type=float, help=f"seconds of the race (default: {RACE_S:.0f})")
    parser.add_argument("--long", type=float, help=f"seconds of the long campaign (default: {LONG_S:.0f})")
    data = Project.here().results / "benchmark-tune"
    parser.add_argument("--data", type=Path, default=data, help=f"where campaigns are kept (default: {data})")
    found = parser.parse_args(given)
    found.race = found.race or (40.0 if found.quick else RACE_S)
    found.long = found.long or (40.0 if found.quick else LONG_S)
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
