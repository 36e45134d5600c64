"""Applications whose programs this machine lacks: left out of a campaign with a notice, never a failure."""

from pathlib import Path

import pytest

from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.model.errors import EnvironmentRefused

PROJECT = Project(Path(__file__).parents[2])
ELSEWHERE = """
id = "elsewhere"
title = "Elsewhere"
servers = ["own"]
scenarios = ["json"]
tier = "reference"
language = "cobol"
install = "apt-get install a-compiler"

[own]
argv = ["no-such-program-here", "{port}"]

[programs]
cobol = ["no-such-program-here", "--version"]
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "app.toml").write_text(ELSEWHERE)
    return tmp_path


def asked(folder: Path, *only: str) -> RunOptions:
    selection = Selection(only=only, scenarios=("json",), app_folders=(folder,))
    return RunOptions(selection=selection, platform=PlatformOptions(database="sqlite"))


def test_it_is_left_out_with_a_notice_that_has_the_command(elsewhere: Path) -> None:
    record = prepare(PROJECT, asked(elsewhere, "raw-asgi")).record
    assert {cell.app for cell in record.plan.cells} == {"raw-asgi"}
    assert set(record.applications) == {"raw-asgi"}
    (notice,) = [notice for notice in record.notices if notice.code == "not-installed"]
    assert notice.seen == "Elsewhere is left out: cobol (not found) cannot be run here"
    assert notice.mend == "apt-get install a-compiler"
    assert record.failures == ()


def test_where_nothing_else_is_left_it_is_refused_with_the_command(elsewhere: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="no application is left that can be run") as refused:
        prepare(PROJECT, asked(elsewhere, "elsewhere"))
    assert "apt-get install a-compiler" in str(refused.value)
