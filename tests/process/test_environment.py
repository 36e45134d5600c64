"""What a program gets of the user's environment, and that nothing in a user's shell breaks one."""

import json
import sys
from pathlib import Path

import pytest

from harness.campaign.plan.commit import commit_of
from harness.load.ceiling import measured_ceiling
from harness.load.driver import LocustDriver
from harness.measure.interpreter import describe
from harness.process.environment import NETWORK, PASSED_ON, passed_on
from harness.process.owned import OwnedProcess
from harness.under_test.install.environments import _described
from harness.under_test.install.uv_command import run_uv
from harness.under_test.launch.programs import _asked

HOSTILE = {
    "PYTHONHOME": "/nowhere",
    "PYTHONPATH": "/nowhere",
    "PYTHONSTARTUP": "/nowhere",
    "LOCUST_SKIP_MONKEY_PATCH": "1",
    "GEVENT_LOOP": "nowhere",
    "GIT_DIR": "/nowhere",
    "UV_PYTHON": "/nowhere",
    "VIRTUAL_ENV": "/nowhere",
    "WEB_CONCURRENCY": "7",
    "SECRET": "of the user",
}


@pytest.fixture
def hostile_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("hostile_shell")
def test_a_program_gets_what_it_takes_to_run_and_nothing_else(tmp_path: Path) -> None:
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    log = tmp_path / "log"
    with OwnedProcess([sys.executable, "-c", code], name="any", log=log) as process:
        assert process.wait(30) == 0
    seen = json.loads(log.read_text())
    assert seen["PATH"]
    assert set(seen) - {"LC_CTYPE"} <= {*PASSED_ON, "HARNESS_OWNER"}


def test_what_asks_the_network_learns_how_to_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("UV_INDEX_INTERNAL_PASSWORD", "secret")
    assert "HTTPS_PROXY" not in passed_on()
    found = passed_on(*NETWORK, "UV_*INDEX*")
    assert (found["HTTPS_PROXY"], found["UV_INDEX_INTERNAL_PASSWORD"]) == ("http://127.0.0.1:1", "secret")


@pytest.mark.usefixtures("hostile_shell")
def test_load_is_made_whatever_the_users_shell_says(tmp_path: Path) -> None:
    with LocustDriver(cpus=(), log=tmp_path / "load.log", own_workers=1) as driver:
        assert measured_ceiling(driver, tmp_path, connections=4, length_s=0.2).completions > 0
    with LocustDriver(cpus=(), log=tmp_path / "load.log") as driver:
        assert measured_ceiling(driver, tmp_path, connections=4, length_s=0.2).completions > 0


@pytest.mark.usefixtures("hostile_shell")
def test_what_is_asked_for_its_version_answers_whatever_the_users_shell_says(tmp_path: Path) -> None:
    here = Path(sys.executable)
    assert describe(here, passed_on()).version == sys.version.split()[0]
    _described.cache_clear()
    assert sys.version.split()[0] in _described(here, here.resolve(), 0)
    _asked.cache_clear()
    assert _asked((sys.executable, "--version"), "/usr/bin", ()).version == sys.version.split()[0]
    run_uv(["venv", "--no-project", "--python", sys.executable, str(tmp_path / "made")], package_cache=tmp_path / "uv")
    assert (tmp_path / "made" / "bin" / "python").exists()
    root = Path(__file__).parents[2]
    assert (commit_of(root) is None) == (not (root / ".git").exists())
