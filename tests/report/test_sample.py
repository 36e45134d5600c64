"""The sample campaign that the project carries: it can be read, and its page is the one that its results make."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.report.export import as_json, ranking_document
from harness.report.reading import read
from harness.report.view.page import page
from harness.report.view.script import script_data
from harness.store.folder import ResultsFolder

ROOT = Path(__file__).parents[2]
RESULTS, PAGE = ROOT / "results" / "sample", ROOT / "docs" / "sample" / "index.html"
REMAKE = "make it again with: harness report results/sample --out docs/sample"


def test_its_records_are_whole() -> None:
    source = read(RESULTS)
    assert source.notices == ()
    assert source.record.state == "finished"
    assert {cell.app for cell in source.record.plan.cells} >= {"fastapi", "starlette", "flask", "django"}
    assert all(ranking.rows for ranking in source.ranking.scenarios.values())
    slices, broken = ResultsFolder.open(RESULTS).read_slices()
    assert broken == ()
    assert set(slices) == set(source.record.completed_blocks)


def test_its_page_holds_the_figures_that_its_results_give() -> None:
    figures = json.loads(as_json(ranking_document(read(RESULTS))))
    assert differences(json.loads(PAGE.with_name("ranking.json").read_text()), figures) == [], REMAKE
    embedded = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', PAGE.read_text(), re.DOTALL)
    assert embedded
    source = read(RESULTS)
    given = json.loads(json.dumps(script_data(source, page(source))))
    assert differences(json.loads(embedded[1]), given) == [], REMAKE


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two JSON values differ by more than the last digits, in which processors differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for key in one for found in differences(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return [found for at, pair in enumerate(pairs) for found in differences(*pair, f"{where}[{at}]")]
    if isinstance(one, float) and isinstance(other, float):
        return [] if one == pytest.approx(other, rel=1e-9) else [f"{where}: {one} and {other}"]
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]


def test_a_changed_figure_of_the_page_is_found_and_a_last_digit_is_not() -> None:
    rows = {"rows": [{"rps": 4221.029412403802, "rank": 1}]}
    assert differences(rows, {"rows": [{"rps": 4221.029412403795, "rank": 1}]}) == []
    assert differences(rows, {"rows": [{"rps": 4221.0295, "rank": 2}]}) == [
        ".rows[0].rps: 4221.029412403802 and 4221.0295",
        ".rows[0].rank: 1 and 2",
    ]


@pytest.mark.parametrize("file", sorted(path.name for path in RESULTS.rglob("*") if path.is_file()))
def test_it_tells_nothing_of_the_machine_but_what_a_report_says(file: str) -> None:
    (path,) = RESULTS.rglob(file)
    assert not re.search(r"/(home|root|tmp|Users|work)/", path.read_text())


def test_the_readme_links_the_page() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"({PAGE.relative_to(ROOT)})" in readme
    assert f"({RESULTS.relative_to(ROOT)})" in readme
