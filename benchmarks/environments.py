"""How long it takes to make the environments of all applications, with an empty cache and with a full one.

Each application has one environment, in which all its servers are installed: the time does not depend on how many
configurations there are. With an empty cache the time is also that of the line to the package index, so low and high
are those of the runs.

A full run takes about 6 minutes.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program

# isort: split
# The import above reports a missing harness; the imports below need it.
from shared.commands import MEGABYTE
from shared.figures import Figure, Outcome, exact, of_runs

from harness.campaign.plan.options import Selection
from harness.campaign.plan.profiles import STATEMENTS
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected, select
from harness.model.errors import HarnessError
from harness.under_test.install.environments import FOLDER, ensure_all
from harness.under_test.install.locks import lock_of

MOST: Final = {"environments_cold_s": 180.0}

Wanted = Mapping[tuple[str, str], tuple[Path | None, Path]]


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.warn_if_busy()
    project = Project.here()
    found = select(project, Selection(servers=("all",), app_folders=project.applications_in(STATEMENTS)))
    wanted = environments_of(found)
    runs = 1 if arguments.quick else 3
    cold, warm, sizes = [], [], []
    for _ in range(runs):
        with TemporaryDirectory(prefix="harness-benchmark-", dir=arguments.into) as name:
            cold.append(made_s(wanted, Path(name)))
            sizes.append(size_mb(Path(name)))
            shutil.rmtree(Path(name) / FOLDER)
            warm.append(made_s(wanted, Path(name)))
    figures = [
        exact("environments", len(wanted)),
        exact("configurations", len(found.choices)),
        of_runs("environments_cold_s", cold),
        of_runs("environments_warm_s", warm),
        of_runs("environments_mb", sizes),
    ]
    return Outcome(figures, missed(figures))


def environments_of(found: Selected) -> Wanted:
    """By application: its lock, and the interpreter of this program. Those that need no environment are left out."""
    locks = {one.id: lock_of(one) for one in found.applications}
    return {(app, "this"): (lock, Path(sys.executable)) for app, lock in locks.items() if lock}


def made_s(wanted: Wanted, cache: Path) -> float:
    """Seconds that it took to make all of them. Raises HarnessError where one cannot be made."""
    began = time.perf_counter()
    made = ensure_all(wanted, cache)
    took_s = time.perf_counter() - began
    for fault in made.values():
        if isinstance(fault, HarnessError):
            raise fault
    shared.program.say(f"{len(made)} environments in {took_s:.1f} s")
    return took_s


def size_mb(folder: Path) -> float:
    """Of the cache with its environments, megabytes; a file that has several names counts once."""
    files = {(stat.st_dev, stat.st_ino): stat.st_size for path in folder.rglob("*") if (stat := path.lstat())}
    return sum(files.values()) / MEGABYTE


def missed(figures: list[Figure]) -> list[str]:
    return [
        f"{figure.name} is above {MOST[figure.name]:.0f}"
        for figure in figures
        if figure.value > MOST.get(figure.name, figure.value)
    ]


def arguments_of() -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--into", metavar="DIR", help="where the caches are made and removed (default: TMPDIR)")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = arguments_of()
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
