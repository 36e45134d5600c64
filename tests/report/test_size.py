"""A large campaign: 12 cells, 7 scenarios, 5 levels, 12 blocks; 5,040 trials."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.report.campaigns import APPS, campaign, saved

MEMORY_MIB = 500
PAGE_BYTES = 1_500_000
SCENARIOS = ("json", "plaintext", "db", "queries", "fortunes", "updates", "cached")
PROGRAM = """
import resource, sys
from pathlib import Path
from harness.report.write import write_report
write_report(Path(sys.argv[1]), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_five_thousand_trials_fit_in_memory_and_in_a_small_page(tmp_path: Path) -> None:
    second = tuple(replace(app, id=f"{app.id}-two", title=f"{app.title} II", server="granian") for app in APPS)
    record, trials = campaign(
        12, apps=(*APPS, *second), scenarios={id_: id_.title() for id_ in SCENARIOS}, levels=5, timed=True, twin=False
    )
    assert len(trials) >= 5000
    results = saved(tmp_path / "results", record, trials)
    command = [sys.executable, "-c", PROGRAM, str(results), str(tmp_path / "out")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < MEMORY_MIB
    assert (tmp_path / "out" / "index.html").stat().st_size < PAGE_BYTES
