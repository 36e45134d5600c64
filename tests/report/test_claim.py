"""The claim and the gap between tiers on the page."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.model.found.ranking import TierGap
from harness.report.page import html
from harness.report.view.sections.claimed.ranking_words import why
from harness.report.write import read, write_report
from tests.report.campaigns import APPS, campaign, saved
from tests.report.claims import claimed
from tests.report.dom import Element, parse
from tests.report.hostile import LONG, SHORT


@pytest.fixture(scope="module")
def folder(claim_page: Path) -> Path:
    return claim_page.with_name("results")


@pytest.fixture(scope="module")
def page(claim_page: Path) -> Element:
    return parse(claim_page.read_text())


def pairs(page: Element, scenario: str, tier: str) -> list[list[str]]:
    """Rows of the pairs: claimed, verdict, ratio and interval, published ratios."""
    tested = page.one("details", data_claim=scenario)
    rows = tested.one("table", data_tier=tier).one("tbody").all("tr")
    return [[cell.text for cell in row.walk() if cell.tag in ("th", "td")] for row in rows]


def test_each_pair_of_each_tier_has_its_verdict_ratio_interval_and_the_published_ratios(page: Element) -> None:
    for tier in ("controlled", "idiomatic"):
        rows = pairs(page, "fortunes", tier)
        assert [row[0] for row in rows] == [
            *("FastAPI > Django", "FastAPI > Flask", "FastAPI > Rails"),
            *("Django > Flask", "Django > Rails", "Flask > Rails"),
        ]
        assert {row[1] for row in rows} == {"holds"}
        assert all("×" in row[2] and "–" in row[2] for row in rows)
        assert rows[0][3:] == ["3.54×", "3.95×"]


def test_another_scenario_has_its_own_verdicts_and_is_closed_at_first(page: Element) -> None:
    assert "open" in page.one("details", data_claim="fortunes").attributes
    assert "open" not in page.one("details", data_claim="json").attributes
    assert {row[1] for row in pairs(page, "json", "controlled")} >= {"holds"}


def test_a_tier_of_which_nothing_was_measured_is_folded(page: Element) -> None:
    assert all("open" in tier.attributes for tier in page.all("details", class_="tier"))
    sample = parse((Path(__file__).parents[2] / "docs" / "sample" / "index.html").read_text())
    for tier in sample.all("details", class_="tier"):
        ratios = [row.all("td")[1].text for row in tier.one("table").one("tbody").all("tr")]
        assert ("open" in tier.attributes) == any("×" in ratio for ratio in ratios)


def test_what_differed_there_stands_beside_and_costs_say_why(page: Element) -> None:
    text = page.one("section", id="claim").text
    assert "Round 19" in text
    assert "Django used its ORM on MySQL, under meinheld" in text
    assert "CPU time of the server a request: FastAPI" in text
    assert "51,639" in text


def test_cpu_a_request_is_the_same_figure_as_in_the_ranking(page: Element) -> None:
    behind = page.one("details", data_claim="fortunes").all("table")[1]
    here = {row.one("th").text: row.all("td")[1].text for row in behind.one("tbody").all("tr")}
    ranked = page.one("table", data_scenario="fortunes", data_league="controlled")
    there = {row.one("th").text: row.one("td", class_="cpu").text for row in ranked.one("tbody").all("tr")}
    both = here.keys() & there.keys()
    assert len(both) == 3
    assert {name: there[name].partition(" µs")[0] + " µs" for name in both} == {name: here[name] for name in both}


def test_the_page_leads_to_it(page: Element) -> None:
    assert page.one("a", href="#claim").text == "The claim"


def test_a_campaign_that_measured_no_pair_of_the_claim_has_no_such_section(tmp_path: Path) -> None:
    small = saved(tmp_path / "results", *campaign(2, apps=APPS[:3], scenarios={"json": "JSON"}))
    page = parse(write_report(small, tmp_path / "out").read_text())
    assert page.all("section", id="claim") == []
    assert page.all("a", href="#claim") == []


def test_what_is_missing_is_said_with_the_line_that_would_measure_it(tmp_path: Path) -> None:
    part = saved(tmp_path / "results", *claimed(rails=False))
    page = parse(write_report(part, tmp_path / "out").read_text())
    rows = {row[0]: row for row in pairs(page, "fortunes", "controlled")}
    assert rows["FastAPI > Django"][1] == "holds"
    assert rows["Flask > Rails"][1] == "cannot tell"
    assert "Rails: not in this campaign" in rows["Flask > Rails"][2]
    code = page.one("details", data_claim="fortunes").one("code").text
    assert code.startswith("harness run --only raw-asgi")
    assert code.endswith("--only flask-sqlalchemy --scenario fortunes")


def test_a_cell_that_failed_is_missing_with_its_reason(tmp_path: Path) -> None:
    part = saved(tmp_path / "results", *claimed(failed=("django",)))
    page = parse(write_report(part, tmp_path / "out").read_text())
    assert "exited with code 3" in pairs(page, "fortunes", "controlled")[0][2]


@pytest.mark.parametrize(
    ("cpu_ratio", "says"),
    [
        (0.9, "so the CPU time of the server is not the reason"),
        (1.1, "which is a part of the difference"),
        (99.0, "which is more than the difference"),
    ],
)
def test_a_sentence_says_how_much_of_the_difference_is_cpu_time(folder: Path, cpu_ratio: float, says: str) -> None:
    tier = read(folder).claims[0].tiers[0]
    pairs = tuple(pair.model_copy(update={"cpu_ratio": cpu_ratio}) for pair in tier.pairs)
    assert says in why(tier.model_copy(update={"pairs": pairs}))[-1]


def test_no_reason_is_given_for_a_difference_that_cannot_be_told(folder: Path) -> None:
    tier = read(folder).claims[0].tiers[0]
    pairs = tuple(pair.model_copy(update={"verdict": "cannot-tell"}) for pair in tier.pairs)
    assert not any(" the requests of " in line for line in why(tier.model_copy(update={"pairs": pairs})))
    assert any(" the requests of " in line for line in why(tier))


def test_without_costs_there_is_no_reason_to_give(folder: Path) -> None:
    tier = read(folder).claims[0].tiers[0]
    nothing = dict.fromkeys(("server_cpu_us", "service_cpu_us", "framework_us"))
    cells = tuple(cell.model_copy(update=nothing) for cell in tier.cells)
    pairs = tuple(pair.model_copy(update={"cpu_ratio": None}) for pair in tier.pairs)
    assert why(tier.model_copy(update={"cells": cells, "pairs": pairs})) == ()


def test_each_statement_of_the_story_has_a_verdict_a_sentence_and_a_link_to_its_figures(page: Element) -> None:
    rows = page.one("table", class_="story").one("tbody").all("tr")
    told = {row.attributes["id"]: [cell.text for cell in row.all("td")] for row in rows}
    assert list(told) == [f"story-{letter}" for letter in "abcdefghi"]
    assert told["story-a"][0] == "holds"
    assert told["story-h"] == ["cannot tell here", "The scenario validate was not measured."]
    (link,) = rows[0].all("a")
    assert page.one("section", id=link.attributes["href"].removeprefix("#"))
    assert page.one("a", href="#story").text == "Statements"


def test_the_story_is_no_section_of_a_campaign_that_measured_nothing_of_it(tmp_path: Path) -> None:
    small = saved(tmp_path / "results", *campaign(2, apps=APPS[:2], scenarios={"plaintext": "Plaintext"}))
    assert parse(write_report(small, tmp_path / "out").read_text()).all("section", id="story") == []


@pytest.mark.parametrize("text", [*SHORT, LONG])
def test_hostile_strings_stay_text_in_the_story(folder: Path, text: str) -> None:
    source = read(folder)
    assert source.story is not None
    pages = []
    for reason in ("none", text):
        statements = tuple(
            one.model_copy(
                update={
                    "said": reason,
                    "parts": tuple(part.model_copy(update={"reason": reason}) for part in one.parts),
                }
            )
            for one in source.story.statements
        )
        pages.append(html(replace(source, story=source.story.model_copy(update={"statements": statements}))))
    tags = [[one.tag for one in parse(page).one("section", id="story").walk()] for page in pages]
    assert tags[0] == tags[1]
    assert "<img" not in pages[1]


@pytest.mark.parametrize("text", [*SHORT, LONG])
def test_hostile_strings_stay_text_in_the_claim_and_the_gaps(tmp_path: Path, text: str) -> None:
    record, trials = claimed(failed=("django",))
    harmless = write_report(saved(tmp_path / "harmless", record, trials), tmp_path / "first").read_text()
    failures = tuple(one.model_copy(update={"reason": text}) for one in record.failures)
    cells = {
        id_: seen.model_copy(update={"programs": dict.fromkeys(seen.programs, text)})
        for id_, seen in record.cells.items()
    }
    applications = {
        id_: app.model_copy(
            update={
                "title": text[:80],
                "uses": app.uses.model_copy(update={"framework": app.uses.framework and text[:70]}),
            }
        )
        for id_, app in record.applications.items()
    }
    changed = record.model_copy(update={"failures": failures, "cells": cells, "applications": applications})
    hostile = write_report(saved(tmp_path / "hostile", changed, trials), tmp_path / "second").read_text()
    tags = [[one.tag for one in parse(page).one("section", id="claim").walk()] for page in (harmless, hostile)]
    assert tags[0] == tags[1]
    assert "<img" not in hostile


def test_the_gap_between_the_tiers_of_a_framework_is_told_with_its_interval(folder: Path, page: Element) -> None:
    rows = page.one("table", data_gaps="fortunes").one("tbody").all("tr")
    told = {row.one("th").text: row.all("td")[0].text for row in rows}
    assert list(told) == [
        "FastAPI with SQLAlchemy on uvicorn",
        "Django with its ORM on gunicorn-gthread",
        "Flask with SQLAlchemy on gunicorn-gthread",
    ]
    gaps: tuple[TierGap, ...] = read(folder).ranking.gaps
    fastapi = next(gap for gap in gaps if (gap.framework, gap.scenario) == ("fastapi", "fortunes"))
    assert told["FastAPI with SQLAlchemy on uvicorn"].startswith(f"{fastapi.ratio:.3f}×")
    assert "–" in told["FastAPI with SQLAlchemy on uvicorn"]


def test_without_two_tiers_there_is_no_gap_to_tell(tmp_path: Path) -> None:
    small = saved(tmp_path / "results", *campaign(2, scenarios={"json": "JSON"}))
    assert parse(write_report(small, tmp_path / "out").read_text()).all("table", class_="gaps") == []


def test_a_reference_is_shown_apart_with_its_versions_and_without_a_rank(page: Element) -> None:
    table = page.one("table", data_scenario="fortunes", data_league="reference")
    (row,) = table.one("tbody").all("tr")
    assert row.one("td", class_="rank").text == "no rank"
    assert "(rails 6.1.7, puma 5.6.5)" in row.one("th").text
    headings = [heading.text for heading in page.one("section", id="fortunes").all("h3")]
    assert any("outside Python" in heading for heading in headings), "told once, over the table"
    assert row.one("td", class_="tie").text == "no tie group"
    assert "×" in row.one("td", class_="ratio").text


def test_the_headline_and_the_answers_leave_references_out(page: Element) -> None:
    assert "Rails" not in page.one("section", id="answer").one("h1").text
    assert "Rails" not in page.one("dl", class_="answers").text
