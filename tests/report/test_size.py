"""A large campaign: 12 cells, 7 scenarios, 5 levels, 12 blocks; 5,040 trials."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.report.campaigns import APPS, campaign, saved

MEMORY_BYTES = 500_000_000
PAGE_BYTES = 1_500_000
SCENARIOS = ("json", "plaintext", "db", "queries", "fortunes", "updates", "cached")
ACCOUNTANT = Path(__file__).parents[2] / "benchmarks" / "shared" / "accountant.py"
"""Between the tests and the command: a process counts the memory of the one that forked it as its own peak, and the
tests may be larger than the report."""


def test_five_thousand_trials_fit_in_memory_and_in_a_small_page(tmp_path: Path) -> None:
    second = tuple(replace(app, id=f"{app.id}-two", title=f"{app.title} II", server="granian") for app in APPS)
    record, trials = campaign(
        12, apps=(*APPS, *second), scenarios={id_: id_.title() for id_ in SCENARIOS}, levels=5, timed=True, twin=False
    )
    assert len(trials) >= 5000
    results = saved(tmp_path / "results", record, trials)
    spent = tmp_path / "spent.json"
    argv = [sys.executable, "-I", "-S", str(ACCOUNTANT), str(spent), str(Path(sys.executable).with_name("harness"))]
    subprocess.run([*argv, "report", str(results), "--out", str(tmp_path / "out")], check=True)
    assert json.loads(spent.read_text())["peak_bytes"] < MEMORY_BYTES
    assert (tmp_path / "out" / "index.html").stat().st_size < PAGE_BYTES
