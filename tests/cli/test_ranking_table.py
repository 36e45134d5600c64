"""The ranking on the terminal."""

import io
import re

import pytest
from rich.console import Console

from harness.analysis.ranking.ranking import rank
from harness.cli.console import output
from harness.cli.show.tables import ranking_table
from harness.model.asked.application import AppManifest
from harness.model.found.ranking import ScenarioRanking
from tests.analysis.campaigns import application, campaign, cell, made_up

CELLS = (cell("raw-asgi"), cell("flask-sqlalchemy"), cell("flask"), cell("django"))
SPEEDS = dict(zip((c.id for c in CELLS), (10_000.0, 9_000.0, 5_000.0, 2_000.0), strict=True))


def ranking(**idiomatic: AppManifest) -> ScenarioRanking:
    record = campaign(CELLS, blocks=6)
    changed = record.model_copy(update={"applications": record.applications | {a.id: a for a in idiomatic.values()}})
    return rank(changed, made_up(SPEEDS, 6)).scenarios["json"]


def many(how_many: int) -> ScenarioRanking:
    """The fastest of the ranking so many times, on a server with a long name."""
    row = ranking().rows[0].model_copy(update={"server": "gunicorn-uvicorn-worker", "ratio_low": 0.17})
    return ranking().model_copy(update={"rows": (row,) * how_many})


def shown(found: ScenarioRanking, capsys: pytest.CaptureFixture[str]) -> str:
    output.print(ranking_table(found))
    return capsys.readouterr().out


def test_it_is_one_table_where_all_cells_are_ranked_with_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(ranking(), capsys)
    assert re.findall(r"^json at .*?(?= *$)", told, re.MULTILINE) == ["json at 64c"]
    assert re.findall(r"^ *(\d) +(\S+) +uvicorn", told, re.MULTILINE)[-1] == ("4", "django")


def test_tiers_have_a_table_each(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(ranking(one=application("flask-sqlalchemy", tier="idiomatic")), capsys)
    controlled, idiomatic = told.split("json at 64c, idiomatic")
    assert controlled.startswith("json at 64c, controlled")
    assert [app for _, app in re.findall(r"^ *(\d) +(\S+) +uvicorn", controlled, re.MULTILINE)] == [
        *("raw-asgi", "flask", "django")
    ]
    assert re.findall(r"^ *(\d) +(\S+) +uvicorn", idiomatic, re.MULTILINE) == [("1", "flask-sqlalchemy")]


@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_figure_and_no_heading_is_broken_however_narrow_the_terminal(width: int) -> None:
    found = many(1)
    long = {"app": "raw-wsgi-and-a-rather-long-name", "rps": 1_234_567.0, "ratio_low": 10.17, "ratio_high": 10.21}
    text = io.StringIO()
    rows = (found.rows[0].model_copy(update=long),)
    Console(file=text, width=width).print(ranking_table(found.model_copy(update={"rows": rows})))
    assert re.search("^ *rank .* requests/s +ratio +interval", text.getvalue(), re.MULTILINE)
    assert all(figure in text.getvalue() for figure in ("1,234,567", "10.17–10.21"))


def test_a_file_is_wide_enough_for_every_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert len([line for line in shown(many(3), capsys).splitlines() if "gunicorn-uvicorn-worker" in line]) == 3


def test_a_long_table_ends_early_where_that_is_asked_for_and_says_how_many_more_there_are() -> None:
    lines = []
    for most in (12, None):
        text = io.StringIO()
        Console(file=text, width=120).print(ranking_table(many(67), most))
        lines.append([line.rstrip() for line in text.getvalue().splitlines() if line.strip()])
    short, whole = lines
    assert len([line for line in short if "gunicorn-uvicorn-worker" in line]) == 12
    assert short[-1] == "… 55 more: see the report, or harness export"
    assert len([line for line in whole if "gunicorn-uvicorn-worker" in line]) == 67
    assert "more" not in whole[-1]
