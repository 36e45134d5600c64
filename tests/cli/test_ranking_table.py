"""The ranking on the terminal."""

import re

import pytest

from harness.analysis.ranking import rank
from harness.cli.console import output
from harness.cli.tables import ranking_table
from harness.model.application import AppManifest
from harness.model.ranking import ScenarioRanking
from tests.analysis.campaigns import application, campaign, cell, made_up

CELLS = (cell("raw-asgi"), cell("flask-sqlalchemy"), cell("flask"), cell("django"))
SPEEDS = dict(zip((c.id for c in CELLS), (10_000.0, 9_000.0, 5_000.0, 2_000.0), strict=True))


def ranking(**idiomatic: AppManifest) -> ScenarioRanking:
    record = campaign(CELLS, blocks=6)
    changed = record.model_copy(update={"applications": record.applications | {a.id: a for a in idiomatic.values()}})
    return rank(changed, made_up(SPEEDS, 6)).scenarios["json"]


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
