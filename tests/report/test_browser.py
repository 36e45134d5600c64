"""The page in a browser: what a person sees, presses and gets."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from harness.report.text import number, times, times_between
from harness.report.write import write_report
from tests.report.campaigns import APPS, campaign, saved
from tests.report.hostile import LONG, SHORT, replaced, rewrite, strings
from tests.report.test_hostile import documents, is_accepted, small_campaign

SAMPLE = Path(__file__).parents[2] / "docs" / "sample" / "index.html"
A4_PX = 718
"""The width of the paper between its margins, in CSS pixels."""

pytestmark = pytest.mark.xdist_group("browser")

Opener = Callable[..., "Opened"]


@dataclass
class Opened:
    """A page and what it did that it should not."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def apps(self, scenario: str = "json") -> list[str | None]:
        """Applications shown in a ranking, from the top."""
        rows = self.page.locator(f"table[data-scenario={scenario}] tbody tr:visible")
        return [row.get_attribute("data-app") for row in rows.all()]


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[Opener]:
    contexts = []

    def open_page(
        path: Path = written, *, width: int = 1280, scheme: str = "light", query: str = "", scripts: bool = True
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message) or dialog.dismiss())
        found.page.goto(path.as_uri() + query)
        return found

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def figures(written: Path) -> dict[str, Any]:
    """What ranking.json beside the page holds."""
    return dict(json.loads(written.with_name("ranking.json").read_text()))


def pick(page: Page, name: str, *values: str) -> None:
    """Open a filter and choose values."""
    page.locator(f".pick[data-name={name}] summary").click()
    for value in values:
        page.check(f"input[name={name}][value='{value}']")
    page.locator("#duel h2").click()


def serious(page: Page, part: str | None = None) -> list[tuple[str, list[str]]]:
    """Accessibility findings that keep somebody from reading the page, or a part of it (a selector)."""
    options = {"resultTypes": ["violations"]}  # a list of what is in order takes longer
    found = Axe().run(page, context=part, options=options)
    return [
        (finding["id"], [node["html"][:200] for node in finding["nodes"][:3]])
        for finding in found.response["violations"]
        if finding["impact"] in {"serious", "critical"}
    ]


def test_it_opens_from_a_file_asks_for_nothing_else_and_complains_of_nothing(opened: Opener, written: Path) -> None:
    for scheme in ("light", "dark"):
        found = opened(scheme=scheme)
        assert found.page.locator("h1").is_visible()
        assert found.requests == [written.as_uri()]
        assert found.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1600])
def test_no_serious_accessibility_finding(opened: Opener, width: int, scheme: str) -> None:
    found = opened(width=width, scheme=scheme)
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert serious(found.page) == []


def test_what_is_said_where_nothing_is_found_has_no_serious_accessibility_finding(opened: Opener) -> None:
    page = opened(width=390, scheme="dark").page
    page.fill("input[name=find]", "starlite")
    assert page.locator(".nearest button").first.inner_text() == "Starlette"
    assert serious(page, ".find") == []


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1600, "dark")])
def test_the_page_of_a_comparison_fits_asks_for_nothing_and_has_no_serious_finding(
    opened: Opener, comparison_page: Path, width: int, scheme: str
) -> None:
    found = opened(comparison_page, width=width, scheme=scheme)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    assert (found.requests, found.complaints) == ([comparison_page.as_uri()], [])
    assert serious(found.page) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (400, "dark"), (1600, "light")])
def test_the_claim_is_reached_fits_the_window_and_has_no_serious_finding(
    opened: Opener, claim_page: Path, width: int, scheme: str
) -> None:
    found = opened(claim_page, width=width, scheme=scheme)
    found.page.locator("nav a[href='#claim']").click()
    assert found.page.locator("#claim h2").is_visible()
    assert found.page.locator("details[data-claim=fortunes] table").first.is_visible()
    closed = found.page.locator("details[data-claim=json]")
    assert closed.locator("table").first.is_hidden()
    closed.locator("summary").first.press("Enter")
    assert closed.locator("table").first.is_visible()
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(found.page) == []
    assert found.complaints == []


def test_a_reference_stays_where_it_is_when_ranks_are_sorted_again(opened: Opener, claim_page: Path) -> None:
    page = opened(claim_page).page
    table = page.locator("table[data-scenario=fortunes][data-league=reference]")
    assert table.locator("tbody tr:visible").count() == 1
    pick(page, "language", "python")
    assert table.locator("tbody tr:visible").count() == 0
    page.click("button.reset")
    assert (table.locator("td.rank").text_content() or "").strip() == "no rank"


@pytest.mark.parametrize("width", [320, 400, 768, 1280, 1600])
def test_nothing_is_wider_than_the_window(opened: Opener, width: int) -> None:
    page = opened(width=width).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_tables_are_complete_without_javascript(opened: Opener, figures: dict[str, Any]) -> None:
    page = opened(scripts=False).page
    for scenario, rows in figures["scenarios"].items():
        assert page.locator(f"table[data-scenario={scenario}] tbody tr:visible").count() == len(rows)
    assert page.locator(".tools").is_hidden()
    assert page.locator("button.sort:visible").count() == 0


def test_a_column_sorts_when_its_head_is_pressed_and_says_so(opened: Opener) -> None:
    found = opened()
    head = found.page.locator("table[data-scenario=json] th[data-key=rps]")
    best_first = found.apps()
    head.locator("button").click()
    assert (head.get_attribute("aria-sort"), found.apps()) == ("descending", best_first)
    head.locator("button").click()
    assert (head.get_attribute("aria-sort"), found.apps()) == ("ascending", best_first[::-1])
    assert found.page.locator("table[data-scenario=json] th[data-key=rank]").get_attribute("aria-sort") == "none"
    assert found.apps("db") == opened().apps("db")


def test_sorting_works_from_the_keyboard(opened: Opener) -> None:
    found = opened()
    found.page.locator("table[data-scenario=json] th[data-key=who] button").focus()
    found.page.keyboard.press("Enter")
    assert found.apps() == sorted(found.apps(), key=str)
    found.page.keyboard.press("Space")
    assert found.apps() == sorted(found.apps(), key=str, reverse=True)


def test_every_control_is_reached_with_the_tabulator(opened: Opener) -> None:
    page = opened().page
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.classList[0] || ''"))
    assert {"skip", "find", "metric", "ref", "best", "reset", "sort", "scroll"} <= reached


def test_filters_leave_only_what_is_asked_for(opened: Opener) -> None:
    found = opened()
    pick(found.page, "server", "uvicorn")
    assert set(found.apps()) == {"Raw ASGI", "Starlette", "FastAPI"}
    assert found.page.locator("p.shown").inner_text() == "3 of 6 configurations"
    found.page.fill("input[name=find]", "fast uvi")
    assert found.apps() == ["FastAPI"]
    found.page.fill("input[name=find]", "no such thing, nor that")
    assert found.apps() == []
    assert found.page.locator("#json p.nothing").is_visible()
    found.page.click("button.reset")
    assert len(found.apps()) == 5


def test_several_values_of_a_filter_and_several_searches_add_up(opened: Opener) -> None:
    found = opened()
    pick(found.page, "app", "FastAPI", "Raw WSGI")
    assert set(found.apps()) == {"FastAPI", "Raw WSGI"}
    assert found.page.locator(".pick[data-name=app] .picked").inner_text() == "2 of them"
    assert found.page.url.endswith("?app=FastAPI&app=Raw+WSGI")
    assert set(opened(query="?" + found.page.url.partition("?")[2]).apps()) == {"FastAPI", "Raw WSGI"}
    found.page.click("button.reset")
    found.page.fill("input[name=find]", "starlette, wsgi raw")
    assert set(found.apps()) == {"Starlette", "Raw WSGI"}


def test_what_is_filtered_out_is_in_no_table_chart_claim_or_answer(opened: Opener, figures: dict[str, Any]) -> None:
    page = opened(query="?find=starlette,fastapi").page
    left = {row["cell"] for row in figures["scenarios"]["json"] if row["app"] in ("starlette", "fastapi")}
    everywhere = "all => [...new Set(all.filter(each => !each.hasAttribute('hidden')).map(each => each.dataset.cell))]"
    for part in ("tr[data-cell]", "svg.chart [data-cell]", ".lead tbody tr", "#cells details"):
        assert set(page.locator(part).evaluate_all(everywhere)) == left, part
    assert page.locator("h1").is_hidden()
    assert page.locator(".of-some").inner_text() == "Of the 2 shown, Starlette on uvicorn is fastest"
    pair = next(pair for pair in figures["pairs"]["json"] if {pair["first"], pair["second"]} == left)
    assert pair["verdict"] == "better"
    assert page.locator(".answers-of-some dd").first.inner_text() == (
        f"Starlette on uvicorn (rank 1 of 3) answers {times(pair['ratio'])} "
        f"({times_between(pair['low'], pair['high'])}) the requests of FastAPI on uvicorn, the next."
    )
    page.click("button.reset")
    assert page.locator("h1").is_visible()
    assert page.locator(".of-some").is_hidden()


def test_the_cell_that_is_pointed_at_is_lit_wherever_it_is(opened: Opener) -> None:
    page = opened().page
    row = page.locator("table[data-scenario=json] tbody tr").first
    row.hover()
    cell = row.get_attribute("data-cell")
    lit = page.locator(".lit").evaluate_all(
        "all => all.map(each => [each.dataset.cell, each.ownerSVGElement ? 'chart' : 'page'])"
    )
    assert {found for found, _ in lit} == {cell}
    assert {where for _, where in lit} == {"chart", "page"}
    page.mouse.move(0, 0)
    page.locator("h1").hover()
    assert page.locator(".lit").count() == 0


def test_the_table_of_all_scenarios_shows_what_is_chosen_and_the_best_has_the_strongest_colour(
    opened: Opener, figures: dict[str, Any]
) -> None:
    page = opened().page
    table = page.locator(".glance")
    usual = table.inner_text()
    column = [row["cell"] for row in figures["scenarios"]["json"]]
    place = [head.inner_text() for head in table.locator("thead th").all()].index("JSON") - 1
    costs = figures["costs"]["json"]
    for metric, value in (
        ("cpu", lambda cost: cost["cpu_us_a_request"]),
        ("memory", lambda cost: cost["load_pss_bytes"]),
        ("cost", lambda cost: (cost["cpu_us_a_request"] + (cost["service_cpu_us_a_request"] or 0)) / 3600 * 0.04),
    ):
        page.select_option("select[name=metric]", metric)
        shown = {
            cell: row.locator("td:not([colspan])").nth(place)
            for cell in column
            if (row := table.locator(f"tr[data-cell='{cell}']")).count()
        }
        found = {cell: float(td.get_attribute("data-amount") or "nan") for cell, td in shown.items()}
        assert found == pytest.approx({cell: value(costs[cell]) for cell in column}, rel=1e-5)
        shades = {cell: int(td.get_attribute("data-shade") or "0") for cell, td in shown.items()}
        assert shades[min(found, key=found.__getitem__)] == 6
        assert [shades[cell] for cell in sorted(found, key=found.__getitem__)] == sorted(shades.values(), reverse=True)
    page.fill("input[name=price]", "0.4")
    dearer = float(shown[column[0]].get_attribute("data-amount") or "nan")
    assert dearer == pytest.approx(10 * found[column[0]])
    assert "metric=cost&price=0.4" in page.url
    page.select_option("select[name=metric]", "")
    assert table.inner_text() == usual


def test_the_state_is_in_the_address_and_comes_back_from_it(opened: Opener, written: Path) -> None:
    first = opened()
    pick(first.page, "interface", "asgi")
    first.page.select_option("select[name=ref]", label="FastAPI on uvicorn")
    first.page.locator("table[data-scenario=json] th[data-key=who] button").click()
    query = "?" + first.page.url.partition("?")[2]
    second = opened(query=query)
    assert second.apps() == first.apps() == ["FastAPI", "Raw ASGI", "Starlette"]
    assert second.page.locator("select[name=ref]").input_value().startswith("fastapi.")
    assert second.page.url == first.page.url
    second.page.click("button.reset")
    assert second.page.url == written.as_uri()


def test_another_reference_gives_the_ratios_that_the_analysis_gave_the_pairs(
    opened: Opener, figures: dict[str, Any]
) -> None:
    for chosen in (row["cell"] for row in figures["scenarios"]["json"][1:]):
        found = opened(query=f"?ref={chosen}")
        for row in found.page.locator("#json table.ranking tbody tr").all():
            shown = row.locator(".ratio-text").inner_text()
            assert shown == ratio_in_words(figures["pairs"]["json"], row.get_attribute("data-cell"), chosen)
            assert (row.locator("td.ratio use").count() > 0) == (row.get_attribute("data-cell") != chosen)
        assert found.page.locator("#json .reference-name").text_content() == figures["titles"][chosen]
        for row in found.page.locator("#json table.ranking tbody tr").all():
            shown = row.locator(".cpu-ratio").inner_text()
            cell = row.get_attribute("data-cell")
            if cell != chosen:
                pair = ratio_in_words(figures["cpu"]["json"]["pairs"], chosen, cell)
                assert shown == "{} ({})".format(*pair.split())
        for row in found.page.locator(".lead tbody tr").all():
            shown = row.locator("td.ratio").inner_text()
            assert shown == ratio_in_words(figures["overall"]["pairs"], row.get_attribute("data-cell"), chosen)
        assert found.complaints == []


def ratio_in_words(pairs: list[dict[str, Any]], cell: str | None, reference: str) -> str:
    if cell == reference:
        return "1.00× the reference"
    pair = next(pair for pair in pairs if {pair["first"], pair["second"]} == {cell, reference})
    ratio, low, high = pair["ratio"], pair["low"], pair["high"]
    if pair["first"] == reference:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
    return f"{times(ratio)} {times_between(low, high)}"


def test_the_first_reference_comes_back_as_it_was(opened: Opener) -> None:
    page = opened().page
    cells = page.locator(":is(#json, .lead, .glance) .relative")
    before = cells.evaluate_all("cells => cells.map(cell => cell.outerHTML)")
    page.select_option("select[name=ref]", label="FastAPI on uvicorn")
    assert cells.evaluate_all("cells => cells.map(cell => cell.outerHTML)") != before
    page.click("button.reset")
    assert cells.evaluate_all("cells => cells.map(cell => cell.outerHTML)") == before


def test_best_server_only_leaves_one_row_for_each_application(opened: Opener) -> None:
    found = opened()
    found.page.check("input[name=best]")
    assert len(found.apps()) == len(set(found.apps()))
    assert "best=yes" in found.page.url


def test_a_link_to_a_cell_opens_its_details(opened: Opener) -> None:
    page = opened(query="#flask.gunicorn-gthread.w1.postgresql.3.11").page
    assert page.locator("details[id^='flask.']").get_attribute("open") is not None
    page.locator("table[data-scenario=json] tbody tr").first.locator("a").click()
    page.locator("details[id^='raw-asgi.'][open]").first.wait_for(state="attached")  # reported a moment later


@pytest.mark.parametrize("section", ["plaintext", "claim", "again"])
def test_a_link_leads_to_its_section_wherever_that_lies(opened: Opener, section: str) -> None:
    """Sections above it are laid out late, and are higher than was guessed."""

    def is_in_view(page: Page) -> None:
        page.wait_for_function(
            "id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < innerHeight / 4", arg=section
        )

    is_in_view(opened(SAMPLE, query=f"#{section}").page)
    page = opened(SAMPLE).page
    page.locator(f'nav a[href="#{section}"]').click()
    is_in_view(page)


def test_dark_is_dark_and_light_is_light_charts_included(opened: Opener) -> None:
    def colours(scheme: str) -> tuple[int, int]:
        page = opened(scheme=scheme).page
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        label = page.evaluate("getComputedStyle(document.querySelector('svg.chart text')).fill")
        return tuple(sum(int(part) for part in text[4:-1].split(",")) for text in (paper, label))  # type: ignore[return-value]

    (light_paper, light_label), (dark_paper, dark_label) = colours("light"), colours("dark")
    assert light_paper > 700
    assert light_label < 300
    assert dark_paper < 150
    assert dark_label > 300


def test_the_reader_chooses_the_colours_and_the_address_keeps_them(opened: Opener) -> None:
    found = opened(scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = found.page.evaluate(paper)
    found.page.select_option("select[name=theme]", "dark")
    assert found.page.evaluate(paper) != light
    assert "theme=dark" in found.page.url
    assert opened(scheme="light", query="?theme=dark").page.evaluate(paper) == found.page.evaluate(paper)
    found.page.click("button.reset")
    assert "theme=dark" in found.page.url, "that is no filter"


def test_two_configurations_are_set_against_each_other_in_words(opened: Opener, figures: dict[str, Any]) -> None:
    found = opened()
    for name, label in (("a", "Starlette on uvicorn"), ("b", "FastAPI on uvicorn")):
        found.page.select_option(f"select[name={name}]", label=label)
    said = found.page.locator("#duel .verdict").all_text_contents()
    assert len(said) == 3
    by_app = {row["app"]: row for row in figures["scenarios"]["json"]}
    ratio = ratio_in_words(figures["pairs"]["json"], by_app["starlette"]["cell"], by_app["fastapi"]["cell"])
    value, interval = ratio.split()
    [json_] = [line for line in said if line.startswith("JSON")]
    assert json_ == (
        f"JSON: Starlette on uvicorn answers {value} ({interval}) the requests per second of FastAPI on uvicorn: it is"
        " faster."
    )
    assert (
        opened(query=found.page.url.partition("?")[2].join(("?", "")))
        .page.locator("#duel .verdict")
        .all_text_contents()
        == said
    )
    cpu = {app: figures["costs"]["json"][row["cell"]]["cpu_us_a_request"] for app, row in by_app.items()}
    beside = found.page.locator("#duel .why").first.inner_text()
    assert beside.startswith(f"CPU per request {number(cpu['starlette'])} µs against {number(cpu['fastapi'])} µs;")
    assert (
        found.page.locator("#duel .share input")
        .input_value()
        .endswith(f"?a={by_app['starlette']['cell']}&b={by_app['fastapi']['cell']}#duel")
    )


def test_of_a_pair_that_is_undecided_it_says_what_it_would_take(opened: Opener, tmp_path: Path) -> None:
    close = (APPS[0], replace(APPS[1], rates={"json": 24_000.0}), replace(APPS[2], rates={"json": 23_600.0}))
    record, trials = campaign(4, apps=close, scenarios={"json": "JSON"})
    page = write_report(saved(tmp_path / "results", record, trials), tmp_path / "out")
    figures = json.loads(page.with_name("ranking.json").read_text())
    [pair] = [pair for pair in figures["pairs"]["json"] if pair["verdict"] == "unresolved"]
    assert pair["blocks_more"] > 0
    found = opened(page, query=f"?a={pair['second']}&b={pair['first']}")
    assert "is undecided so far" in found.page.locator("#duel .verdict").inner_text()
    said = found.page.locator("#duel .why").first.inner_text()
    assert said.startswith(f"About {pair['blocks_more']} more block")
    assert f"harness run --resume results/{figures['campaign']} --budget " in said


def test_of_one_that_has_no_figure_nothing_is_said(opened: Opener) -> None:
    flask, django = (f"{app}.gunicorn-gthread.w1.postgresql.3.11" for app in ("flask", "django"))
    page = opened(query=f"?a={flask}&b={django}").page
    assert page.locator("#duel .verdicts p").all_text_contents() == [
        f"{title}: one of them has no figure." for title in ("JSON", "Plaintext", "One database row")
    ]


def test_where_styles_and_scripts_are_forbidden_the_page_is_plain_and_complete(opened: Opener, written: Path) -> None:
    policy = "default-src 'none'; style-src 'none'; script-src 'none'; img-src data:"
    page = opened(scripts=True).page
    page.route(
        "**/*",
        lambda route: route.fulfill(
            body=written.read_text(),
            headers={"content-type": "text/html; charset=utf-8", "content-security-policy": policy},
        ),
    )
    page.goto("http://page.invalid/")
    assert page.locator("h1").is_visible()
    assert page.locator(".tools").is_hidden(), "filters that do nothing"
    assert page.locator("#json th.rank").first.inner_text() == "Rank"
    height = "all => Math.max(...all.map(each => each.getBoundingClientRect().height))"
    assert page.locator("svg:not(.chart)").evaluate_all(height) <= 40, "bars leave no gaps"


def test_print_has_the_answer_the_tables_and_the_charts_on_six_pages_at_most(opened: Opener) -> None:
    page = opened(SAMPLE, scheme="dark", width=A4_PX).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".tools", "nav", "#duel", ".metric", "#cells"):
        assert page.locator(hidden).is_hidden(), hidden
    for shown in (
        "h1",
        ".lead",
        ".glance",
        "#json .ranking >> nth=0",
        "#json .chart >> nth=0",
        "#again pre",
        "#conditions",
    ):
        assert page.locator(shown).is_visible(), shown
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')").strip() == "#fff"
    clipped = (
        "all => all.filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.className)"
    )
    assert page.locator("td, th, svg.chart").evaluate_all(clipped) == []
    printed = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "10mm"))
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 6


def test_hostile_strings_everywhere_at_once_run_nothing_and_fit_the_window(opened: Opener, tmp_path: Path) -> None:
    folder = small_campaign(tmp_path / "results")
    record, trial = documents(folder)
    both = {"record": record, "trial": trial}
    for place in list(strings(both)):
        for text in (LONG, "".join(SHORT), *SHORT):
            changed = replaced(both, text, place)
            if is_accepted(folder, changed):
                both = changed
                break
    rewrite(folder, both["record"], both["trial"])
    page = write_report(folder, tmp_path / "out")
    assert SHORT[0].replace("<", "&lt;").replace(">", "&gt;") in page.read_text()
    for width in (400, 1600):
        found = opened(page, width=width)
        found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found.page.fill("input[name=find]", "x")
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
        assert found.page.locator("img").count() == 0
        assert (found.requests, found.complaints) == ([page.as_uri()], [])


@pytest.mark.parametrize(("ci", "code", "says"), [("true", 1, "1 error"), ("", 0, "1 skipped")])
def test_without_chromium_these_tests_are_skipped_but_fail_in_ci(tmp_path: Path, ci: str, code: int, says: str) -> None:
    (tmp_path / "test_any.py").write_text("def test_any(browser): pass\n")
    environment = {**os.environ, "PATH": "/nowhere", "CI": ci}
    options = ["-q", "-rsE", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.report.conftest"]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout
    assert says in ran.stdout
    assert "apt-get install chromium" in ran.stdout
