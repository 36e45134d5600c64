"""A real campaign of `wait`, `mixed` and `middleware`: the upstream is asked, counted and ends; the p99 of the others
is ranked, and the slope over all levels."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.analysis.latency.percentiles import times_of
from harness.analysis.ranking.ranking import rank
from harness.store.folder import ResultsFolder
from tests.end_to_end.command import ASLEEP, BRIEFLY

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("waiting and mixed")]
HARNESS = Path(sys.executable).with_name("harness")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> tuple[ResultsFolder, str]:
    folder = tmp_path_factory.mktemp("campaign")
    apps, scenarios = ("raw-asgi", "raw-wsgi"), ("wait", "mixed", "middleware")
    what = [*(f"--only={app}" for app in apps), *(f"--scenario={scenario}" for scenario in scenarios)]
    how = ["--quick", "--rotations", "1s", "--latency", "none", "--seed", "7"]
    where = ["--results", str(folder / "results"), "--out", str(folder / "report")]
    command = [str(HARNESS), "run", *what, *how, *where, *ASLEEP, *BRIEFLY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    (results,) = [path for path in (folder / "results").iterdir() if not path.is_symlink()]
    return ResultsFolder.open(results), done.stdout


def test_every_answer_of_wait_was_asked_of_the_upstream_which_costs_little(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, _ = campaign
    record = folder.read_record()
    assert record.failures == ()
    assert [service.name for service in record.services] == ["upstream"]
    for cell in record.cells.values():
        (account,) = cell.accounts
        assert account.table == "upstream"
        assert account.counted.reads >= account.demanded.reads > 100
    costs = [one.cost for one in folder.read_trials()[0] if one.scenario == "wait"]
    assert all(cost and cost.service_cpu_s_a_request and cost.service_cpu_s_a_request < 0.001 for cost in costs)


def test_threads_answer_what_eight_of_them_can_and_an_event_loop_many_times_as_much(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, _ = campaign
    rows = {row.app: row for row in rank(folder.read_record(), folder.read_trials()[0]).scenarios["wait"].rows}
    assert rows["raw-wsgi"].rps <= 8 / 0.05 * 1.05  # eight threads, each of which waits 50 ms for an answer
    assert rows["raw-asgi"].rps > 3 * rows["raw-wsgi"].rps


def test_mixed_is_ranked_by_times_at_one_rate_in_which_what_computes_is_not(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, said = campaign
    record, windows = folder.read_record(), folder.read_windows()[0]
    assert record.work["mixed"] > 10_000
    assert {(window.scenario, window.offered_rate) for window in windows} == {("mixed", 400)}
    assert {window.cell for window in windows} == {cell.id for cell in record.plan.cells}, "A/A twins too"
    for window in windows:
        assert window.offered < 400 * window.duration_s, "one in a hundred is not among them"
        assert times_of(window.histogram).count <= window.offered
    found = rank(record, folder.read_trials()[0]).scenarios["mixed"]
    assert all(row.p99_s is not None and row.p99_s > 0 for row in found.rows)
    assert "mixed at 400 requests/s" in said
    assert "p99, ms" in said


def test_all_levels_of_middleware_are_measured_in_the_same_rotations_and_give_a_slope(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, said = campaign
    record, (trials, _) = folder.read_record(), folder.read_trials()
    measured = {(one.cell, one.level.n) for one in trials if one.scenario == "middleware"}
    assert measured == {(cell.id, n) for cell in record.plan.cells for n in (0, 1, 4, 16)}
    slopes = rank(record, trials).scenarios["middleware"].slopes
    assert slopes
    assert (slopes.per, {row.cell.partition(".")[0] for row in slopes.rows}) == ("middleware", {"raw-asgi", "raw-wsgi"})
    assert "per middleware" in said
