"""A real browser, where there is one; in CI there must be one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.analysis.comparison import Measured, compare
from harness.report.comparison import write_comparison
from harness.report.write import write_report
from tests.report.campaigns import campaign, later, saved, with_latency
from tests.report.claims import claimed

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Skipped where it is missing, unless CI is true: there the tests must run.

    Not for the session: while Playwright is up, its event loop is this process's, and other tests run loops too.
    """
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        missing = "Chromium is not installed; on Debian: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a whole campaign, with a failed cell, levels and response times."""
    folder = tmp_path_factory.mktemp("campaign")
    record, trials = campaign(levels=3, timed=True, failed=("django",))
    asked, windows, searches = with_latency(record)
    return write_report(saved(folder / "results", asked, trials, windows, searches), folder / "out")


@pytest.fixture(scope="session")
def claim_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a campaign that measured the project's claim, with a reference outside Python."""
    folder = tmp_path_factory.mktemp("claim")
    return write_report(saved(folder / "results", *claimed()), folder / "out")


@pytest.fixture(scope="session")
def comparison_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two campaigns compared."""
    now = later(commit="feed")
    comparison = compare(Measured(*campaign()), now)
    return write_comparison(comparison, now.record, tmp_path_factory.mktemp("comparison"))
