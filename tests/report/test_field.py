"""The whole field on one page: where is MY framework?"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

Goer = Callable[..., Page]
SHOWN = "all => all.filter(each => !each.hasAttribute('hidden')).map(each => each.dataset.cell)"
RANKS = "all => all.map(each => [each.dataset.cell, each.querySelector('td.rank').textContent.trim()])"


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One for all of these tests: a large page is opened often."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def at(tab: Page, field_page: Path) -> Goer:
    def go(address: str = "", *, width: int = 1280) -> Page:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.goto("about:blank")
        tab.goto(field_page.as_uri() + address)
        return tab

    return go


def said(page: Page) -> str:
    return page.locator(".find .shown").inner_text()


def first_is_in_sight(page: Page) -> bool:
    row = page.locator("#glance tbody tr:visible").first.bounding_box()
    bar = page.locator(".find").bounding_box()
    assert row
    assert bar
    return bool(bar["y"] + bar["height"] <= row["y"] < 900 - row["height"])


def test_a_name_leaves_its_configurations_everywhere_with_their_ranks_and_leads_to_the_first(at: Goer) -> None:
    page = at()
    assert said(page) == "160 configurations"
    ranks = dict(page.locator("#json table.ranking tbody tr").evaluate_all(RANKS))
    page.fill("input[name=find]", "Sanic")
    assert said(page) == "7 of 160 configurations"
    assert first_is_in_sight(page)
    for part, how_many in (
        ("#glance tbody tr", 7),
        ("#json .ranking tbody tr", 7),
        ("#db .ranking tbody tr", 7),
        ("#cells details", 7),
        ("#json .gaps tbody tr", 1),
    ):
        left = page.locator(part).evaluate_all(SHOWN)
        assert len(left) == how_many, part
        assert all(cell.startswith("sanic") for cell in left), part
    found = page.locator("#json table.ranking tbody tr:visible")
    now = dict(found.evaluate_all(RANKS))
    assert now == {cell: ranks[cell] for cell in now}
    assert len({rank for rank in now.values() if not rank.startswith("1")}) > 1, "places in the whole field"
    assert page.locator("#json .parts tbody tr:visible th").all_inner_texts() == [
        "the server with Raw ASGI",
        "Sanic (ASGI) adds",
        "the server with Raw WSGI",
    ]
    assert page.locator("#capabilities tbody tr:visible th").all_inner_texts() == ["Sanic on its own server"]
    [json, _] = page.locator(".answers-of-some dd").all_inner_texts()
    best = found.first
    assert json.startswith(f"Sanic on its own server (rank {best.locator('td.rank').inner_text()} of 96) ")


@pytest.mark.parametrize(
    ("text", "how_many"),
    [
        ("bjoern", 11),
        ("sanic, robyn", 8),
        ("django-rest-framework waitress", 2),
        ("fast api hypercorn", 2),
        ("floor wsgi", 7),
        ("javascript", 1),
    ],
)
def test_a_server_a_tier_an_interface_or_a_name_in_another_spelling_is_found_too(
    at: Goer, text: str, how_many: int
) -> None:
    page = at()
    page.fill("input[name=find]", text)
    assert said(page) == f"{how_many} of 160 configurations"


def test_the_address_holds_what_is_looked_for_also_beside_a_section_and_can_be_typed(at: Goer) -> None:
    page = at()
    page.fill("input[name=find]", "sanic uvicorn")
    assert page.url.endswith("index.html#find=sanic%20uvicorn")
    page = at("#find=sanic%20uvicorn")
    assert (page.input_value("input[name=find]"), said(page)) == ("sanic uvicorn", "2 of 160 configurations")
    assert first_is_in_sight(page)
    page.locator("nav a[href='#db']").click()
    page.wait_for_url("**/index.html?find=sanic+uvicorn#db")
    assert said(page) == "2 of 160 configurations"
    page.evaluate("location.hash = '#find=quart'")
    page.wait_for_url("**/index.html#find=quart")
    assert said(page) == "5 of 160 configurations"
    assert said(at("#find=100%")) == "No configuration matches “100%”."


def test_where_nothing_is_found_the_nearest_names_are_offered(at: Goer) -> None:
    page = at()
    page.fill("input[name=find]", "tronado")
    assert said(page) == "No configuration matches “tronado”."
    assert page.locator("h1:visible, .heading:visible").inner_text() == "No configuration is shown"
    nearest = page.locator(".nearest button")
    assert nearest.count() == 3
    nearest.first.click()
    assert (page.input_value("input[name=find]"), said(page)) == ("Tornado", "1 of 160 configurations")
    page.fill("input[name=find]", "robyn waitress")
    assert nearest.all_inner_texts() == ["robyn", "waitress"], "each of them is there, but not together"


def test_where_filters_leave_nothing_of_what_is_found_that_is_said(at: Goer) -> None:
    page = at("?server=waitress#find=sanic")
    assert said(page) == "No configuration passes the filters; “sanic” alone has 7."
    assert page.locator(".nearest").is_hidden()
    assert page.locator("#json .nothing:visible").count() == 3


def test_it_works_from_the_keyboard(at: Goer) -> None:
    page = at()
    page.keyboard.press("/")
    page.keyboard.type("aio/http")
    assert (page.input_value("input[name=find]"), said(page)) == ("aio/http", "1 of 160 configurations")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.hash").startswith("#aiohttp.")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    assert (page.input_value("input[name=find]"), said(page)) == ("", "160 configurations")


def test_on_a_telephone_it_fits_and_keeps_its_place(at: Goer) -> None:
    page = at("#find=sanic", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".find").is_visible()
    assert first_is_in_sight(page)
    page.fill("input[name=find]", "sanik")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_table_of_the_field_is_wider_than_the_page(at: Goer) -> None:
    page = at()
    page.evaluate("document.documentElement.classList.remove('brief')")
    wide = (
        "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.firstElementChild.ariaLabel)"
    )
    assert page.locator(".fold:has(> .ranking), #glance .fold").evaluate_all(wide) == []


def test_what_is_many_is_bounded_with_how_many_are_left_out(at: Goer) -> None:
    page = at()
    assert page.locator(".lead tbody tr").first.locator("line.ceiling").count() == 2
    assert "88 more below" in page.locator(".lead-caption").inner_text()
    captions = page.locator("#json .caption").all_text_contents()
    assert any("are drawn: the fastest of " in caption and "The tables hold all." in caption for caption in captions)
    page.fill("input[name=find]", "sanic")
    assert "5 more below" in page.locator(".lead-caption").inner_text()


def test_without_scripts_all_of_it_is_there(browser: Browser, field_page: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(field_page.as_uri())
    assert page.locator("#glance tbody tr:visible").count() == 160
    assert page.locator(".find").is_hidden()
    context.close()
