"""The page of a comparison says what comparison.json says, and nothing on it runs."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from harness.analysis.compare.comparison import Measured, compare
from harness.model.found.comparison import Comparison
from harness.report.comparison import measured, write_comparison
from tests.report.campaigns import SCENARIOS, campaign, later, saved
from tests.report.dom import Element, as_written, parse
from tests.report.hostile import SHORT


def compared(tmp_path: Path, now: Measured | None = None, blocks: int = 6) -> tuple[Element, Comparison, Path]:
    now = now or later()
    comparison = compare(Measured(*campaign(blocks)), now)
    page = write_comparison(comparison, now.record, tmp_path / "out")
    return parse(page.read_text()), comparison, page


def test_the_figures_of_the_page_are_those_of_comparison_json(tmp_path: Path) -> None:
    page, comparison, path = compared(tmp_path)
    assert Comparison.model_validate_json(path.with_name("comparison.json").read_text()) == comparison
    assert len(comparison.scenarios) == len(SCENARIOS)
    for scenario in comparison.scenarios:
        rows = page.one("table", data_scenario=scenario.scenario).one("tbody").all("tr")
        assert [row.attributes["data-cell"] for row in rows] == [row.cell for row in scenario.rows]
        for shown, row in zip(rows, scenario.rows, strict=True):
            values = [cell.attributes.get("data-value", "") for cell in shown.all("td")]
            assert values[0] == "" if row.relative is None else float(values[0]) == as_written(row.relative.ratio)
            assert shown.all("td")[1].text == (row.verdict or "")
            assert [float(value) for value in values[2:]] == as_written(
                [row.absolute.ratio, row.rps_before, row.rps_after]
            )


def test_what_got_worse_is_told_in_a_sentence(tmp_path: Path) -> None:
    page, _, _ = compared(tmp_path)
    assert page.one("h1").text == "Flask on gunicorn-gthread got worse in 3 scenarios"
    first = page.one("ul", class_="answers").all("li")[0].text
    assert re.match("Flask on gunicorn-gthread got worse in JSON: \u2212(19|20|21).* %", first)


def test_where_nothing_is_told_apart_no_change_is_claimed(tmp_path: Path) -> None:
    page, _, _ = compared(tmp_path, later(1.0))
    assert page.one("h1").text == "No change is distinguished from none"
    assert not page.all("ul", class_="answers")


def test_one_block_gives_no_interval_and_says_why(tmp_path: Path) -> None:
    page, _, _ = compared(tmp_path, later(blocks=1), blocks=1)
    row = page.one("table", data_scenario="json").one("tbody").all("tr")[1]
    assert "n/a it takes two blocks in each campaign" in row.text
    assert "There is no noise floor" in page.text


def test_differences_and_notices_stand_on_the_page(tmp_path: Path) -> None:
    interpreter = campaign(1)[0].interpreter.model_copy(update={"version": "3.13.1"})
    page, _, _ = compared(tmp_path, later(interpreter=interpreter, commit="feed"))
    told = page.one("table", class_="versions").text
    for expected in ("interpreter.version", "3.11.7", "3.13.1", "95fb9da3c0ffee", "feed"):
        assert expected in told
    assert "reference-changed" in page.one("section", id="answer").text


def test_every_chart_says_its_figures_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    page, comparison, _ = compared(tmp_path)
    charts = page.all("svg", class_="chart")
    assert len(charts) == len(comparison.scenarios)
    assert all("percent" in chart.one("desc").text for chart in charts)
    assert not page.all("script")
    for element in page.walk():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"], element
        for name in ("src", "href"):
            assert element.attributes.get(name, "#").startswith(("#", "data:,")), element
    css = "".join(child for child in page.one("style").children if isinstance(child, str))
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script" not in policy


@pytest.mark.parametrize("payload", SHORT)
def test_hostile_text_stays_text(tmp_path: Path, payload: str) -> None:
    now = later(commit=payload)
    titles = {id_: app.model_copy(update={"title": payload}) for id_, app in now.record.applications.items()}
    hostile = Measured(now.record.model_copy(update={"applications": titles}), now.trials)
    page, _, _ = compared(tmp_path, hostile)
    plain, _, _ = compared(tmp_path, later(commit="x"))
    assert not page.all("img")
    assert len(page.all("td")) >= len(plain.all("td"))
    assert "49" not in page.one("table", data_scenario="json").one("tbody").all("tr")[0].one("th").text


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    first, second = (compared(tmp_path / name)[2] for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_a_campaign_is_read_from_its_folder(tmp_path: Path) -> None:
    record, trials = campaign(2)
    found = measured(saved(tmp_path / "results", record, trials))
    assert (found.record, len(found.trials)) == (record, len(trials))
    assert json.loads((tmp_path / "results" / "campaign.json").read_text())["id"] == record.id
