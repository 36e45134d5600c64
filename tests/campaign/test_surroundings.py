"""Other campaigns on the machine, and other programs."""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from harness.campaign.session.surroundings import Surroundings, announced, others, wait_for_others
from harness.cli.run.plans import heed_others
from harness.measure.company import Reading, between
from harness.model.errors import EnvironmentRefused, ExitCode


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_campaign_is_seen_by_others_while_it_runs_and_not_by_itself(tmp_path: Path) -> None:
    with announced(tmp_path / "mine", (0, 1)) as mine:
        assert others(mine) == []
        (found,) = others()
        assert (found.results, found.cores) == (str(tmp_path / "mine"), (0, 1))
        with announced(tmp_path / "second", ()) as second:
            (notice,) = [one for one in Surroundings((), second).before() if one.code == "other-campaign"]
            assert str(tmp_path / "mine") in notice.seen
    assert others() == []


def test_what_a_killed_campaign_or_a_stranger_left_there_is_no_campaign(tmp_path: Path) -> None:
    folder = tmp_path / "harness-campaigns-7"
    folder.mkdir()
    (folder / "1-1.json").write_text('{"pid": 1, "results": "x", "cores": []}')
    (folder / "2-2.json").symlink_to("/dev/zero")
    (folder / "3-3.json").mkdir()
    assert others() == []


def test_waiting_ends_with_the_other_campaign_and_exclusive_refuses_while_it_runs(tmp_path: Path) -> None:
    said: list[str] = []
    with announced(tmp_path / "first", (0,)):
        with pytest.raises(EnvironmentRefused, match="first") as refused:
            heed_others(0.0, exclusive=True)
        assert refused.value.exit_code == ExitCode.ENVIRONMENT
        waiting = threading.Thread(target=wait_for_others, args=(60.0, said.append))
        waiting.start()
        while not said:
            time.sleep(0.01)
        assert waiting.is_alive()
    waiting.join(30)
    assert not waiting.is_alive()
    assert str(tmp_path / "first") in said[0]
    heed_others(60.0, exclusive=True)


def test_what_others_used_is_everything_but_idle_and_ours_with_the_names_of_the_greatest() -> None:
    before = Reading(0.0, 100.0, 50.0, {(7, 1.0): ("make", 10.0), (8, 1.0): ("python3", 5.0)})
    after = Reading(10.0, 130.0, 62.0, {(7, 1.0): ("make", 12.0), (8, 1.0): ("python3", 14.0), (9, 2.0): ("cc", 4.0)})
    company = between(before, after, (0, 1, 2, 3))
    assert company.used == pytest.approx(1.8)
    assert company.cores == 4
    assert company.top == (("python3", 0.9), ("cc", 0.4), ("make", 0.2))


LOOKS = """
import sys
from pathlib import Path
from harness.campaign.session.surroundings import Surroundings
for notice in Surroundings((), Path(sys.argv[1])).before():
    print(notice.code, notice.seen)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_programs_that_use_the_cores_are_named(tmp_path: Path) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        told = subprocess.run([sys.executable, "-c", LOOKS, str(tmp_path)], capture_output=True, text=True, check=True)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert "busy-machine before the campaign began, other programs used" in told.stdout
    assert "python" in told.stdout
