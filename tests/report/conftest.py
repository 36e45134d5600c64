"""A real browser, where there is one; in CI there must be one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.report.write import write_report
from tests.report.campaigns import campaign, saved

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Skipped where it is missing, unless CI is true: there the tests must run."""
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
    return write_report(saved(folder / "results", *campaign(levels=3, timed=True, failed=("django",))), folder / "out")
