"""CSV, Markdown and JSON say what the page says."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.report.document import RankingDocument, schema
from harness.report.export import as_json, ranking_of
from harness.report.exports.badge import badge
from harness.report.exports.formats import COLUMNS, as_csv, as_markdown
from harness.report.write import read, write_report
from tests.report.campaigns import campaign, saved, with_latency
from tests.report.hostile import SHORT

SCHEMA = Path(__file__).parents[2] / "docs" / "ranking.schema.json"


def results(tmp_path: Path) -> Path:
    record, trials = campaign(4, failed=("django",))
    asked, windows, searches = with_latency(record)
    return saved(tmp_path / "results", asked, trials, windows, searches)


def document(tmp_path: Path) -> RankingDocument:
    return ranking_of(read(results(tmp_path)))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_published_schema_is_that_of_the_document() -> None:
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(schema())), (
        "write docs/ranking.schema.json again, and say in harness/report/document.py what is new"
    )


def test_ranking_json_is_what_its_schema_says_and_nothing_more(tmp_path: Path) -> None:
    folder = results(tmp_path)
    written = json.loads(write_report(folder, tmp_path / "out").with_name("ranking.json").read_text())
    again = RankingDocument.model_validate(written)
    assert json.loads(as_json(again.model_dump(mode="json"))) == written
    assert set(written) == set(schema()["required"]) | {"schema_version"}


def test_the_figures_of_the_csv_are_those_of_ranking_json_to_the_last_digit(tmp_path: Path) -> None:
    found = document(tmp_path)
    rows = table(as_csv(found))
    assert list(rows[0]) == list(COLUMNS)
    for scenario, ranked in found.scenarios.items():
        told = [row for row in rows if row["scenario"] == scenario and row["rps"]]
        assert [row["cell"] for row in told] == [row.cell for row in ranked]
        for row, figure in zip(told, ranked, strict=True):
            for name in ("rps", "rps_low", "rps_high", "ratio", "ratio_low", "ratio_high", "error_share"):
                assert float(row[name]) == getattr(figure, name), name
            assert float(row["cpu_us_a_request"]) == found.costs[scenario][figure.cell].cpu_us_a_request
    times = {row.cell: {p.share: p.seconds for p in row.percentiles} for row in found.latency["json"]}
    for row in rows:
        if row["scenario"] == "json" and row["rps"]:
            assert float(row["p99_s"]) == times[row["cell"]][0.99]
            assert float(row["p99.9_s"] or 0) == (times[row["cell"]][0.999] or 0)
            assert float(row["capacity_rps"]) > 0


def test_what_was_not_measured_is_empty_in_the_csv_with_its_reason(tmp_path: Path) -> None:
    rows = table(as_csv(document(tmp_path)))
    django = [row for row in rows if row["app"] == "django"]
    assert [(row["rps"], row["rank_low"]) for row in django] == [("", "")] * 3
    assert {row["reason"] for row in django} == {"start: exited with code 3 before it answered"}
    assert {row["p99_s"] for row in rows if row["scenario"] == "db"} == {""}


def test_a_row_of_the_csv_says_what_its_application_is_built_from(tmp_path: Path) -> None:
    found = document(tmp_path)
    with_orjson = found.uses["flask"].model_copy(update={"serializer": "orjson"})
    rows = table(as_csv(found.model_copy(update={"uses": found.uses | {"flask": with_orjson}})))
    used = {row["app"]: (row["framework"], row["driver"], row["serializer"]) for row in rows}
    assert used["flask"] == ("flask", "psycopg", "orjson")
    assert used["fastapi"] == ("fastapi", "psycopg", "json")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(tmp_path: Path, start: str) -> None:
    evil = f'{start}cmd|"/C calc"!A1,x'
    found = document(tmp_path)
    named = found.model_copy(update={"titles": dict.fromkeys(found.titles, evil)})
    rows = table(as_csv(named))
    assert {row["title"][0] for row in rows} == {"'"}
    assert all(row["title"][1:].replace("\ufffd", "\r") == evil for row in rows)
    assert [row["rps"] for row in rows] == [row["rps"] for row in table(as_csv(found))]


def test_markdown_is_a_table_a_scenario_with_the_rounded_figures(tmp_path: Path) -> None:
    found = document(tmp_path)
    text = as_markdown(found)
    assert text.count("|---|---|---:|---:|") == 3
    for row in found.scenarios["json"]:
        assert f"| {row.rps:,.0f} ({row.rps_low:,.0f}–{row.rps_high:,.0f}) |" in text
    assert "- n/a: Django on gunicorn-gthread: start: exited with code 3 before it answered" in text
    assert "Noise floor" in text


@pytest.mark.parametrize("payload", [*SHORT, "a|b\n# c [x](javascript:y) *z*"])
def test_no_text_is_markup_in_markdown(tmp_path: Path, payload: str) -> None:
    found = document(tmp_path)
    text = as_markdown(found.model_copy(update={"titles": dict.fromkeys(found.titles, payload)}))
    plain = as_markdown(found.model_copy(update={"titles": dict.fromkeys(found.titles, "x")}))
    assert text.count("\n") == plain.count("\n")
    for markup in ("<", "|", "*", "["):
        assert text.replace(f"\\{markup}", "").count(markup) == plain.count(markup), markup


@pytest.mark.parametrize("payload", SHORT)
def test_no_text_is_markup_in_a_badge(tmp_path: Path, payload: str) -> None:
    found = document(tmp_path)
    hostile = found.model_copy(update={"titles": dict.fromkeys(found.titles, payload)})
    root = ET.fromstring(badge(hostile, "fastapi"))
    assert {element.tag.partition("}")[2] for element in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert {name for element in root.iter() for name in element.attrib} <= {
        *(
            "width",
            "height",
            "role",
            "aria-label",
            "rx",
            "fill",
            "d",
            "font-family",
            "font-size",
            "x",
            "y",
            "textLength",
        )
    }


def test_the_badge_of_the_reference_and_of_an_estimate_say_so(tmp_path: Path) -> None:
    found = document(tmp_path)
    assert "the reference · " in badge(found, "raw-asgi")
    seen = found.inference["json"].model_copy(update={"estimate": True})
    estimate = found.model_copy(update={"inference": {**found.inference, "json": seen}})
    assert ": estimate · " in badge(estimate, "fastapi")
    assert "group" not in badge(estimate, "fastapi")
