"""What cells can do, on the page: only what was tried, with its evidence, as text."""

from pathlib import Path

from harness.model.asked.cell import Cell
from harness.model.found.capabilities import TITLES, Capabilities, CapabilitiesFound, Evidence, Probed
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.report.campaigns import campaign, saved

CELL = Cell(app="fastapi", server="uvicorn", workers=1, threads=1, database="none", interpreter="3.11")


def capabilities(got: str = "an answer") -> CapabilitiesFound:
    evidence = (Evidence(sent="a question", got=got),)
    probed = tuple(
        Probed(probe=probe, answer="no" if probe == "http2-alpn" else "yes", how=f"how {probe}", evidence=evidence)
        for probe in TITLES
    )
    return CapabilitiesFound(cells=(Capabilities(cell=CELL, probed=probed),), ended_at=1_795_333_092.0)


def page_of(tmp_path: Path, found: CapabilitiesFound | None) -> str:
    results = saved(tmp_path / "results", *campaign(blocks=3))
    if found:
        ResultsFolder.open(results).write_capabilities(found)
    write_report(results, tmp_path / "out")
    return (tmp_path / "out" / "index.html").read_text()


def test_a_campaign_whose_cells_were_not_tried_has_no_such_section(tmp_path: Path) -> None:
    assert 'id="capabilities"' not in page_of(tmp_path, None)


def test_every_answer_leads_to_its_evidence_which_is_text(tmp_path: Path) -> None:
    page = page_of(tmp_path, capabilities("<script>alert(1)</script>"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for probe in TITLES:
        assert f'href="#tried-0-{probe}"' in page
        assert f'id="tried-0-{probe}"' in page


def test_long_evidence_is_cut_on_the_page_and_kept_in_the_folder(tmp_path: Path) -> None:
    page = page_of(tmp_path, capabilities("x" * 1500))
    assert "x" * 401 not in page
    kept, notices = ResultsFolder.open(tmp_path / "results").read_capabilities()
    assert kept == capabilities("x" * 1500)
    assert notices == ()


def test_a_damaged_file_is_a_notice_with_the_command_that_mends_it(tmp_path: Path) -> None:
    results = saved(tmp_path / "results", *campaign(blocks=3))
    (results / "capabilities.json").write_text('{"cells": [{}]}')
    found, notices = ResultsFolder.open(results).read_capabilities()
    assert found is None
    assert "harness capabilities --keep results" in notices[0].mend
