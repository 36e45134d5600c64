"""How long `harness report` takes for a large campaign, how much memory, and how fast large pages open.

The campaigns are made up, in the shape of real ones. One has 12 cells and the reference's twin, 7 scenarios, 5 levels,
11 blocks, which is 5,005 trials; the second 100 cells, 7 scenarios, one level, 3 blocks. The third is the whole field:
32 applications on 5 servers each, 160 cells, on json and db in 3 blocks. How its page opens is also given as ratios to
the sample in docs/sample, opened in turn. Each figure is the median of six runs, from the smallest to the largest of
them.

A full run takes about a minute.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

MOST: Final = {
    "report_s": 10.0,
    "report_peak_mb": 500.0,
    "hundred_page_mb": 4.0,
    "hundred_opened_s": 2.0,
    "field_opened_s": 2.0,
}
HUNDRED: Final = 100
FIELD: Final = 32
SERVERS: Final = ("uvicorn", "granian-asgi", "hypercorn", "daphne", "gunicorn-uvicorn")
SAMPLE: Final = Path(__file__).parents[1] / "docs" / "sample" / "index.html"
WATCH: Final = """
new PerformanceObserver(seen => (window.tasks ??= []).push(...seen.getEntries())).observe({ type: "longtask" });
"""
STEPS: Final = """() => {
  const [{ domContentLoadedEventEnd: ready, loadEventEnd: loaded }] = performance.getEntriesByType("navigation");
  const [{ startTime: painted }] = performance.getEntriesByName("first-contentful-paint");
  return { ready, loaded, painted, longest_task: Math.max(50, ...(window.tasks ?? []).map(task => task.duration)) };
}"""
"""Milliseconds: everything is there, everything is loaded, something is seen; and the longest task, where a
browser says nothing of those under 50."""
FIND: Final = """text => new Promise(done => {
  const began = performance.now();
  const field = document.querySelector("input[name=find]");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.warn_if_busy()
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        results, out = Path(name) / "results", Path(name) / "report"
        trials = made_up_campaign(results, blocks=arguments.blocks)
        shared.program.say(f"{trials} trials, {size(results) / MEGABYTE:.1f} MB of results")
        figures = figures_of("report", ["report", str(results), "--out", str(out)], arguments.runs)
        figures.append(exact("report_page_mb", page_mb(out)))
        with opened_browser() as browser:
            figures += hundred(Path(name), HUNDRED // arguments.smaller, arguments.runs, browser)
            figures += field(Path(name), FIELD // arguments.smaller, arguments.runs, browser)
    missed = [
        f"{name} is above {most:.0f}"
        for name, most in MOST.items()
        for each in figures
        if each.name == name and each.value > most
    ]
    return Outcome([exact("report_trials", trials), *figures], missed)


@contextmanager
def opened_browser() -> Iterator[Browser | None]:
    """Headless Chromium; None where it is not installed."""
    program = CHROMIUM.found()
    if program is None:
        shared.program.say(f"not opened: Chromium is not installed; on Debian: apt-get install {CHROMIUM.package}")
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def hundred(folder: Path, cells: int, runs: int, browser: Browser | None) -> list[Figure]:
    """The size of a page of so many cells, and seconds until a browser has it all, its script done."""
    results, out = folder / "hundred", folder / "hundred-report"
    made_up_campaign(results, blocks=3, apps=cells, levels=1)
    figures = [exact("hundred_page_mb", page_mb(write_report(results, out).parent))]
    if browser:
        figures.append(of_runs("hundred_opened_s", [opened_s(browser, out / "index.html") for _ in range(runs)]))
    return figures


def field(folder: Path, apps: int, runs: int, browser: Browser | None) -> list[Figure]:
    """The same of the whole field, how long its report takes, and how its page opens beside the sample."""
    results, out = folder / "field", folder / "field-report"
    made_up_campaign(results, blocks=3, apps=apps, levels=1, servers=SERVERS, scenarios=("json", "db"))
    figures = figures_of("field_report", ["report", str(results), "--out", str(out)], runs)
    figures.append(exact("field_page_mb", page_mb(out)))
    if browser:
        page = out / "index.html"
        figures.append(of_runs("field_opened_s", [opened_s(browser, page) for _ in range(runs)]))
        pairs = [(steps_ms(browser, page), steps_ms(browser, SAMPLE)) for _ in range(runs)]
        figures += [
            of_runs(f"field_over_sample_{step}", [large[step] / small[step] for large, small in pairs])
            for step in pairs[0][0]
        ]
        figures.append(of_runs("field_found_s", [found_s(browser, page) for _ in range(runs)]))
    return figures


def steps_ms(browser: Browser, page: Path) -> dict[str, float]:
    """What the browser says of how it opened the page (STEPS)."""
    tab = browser.new_page()
    tab.add_init_script(WATCH)
    tab.goto(page.as_uri())
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    tab.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")  # a small page's comes later
    found: dict[str, float] = tab.evaluate(STEPS)
    tab.close()
    return found


def found_s(browser: Browser, page: Path) -> float:
    """From a name that is typed to the picture of what it leaves."""
    tab = browser.new_page()
    tab.goto(page.as_uri())
    took_ms: float = tab.evaluate(FIND, "application 17")
    tab.close()
    return took_ms / 1000


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
    parser.add_argument(
        "--smaller", type=int, default=1, help="divides how many cells the second and third have (default: 1)"
    )
    found = parser.parse_args(given)
    blocks, runs = (2, 2) if found.quick else (11, 6)
    found.blocks, found.runs = found.blocks or blocks, found.runs or runs
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
