"""What `harness verify` shows on the terminal."""

import pytest

from harness.cli.run.verifying import show
from harness.cli.show.trying.verdicts import Verdict
from tests.analysis.campaigns import cell

CELLS = [cell("bottle"), cell("flask"), cell("sanic")]


def verdict(app: str, *faults: str) -> Verdict:
    return Verdict(cell=cell(app).id, app=app, server="uvicorn", passed=not faults, faults=faults)


def test_what_failed_comes_last_and_the_rest_stays_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    show([verdict("sanic"), verdict("flask", "json: status", "db: status"), verdict("bottle")], CELLS)
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()][2:]
    assert [row[0] for row in rows] == ["sanic", "bottle", "flask", "db:"]
    assert rows[-2][2:] == ["failed", "json:", "status"]
