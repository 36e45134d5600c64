"""A real browser, where there is one; in CI there must be one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.analysis.compare.comparison import Measured, compare
from harness.campaign.doctor import CHROMIUM
from harness.report.comparison import write_comparison
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.conftest import MadeOnce
from tests.report.campaigns import campaign, later, saved, with_latency
from tests.report.claims import claimed
from tests.report.field import field, tried

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Skipped where it is missing, unless CI is true: there the tests must run.

    Not for the session: while Playwright is up, its event loop is this process's, and other tests run loops too.
    """
    program = CHROMIUM.found()
    if program is None:
        missing = f"Chromium is not installed; on Debian: apt-get install {CHROMIUM.package}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(made_once: MadeOnce) -> Path:
    """The page of a whole campaign, with a failed cell, levels and response times."""

    def make(folder: Path) -> None:
        record, trials = campaign(levels=3, timed=True, failed=("django",))
        asked, windows, searches = with_latency(record)
        write_report(saved(folder / "results", asked, trials, windows, searches), folder)

    return made_once("page", make) / "index.html"


@pytest.fixture(scope="session")
def field_page(made_once: MadeOnce) -> Path:
    """The page of 160 configurations, two of which were tried."""

    def make(folder: Path) -> None:
        record, trials = field(blocks=3)
        results = saved(folder / "results", record, trials)
        ResultsFolder.open(results).write_capabilities(tried(record, ("sanic", "fastapi")))
        write_report(results, folder)

    return made_once("field page", make) / "index.html"


@pytest.fixture(scope="session")
def claim_page(made_once: MadeOnce) -> Path:
    """The page of a campaign that measured the project's claim, with a reference outside Python."""

    def make(folder: Path) -> None:
        write_report(saved(folder / "results", *claimed()), folder)

    return made_once("claim page", make) / "index.html"


@pytest.fixture(scope="session")
def comparison_page(made_once: MadeOnce) -> Path:
    """The page of two campaigns compared."""

    def make(folder: Path) -> None:
        now = later(commit="feed")
        write_comparison(compare(Measured(*campaign()), now), now.record, folder)

    return made_once("comparison page", make) / "compare.html"
