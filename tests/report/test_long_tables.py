"""A table of more rows than a reader wants at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(browser: Browser, field_page: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    opened = context.new_page()
    opened.goto(field_page.as_uri())
    yield opened
    context.close()


def height(page: Page) -> float:
    box = page.locator("#json .fold").first.bounding_box()
    assert box
    return box["height"]


def test_it_shows_its_beginning_and_all_of_it_when_asked_to(page: Page) -> None:
    short = height(page)
    assert short < 1200
    page.locator("#json .whole input").first.check()
    assert height(page) > 1.5 * short


def test_a_row_beyond_the_beginning_is_reached_by_a_search(page: Page) -> None:
    last = page.locator("#json .fold").first.locator("tbody tr").last
    last.scroll_into_view_if_needed()
    fold, row = page.locator("#json .fold").first.bounding_box(), last.bounding_box()
    assert fold
    assert row
    assert fold["y"] <= row["y"] < fold["y"] + fold["height"]


def test_print_shows_all_of_it(page: Page) -> None:
    cut = "each => each.scrollHeight > each.clientHeight + 1"
    fold = page.locator("#json .fold").first
    assert fold.evaluate(cut)
    page.emulate_media(media="print")
    assert not fold.evaluate(cut)


def test_what_a_filter_leaves_is_shown_whole(browser: Browser, field_page: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{field_page.as_uri()}?tier=controlled")
    assert page.locator("#json table.ranking tbody tr:visible").count() == 96
    assert page.locator("#json .whole").first.is_hidden()
    assert height(page) > 1500
    context.close()
