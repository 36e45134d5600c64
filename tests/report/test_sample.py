"""The sample campaign that the project carries: it can be read, and its page is the one that its results make."""

import json
import re
from pathlib import Path

import pytest

from harness.report.export import as_json, ranking_document
from harness.report.reading import read
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
    figures = as_json(ranking_document(read(RESULTS)))
    assert json.loads(PAGE.with_name("ranking.json").read_text()) == json.loads(figures), REMAKE
    embedded = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', PAGE.read_text(), re.DOTALL)
    assert embedded
    assert json.loads(embedded[1]) == script_data(read(RESULTS)), REMAKE


@pytest.mark.parametrize("file", sorted(path.name for path in RESULTS.rglob("*") if path.is_file()))
def test_it_tells_nothing_of_the_machine_but_what_a_report_says(file: str) -> None:
    (path,) = RESULTS.rglob(file)
    assert not re.search(r"/(home|root|tmp|Users|work)/", path.read_text())


def test_the_readme_links_the_page() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"({PAGE.relative_to(ROOT)})" in readme
    assert f"({RESULTS.relative_to(ROOT)})" in readme
