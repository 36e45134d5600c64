"""How long `harness report` takes for a large campaign, and how much memory.

The campaign is made up, in the shape of a real one: 12 cells and the reference's twin, 7 scenarios, 5 levels, 11
blocks, which is 5,005 trials. Each figure is the median of six runs, from the smallest to the largest of them.

A full run takes about a minute.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.commands import MEGABYTE, figures_of
from shared.figures import Outcome, exact
from shared.made_up import made_up_campaign

MOST: Final = {"report_s": 10.0, "report_peak_mb": 500.0}


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.warn_if_busy()
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        results, out = Path(name) / "results", Path(name) / "report"
        trials = made_up_campaign(results, blocks=arguments.blocks)
        shared.program.say(f"{trials} trials, {size(results) / MEGABYTE:.1f} MB of results")
        figures = figures_of("report", ["report", str(results), "--out", str(out)], arguments.runs)
        page = exact("report_page_mb", (out / "index.html").stat().st_size / MEGABYTE)
    missed = [
        f"{name} is above {most:.0f}"
        for name, most in MOST.items()
        for each in figures
        if each.name == name and each.value > most
    ]
    return Outcome([exact("report_trials", trials), *figures, page], missed)


def size(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--blocks", type=int, help="of the campaign (default: 11; with --quick 2)")
    parser.add_argument("--runs", type=int, help="of the command (default: 6; with --quick 2)")
    found = parser.parse_args(given)
    blocks, runs = (2, 2) if found.quick else (11, 6)
    found.blocks, found.runs = found.blocks or blocks, found.runs or runs
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
