"""Cells that differ in workers, threads or interpreter alone have different names wherever a reader meets them."""

from pathlib import Path

import pytest
from rich.console import Console

from harness.cli.console import output
from harness.cli.show.progress import in_a_line
from harness.cli.show.settings import show_settings
from harness.cli.show.tables import ranking_table
from harness.model.asked.cell import Cell, change, differences
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.machine import Interpreter
from harness.report.export import ranking_of
from harness.report.reading import read
from harness.report.view.opening.compared import compared
from harness.report.view.opening.reason import reason
from harness.report.view.sections.again import again, options
from harness.report.view.sections.effects import server_parts
from harness.report.view.source import Source
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.analysis.campaigns import application, campaign, cell, made_up
from tests.report.dom import parse

FREE = Interpreter(
    label="cpython-3.13.0t", implementation="CPython", version="3.13.0", build="", compiler="", gil=False
)


def of(app: str, **settings: object) -> Cell:
    return Cell.model_validate(cell(app).model_dump() | {"server": "gunicorn-gthread"} | settings)


FLASK = [of("flask", workers=workers, threads=threads) for workers in (1, 2) for threads in (1, 4)]
BARE = [one.model_copy(update={"app": "raw-wsgi"}) for one in FLASK]
ON_FREE = of("flask", workers=2, threads=4, interpreter=FREE.label)
SPEEDS = {one.id: 1_000.0 * one.workers * (1.2 if one.threads == 4 else 1) for one in FLASK}
SPEEDS |= {one.id: 2 * SPEEDS[flask.id] for one, flask in zip(BARE, FLASK, strict=True)}
SPEEDS[ON_FREE.id] = 1.5 * SPEEDS[FLASK[-1].id]


def record() -> CampaignRecord:
    made = campaign((*FLASK, *BARE, ON_FREE), blocks=6)
    apps = {"raw-wsgi": application("raw-wsgi", tier="floor"), "flask": application("flask")}
    plan = made.plan.model_copy(update={"pool_size": 32})
    changes = {"applications": apps, "other_interpreters": (FREE,), "state": "finished", "plan": plan}
    return made.model_copy(update=changes)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = ResultsFolder.create(tmp_path_factory.mktemp("settings") / "one")
    folder.write_record(record())
    folder.append_trials(made_up(SPEEDS, 6))
    return read(folder.path)


def test_a_table_of_the_terminal_has_a_column_for_settings(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    more = differences(source.record.plan.cells)
    console = Console(width=200)
    console.print(ranking_table(source.ranking.scenarios["json"], None, more))
    lines = capsys.readouterr().out.splitlines()
    assert any("server" in line and "settings" in line for line in lines)
    for settings in ("1 worker, 1 thread", "2 workers, 4 threads", "2 workers, 4 threads, Python 3.13.0t"):
        assert any("flask" in line and settings in line for line in lines)


def test_the_line_of_a_block_names_settings(source: Source) -> None:
    line = in_a_line(source.ranking.scenarios["json"], differences(source.record.plan.cells))
    assert "raw-wsgi (2 workers, 4 threads) " in line


def test_what_settings_bring_is_a_table_of_the_terminal(
    source: Source, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", 200)  # no cell is wrapped
    show_settings(source)
    said = capsys.readouterr().out
    for words in ("2 workers instead of 1", "4 threads instead of 1", "Python 3.13.0t instead of cpython3.11"):
        assert words in " ".join(said.split())


def test_the_page_names_each_cell_and_says_what_each_setting_brings(source: Source, tmp_path: Path) -> None:
    path = ResultsFolder.create(tmp_path / "one")
    path.write_record(source.record)
    path.append_trials(source.trials)
    page = parse(write_report(path.path, tmp_path / "out").read_text())
    rows = page.one("table", data_settings="json").one("tbody").all("tr")
    assert len(rows) == 9
    said = [row.text for row in rows]
    one = "flask on gunicorn-gthread (2 workers, 1 thread"
    assert any(one in text and "2 workers instead of 1" in text for text in said)
    assert all("faster" in text for text in said)
    assert len(ranking_of(source).cells) == len(set(ranking_of(source).titles.values())) == 9


def test_a_server_with_several_settings_has_a_column_of_parts_for_each(source: Source) -> None:
    (parts,) = server_parts(source, "json")
    assert len(parts.servers) == len(set(parts.servers)) == len(parts.bare) == 4
    assert all(effect is not None for row in parts.rows for effect in row.added)


def test_the_time_of_one_worker_is_no_reason_where_their_number_differs(source: Source) -> None:
    assert reason(source) == ""


def test_what_was_compared_and_how_to_repeat_it_hold_every_setting(source: Source) -> None:
    assert compared(source).startswith("1–2 workers each; ")
    assert "; 1–4 threads each; Python 3.11.7 and 3.13.0t; " in compared(source)
    line = " ".join(options(source.record))
    assert f"--reference {FLASK[0].id} --server-workers 1,2 --threads 1,4" in line
    assert "--pool 32" in line
    pools = [of("flask", pool=pool) for pool in (1, 4, 16)]
    line = " ".join(options(campaign(pools)))
    assert f"--reference {pools[0].id}" in line
    assert "--pool 1,4,16" in line
    assert change(pools[2], pools[0], "pool") == "pool of 16 instead of 1"
    assert again(source).machine.endswith("cpython 3.11.7 and CPython 3.13.0t")
