"""Response times at a fixed rate, and rates under a limit, on the page and in ranking.json."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.load.histogram import Times
from harness.model.notice import Notice
from harness.report.reading import read as read_source
from harness.report.text import number
from harness.report.view.sections.facts import counted_s
from harness.report.write import write_report
from tests.conftest import MadeOnce
from tests.report.campaigns import campaign, saved, with_latency
from tests.report.dom import Element, as_written, parse

SHARES = (0.5, 0.9, 0.95, 0.99, 0.999)
MOVED = Notice(code="capacity-moved", seen="it moved")


Report = tuple[Element, dict[str, Any]]
"""The page as a tree, and its figures."""


def report(folder: Path, **how: Any) -> Report:
    record, trials = campaign(2)
    asked, windows, searches = with_latency(record, **how)
    write_report(saved(folder / "results", asked, trials, windows, searches), folder / "out")
    return read(folder)


def read(folder: Path) -> Report:
    page = folder / "out" / "index.html"
    return parse(page.read_text()), json.loads(page.with_name("ranking.json").read_text())


@pytest.fixture(scope="module")
def usual(made_once: MadeOnce) -> Report:
    """Of a campaign with every response time, written once for all tests."""
    return read(made_once("latency report", report))


def values(row: Element) -> list[float | None]:
    found = [cell.attributes["data-value"] for cell in row.all("td")]
    return [float(value) if value else None for value in found]


def shown(page: Element, **table: str) -> dict[str, Element]:
    rows = page.one("table", **table).one("tbody").all("tr")
    return {row.attributes["data-cell"]: row for row in rows}


def test_response_times_on_the_page_are_those_of_ranking_json(usual: Report) -> None:
    page, figures = usual
    rows = shown(page, data_latency="json")
    assert list(rows) == [row["cell"] for row in figures["latency"]["json"]]
    assert len(rows) == 6
    for row in figures["latency"]["json"]:
        times = {found["share"]: found["seconds"] for found in row["percentiles"]}
        expected = [row["offered_rate"], row["achieved_share"], *(times[share] for share in SHARES), row["max_s"]]
        assert values(rows[row["cell"]]) == as_written([*expected, row["windows"]])
        assert None not in expected[:-2]
        assert row["histogram"] is None
        for found, shown_ in zip(row["percentiles"], rows[row["cell"]].all("td")[2:7], strict=True):
            if found["seconds"] is None:
                assert not shown_.all("span", class_="interval")
                continue
            assert found["low"] <= found["seconds"] <= found["high"]
            low, high = (number(1000 * found[bound]) for bound in ("low", "high"))
            assert shown_.one("span", class_="interval").text == f"{low}–{high}"


def test_what_is_counted_is_the_time_of_trials_and_of_the_windows_that_are_in_a_figure(tmp_path: Path) -> None:
    record, trials = campaign(1)
    asked, (first, *windows), searches = with_latency(record)
    moved = first.model_copy(update={"discarded": MOVED})
    source = read_source(saved(tmp_path / "results", asked, trials, (moved, *windows), searches))
    assert counted_s(source) == pytest.approx(
        sum(trial.duration_s for trial in trials) + sum(window.duration_s for window in windows)
    )


def test_how_late_the_generator_was_is_told_where_it_is_known(tmp_path: Path) -> None:
    late = Times()
    late.add(np.array([10e-6] * 980 + [300e-6] * 20))
    record, trials = campaign(1)
    asked, windows, searches = with_latency(record)
    known = [one.model_copy(update={"lateness_histogram": late.encoded()}) for one in windows]
    pages = [
        parse(
            write_report(saved(tmp_path / name, asked, trials, each, searches), tmp_path / f"{name}-page").read_text()
        )
        for name, each in (("known", known), ("unknown", windows))
    ]
    assert [page.text.count("The load generator sent half of the requests within") for page in pages] == [1, 0]
    assert "half of the requests within 10.0 µs" in pages[0].text
    assert "99% within 300 µs" in pages[0].text
    (row, *_) = json.loads((tmp_path / "known-page" / "ranking.json").read_text())["latency"]["json"]
    assert (row["lateness_p50_s"], row["lateness_p99_s"]) == (10e-6, 300e-6)


def test_the_capacity_under_a_limit_is_told_with_its_width(usual: Report) -> None:
    page, figures = usual
    rows = shown(page, data_capacity="json")
    for row in figures["capacity"]["json"]:
        assert values(rows[row["cell"]]) == as_written([row["rate"], row["high"] - row["low"], 2, 4])
    assert "Highest rate with p99 within 50.0 ms" in page.text


def test_a_percentile_that_too_few_requests_reach_is_absent_with_the_reason(tmp_path: Path) -> None:
    page, figures = report(tmp_path, requests=600)
    for row in shown(page, data_latency="json").values():
        p99 = row.all("td")[5]
        assert p99.attributes["data-value"] == ""
        assert p99.text == "n/a takes 3,000"
    assert figures["latency"]["json"][0]["percentiles"][3]["seconds"] is None
    assert "response time at a fixed rate" in page.one("section", id="json").text


def test_a_cell_that_failed_has_one_reason_and_no_figure(tmp_path: Path) -> None:
    record, trials = campaign(2, failed=("django",))
    asked, windows, searches = with_latency(record)
    page = parse(write_report(saved(tmp_path / "r", asked, trials, windows, searches), tmp_path / "out").read_text())
    for table in ({"data_latency": "json"}, {"data_capacity": "json"}):
        django = next(row for cell, row in shown(page, **table).items() if cell.startswith("django"))
        assert [cell.text for cell in django.all("td")] == ["n/a start: exited with code 3 before it answered"]


def test_without_a_limit_there_is_no_table_of_capacities(tmp_path: Path) -> None:
    page, figures = report(tmp_path, p99_s=None)
    assert figures["capacity"] == {}
    assert not page.all("table", data_capacity="json")


def test_where_latency_was_not_asked_for_nothing_is_said_of_it(usual: Report) -> None:
    page, figures = usual
    assert list(figures["latency"]) == ["json"]
    assert not page.all("table", data_latency="db")
    titles = [chart.one("title").text for chart in page.all("svg", class_="chart")]
    assert "JSON: response time at a fixed rate" in titles
    assert "One database row: response time at a fixed rate" not in titles


def test_discarded_windows_are_counted_and_failed_requests_told(tmp_path: Path) -> None:
    record, trials = campaign(2)
    asked, windows, _ = with_latency(record)
    first, *others = windows
    again = next(window for window in others if window.cell == first.cell)
    changed = [
        first.model_copy(update={"discarded": MOVED}),
        *(w.model_copy(update={"errors": {"status": 60}}) if w is again else w for w in others),
    ]
    page = parse(write_report(saved(tmp_path / "results", asked, trials, changed), tmp_path / "out").read_text())
    row = shown(page, data_latency="json")[first.cell]
    assert row.all("td")[-1].text == "1 12,000 requests at 50% of capacity; 1 discarded"
    assert "0.5 % of requests failed" in row.one("th").text


def test_a_window_that_cannot_be_read_is_named_and_the_rest_reported(tmp_path: Path) -> None:
    record, trials = campaign(2)
    asked, windows, _ = with_latency(record)
    broken = [windows[0].model_copy(update={"histogram": "HISTFAAA"}), *windows[1:]]
    page = parse(write_report(saved(tmp_path / "results", asked, trials, broken), tmp_path / "out").read_text())
    assert (
        "block 0, scenario json was left out: its histogram cannot be read" in page.one("section", id="conditions").text
    )
    assert len(shown(page, data_latency="json")) == 6


def test_a_record_whose_latency_names_what_is_not_planned_is_no_obstacle(tmp_path: Path) -> None:
    record, trials = campaign(2)
    asked, windows, searches = with_latency(record)
    plan = asked.plan.model_copy(update={"latency": ("json", "elsewhere")})
    gone = {app: manifest for app, manifest in asked.applications.items() if app != "flask"}
    odd = asked.model_copy(update={"plan": plan, "applications": gone})
    page = write_report(saved(tmp_path / "results", odd, trials, windows, searches), tmp_path / "out")
    assert len(shown(parse(page.read_text()), data_latency="json")) == 5
