"""How long `harness report` takes for a large campaign, how much memory, and how fast a page of a hundred cells opens.

The campaigns are made up, in the shape of real ones. One has 12 cells and the reference's twin, 7 scenarios, 5 levels,
11 blocks, which is 5,005 trials; the other 100 cells, 7 scenarios, one level, 3 blocks. Each figure is the median of
six runs, from the smallest to the largest of them.

A full run takes about a minute.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from playwright.sync_api import Browser, sync_playwright
from shared.commands import MEGABYTE, figures_of
from shared.figures import Figure, Outcome, exact, of_runs
from shared.made_up import made_up_campaign

from harness.campaign.doctor import CHROMIUM
from harness.report.write import write_report

MOST: Final = {"report_s": 10.0, "report_peak_mb": 500.0, "hundred_page_mb": 4.0, "hundred_opened_s": 2.0}
HUNDRED: Final = 100


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.warn_if_busy()
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        results, out = Path(name) / "results", Path(name) / "report"
        trials = made_up_campaign(results, blocks=arguments.blocks)
        shared.program.say(f"{trials} trials, {size(results) / MEGABYTE:.1f} MB of results")
        figures = figures_of("report", ["report", str(results), "--out", str(out)], arguments.runs)
        figures.append(exact("report_page_mb", page_mb(out)))
        figures += hundred(Path(name), arguments.runs)
    missed = [
        f"{name} is above {most:.0f}"
        for name, most in MOST.items()
        for each in figures
        if each.name == name and each.value > most
    ]
    return Outcome([exact("report_trials", trials), *figures], missed)


def hundred(folder: Path, runs: int) -> list[Figure]:
    """The size of a page of so many cells, and seconds until a browser has it all, its script done."""
    results, out = folder / "hundred", folder / "hundred-report"
    made_up_campaign(results, blocks=3, apps=HUNDRED, levels=1)
    figures = [exact("hundred_page_mb", page_mb(write_report(results, out).parent))]
    program = CHROMIUM.found()
    if program is None:
        shared.program.say(f"not opened: Chromium is not installed; on Debian: apt-get install {CHROMIUM.package}")
        return figures
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        figures.append(of_runs("hundred_opened_s", [opened_s(browser, out / "index.html") for _ in range(runs)]))
        browser.close()
    return figures


def opened_s(browser: Browser, page: Path) -> float:
    """From the call to the first picture after the load."""
    tab = browser.new_page()
    began = time.perf_counter()
    tab.goto(page.as_uri())
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    took_s = time.perf_counter() - began
    tab.close()
    return took_s


def page_mb(out: Path) -> float:
    return (out / "index.html").stat().st_size / MEGABYTE


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
