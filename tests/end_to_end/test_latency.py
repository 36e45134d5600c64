"""A real campaign that measures response times, and levels it does not rank: a real server, the real command."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.analysis.ranking.ranking import rank
from harness.campaign.plan.options import RunOptions
from harness.store.folder import ResultsFolder
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import ASLEEP, BRIEFLY

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("latency")]
HARNESS = Path(sys.executable).with_name("harness")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> tuple[ResultsFolder, str]:
    """Its results, and what the command said on standard output."""
    folder = tmp_path_factory.mktemp("campaign")
    command = [str(HARNESS), "run", *given(shop(folder, "shop", "slow")), "--only", "shop", "--scenario", "json"]
    command += ["--quick", "--rotations", "1s"]
    command += ["--latency", "json", "--window", "700ms", "--latency-share", "40%", "--p99", "500ms"]
    command += ["--levels", "400ms", "--seed", "7", *ASLEEP, *BRIEFLY]
    command += ["--results", str(folder / "results"), "--out", str(folder / "report")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    (results,) = [path for path in (folder / "results").iterdir() if not path.is_symlink()]
    return ResultsFolder.open(results), done.stdout


def test_each_cell_has_a_window_at_its_share_of_what_it_did_in_the_rotations_and_right_before(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, _ = campaign
    windows, notices = folder.read_windows()
    assert notices == ()
    assert len({window.cell for window in windows}) == 1
    assert "twin" not in windows[0].cell
    for window in windows:
        assert window.scenario == "json"
        usual = rotations_rate(folder, window.cell) if window is windows[0] else window.capacity_before
        assert window.offered_rate == pytest.approx(0.4 * (usual * window.capacity_before) ** 0.5)
        assert 0.7 <= window.duration_s <= 3.5, "longer where the rate is low"
        assert window.offered == pytest.approx(window.duration_s * window.offered_rate, abs=2)
        assert window.histogram is not None
        assert window.service_histogram is not None
    assert [window.repeat for window in windows] == [False, True][: len(windows)]
    assert all(window.discarded for window in windows[:-1])


def rotations_rate(folder: ResultsFolder, cell: str) -> float:
    """What the cell did in the rotations of the level that is ranked."""
    (trial,) = [trial for trial in folder.read_trials()[0] if trial.cell == cell and trial.level.connections == 64]
    return trial.completions / trial.duration_s


def test_the_search_ends_with_a_bracket_between_nothing_and_what_the_cell_can_do(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, _ = campaign
    (search,), notices = folder.read_searches()
    assert notices == ()
    assert search.ceiling == folder.read_windows()[0][-1].capacity_after
    assert search.criterion.p99_s == 0.5
    assert search.highest is not None
    assert search.highest <= search.ceiling
    assert search.broken is None or search.highest < search.broken <= search.ceiling


def test_the_plan_says_what_was_asked_for_and_time_is_told_by_phase(campaign: tuple[ResultsFolder, str]) -> None:
    record = campaign[0].read_record()
    options = RunOptions.like(record.plan)
    assert (options.latency, options.latency_share, options.p99_s) == (("json",), 0.4, 0.5)
    assert options.shape.window_s == pytest.approx(0.7)
    assert {"latency", "capacity"} <= record.phases_s.keys()
    assert all(window.level.connections == 64 for window in campaign[0].read_windows()[0])


def test_the_terminal_shows_times_and_the_highest_rate(campaign: tuple[ResultsFolder, str]) -> None:
    _, said = campaign
    assert "json: highest rate with p99 within 500 ms" in said
    assert "json: response times in ms at 40% of capacity" in said


def test_levels_that_are_not_ranked_have_trials_of_their_own_and_no_place(
    campaign: tuple[ResultsFolder, str],
) -> None:
    folder, _ = campaign
    trials, notices = folder.read_trials()
    assert notices == ()
    ranked = folder.read_record().plan.scenarios[0].rank.at
    levels = {trial.level.connections for trial in trials}
    assert levels == {16, 64, 256}
    others = [trial for trial in trials if trial.level != ranked]
    assert all(trial.completions > 0 and len(trial.rotations) >= 3 and trial.cost is None for trial in others)
    assert not any(trial.repeat for trial in others)
    ranking = rank(folder.read_record(), trials).scenarios["json"]
    assert {row.blocks for row in ranking.rows} == {1}
