import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.model.errors import EnvironmentRefused
from harness.process import owned as owning
from harness.process import warden
from harness.process.owned import OwnedProcess, stop_together
from tests.process.helpers import all_gone, program, running, until

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the system has no such call")


def owned(tmp_path: Path, *argv: str, **options: object) -> OwnedProcess:
    return OwnedProcess(argv, name="under test", log=tmp_path / "log", **options)  # type: ignore[arg-type]


def python(code: str) -> tuple[str, str, str]:
    return sys.executable, "-c", code


def test_a_program_runs_and_its_output_and_exit_code_are_told(tmp_path: Path) -> None:
    with owned(tmp_path, *python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")) as process:
        assert process.wait(30) == 7
        assert process.poll() == 7
    assert sorted(process.log_tail().split()) == ["err", "out"]


def test_the_pid_told_is_the_programs_own(tmp_path: Path) -> None:
    with owned(tmp_path, *python("import os; print(os.getpid(), flush=True); import time; time.sleep(60)")) as process:
        until(process.log_tail)
        assert process.log_tail() == str(process.pid)
        assert process.poll() is None
    assert process.poll() == -signal.SIGTERM


def test_a_program_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="no-such-program") as refused, owned(tmp_path, "no-such-program"):
        pass
    assert refused.value.where == "under test"
    assert refused.value.mend


def test_a_working_folder_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with (
        pytest.raises(EnvironmentRefused, match="missing-folder"),
        owned(tmp_path, *python("pass"), cwd=tmp_path / "missing-folder"),
    ):
        pass


def test_the_whole_tree_is_seen_and_ended_double_forked_sessions_too(tmp_path: Path) -> None:
    with owned(tmp_path, *program("tree", tmp_path / "ready")) as process:
        until((tmp_path / "ready").exists)
        tree = process.tree()
        assert tree[0] == process.pid
        assert len(tree) == 4
        assert len({os.getsid(pid) for pid in tree}) == 2
    assert all_gone((*tree, process.warden_pid))


def test_a_daemon_left_by_a_program_that_ended_is_ended(tmp_path: Path) -> None:
    with owned(tmp_path, *program("tree", tmp_path / "ready")) as process:
        until((tmp_path / "ready").exists)
        tree = process.tree()
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        assert len(process.tree()) == 3
    assert all_gone(tree)


def test_a_program_that_ignores_the_request_is_killed_after_its_grace(tmp_path: Path) -> None:
    with owned(tmp_path, *program("tree", tmp_path / "ready", "stubborn"), grace_s=0.2) as process:
        until((tmp_path / "ready").exists)
        tree = process.tree()
    assert all_gone(tree)
    assert process.poll() == -signal.SIGKILL


def test_a_fork_storm_begun_by_the_request_to_stop_is_ended(tmp_path: Path) -> None:
    with owned(tmp_path, *program("storm", tmp_path / "ready"), grace_s=0.3):
        until((tmp_path / "ready").exists)
    command = str(tmp_path / "ready")
    assert not [one for one in psutil.process_iter(["cmdline"]) if command in (one.info["cmdline"] or ())]


def test_the_programs_own_signal_is_sent_first(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "try:\n"
        "  print('up', flush=True)\n"
        "  while True: time.sleep(0.05)\n"
        "except KeyboardInterrupt: sys.exit(3)\n"
    )
    with owned(tmp_path, *python(code), stop_signal=signal.SIGINT) as process:
        until(process.log_tail)
    assert process.poll() == 3


def test_stopping_again_does_nothing(tmp_path: Path) -> None:
    with owned(tmp_path, *python("import time; time.sleep(60)")) as process:
        process.stop()
        process.stop()
    assert process.poll() == -signal.SIGTERM


def test_an_exception_in_the_with_block_stops_the_program(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), owned(tmp_path, *python("import time; time.sleep(60)")) as process:
        _ = 1 / 0
    assert all_gone([process.pid])


def test_many_are_stopped_together(tmp_path: Path) -> None:
    """Each ends by itself only once it has seen that all were asked."""
    code = (
        "import pathlib, signal, sys, time\n"
        "folder, index = pathlib.Path(sys.argv[1]), sys.argv[2]\n"
        "def asked(*_):\n"
        "  (folder / f'asked{index}').touch()\n"
        "  while len(list(folder.glob('asked*'))) < 3: time.sleep(0.01)\n"
        "  sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, asked)\n"
        "(folder / f'up{index}').touch()\n"
        "while True: time.sleep(0.05)\n"
    )
    processes = [owned(tmp_path, *python(code), str(tmp_path), str(index), grace_s=30) for index in range(3)]
    for process in processes:
        process.__enter__()
    try:
        until(lambda: len(list(tmp_path.glob("up*"))) == 3)
    finally:
        stop_together(processes)
    assert [process.poll() for process in processes] == [0, 0, 0]


def test_a_bystander_survives_and_so_does_another_owned_program(tmp_path: Path) -> None:
    argv = program("tree", tmp_path / "bystander")
    bystander = subprocess.Popen(argv, start_new_session=True)
    try:
        with owned(tmp_path, *program("tree", tmp_path / "other")) as other:
            with owned(tmp_path, *program("tree", tmp_path / "ready"), grace_s=0.1):
                until(lambda: all((tmp_path / name).exists() for name in ("bystander", "other", "ready")))
                strangers = [one.pid for one in psutil.Process(bystander.pid).children(recursive=True)]
            assert all(map(running, (bystander.pid, *strangers, *other.tree())))
            assert len(other.tree()) == 4
    finally:
        daemon = [one for one in psutil.process_iter(["cmdline"]) if "bystander.daemon" in str(one.info["cmdline"])]
        os.killpg(bystander.pid, signal.SIGKILL)
        bystander.wait()
        for one in daemon:
            one.kill()
    assert len(daemon) == 1


def test_nothing_is_left_when_the_warden_itself_is_killed(tmp_path: Path) -> None:
    with owned(tmp_path, sys.executable, "-c", "import os, time; os.fork(); os.fork(); time.sleep(60)") as process:
        until(lambda: len(process.tree()) == 4)
        tree = process.tree()
        os.kill(process.warden_pid, signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert all_gone(tree)


def test_the_last_lines_of_the_log_are_told(tmp_path: Path) -> None:
    with owned(tmp_path, *python("print(*range(5000), sep='\\n')")) as process:
        process.wait(30)
        assert process.log_tail(2) == "4998\n4999"


def test_the_environment_given_is_the_whole_environment(tmp_path: Path) -> None:
    code = "import os; print(sorted(name for name in os.environ if name != 'LC_CTYPE'))"
    with owned(tmp_path, *python(code), env={"ONLY": "this"}) as process:
        process.wait(30)
    assert process.log_tail() == "['HARNESS_OWNER', 'ONLY']"


@LINUX
def test_the_tree_stays_on_its_cpus(tmp_path: Path) -> None:
    cpu = max(os.sched_getaffinity(0))
    with owned(tmp_path, *python("import os; os.fork(); print(os.sched_getaffinity(0))"), cpus=(cpu,)) as process:
        process.wait(30)
        until(lambda: len(process.log_tail().splitlines()) == 2)
    assert process.log_tail().splitlines() == [str({cpu})] * 2


@LINUX
def test_a_cpu_that_may_not_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="Invalid argument"), owned(tmp_path, *python("pass"), cpus=(100_000,)):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a program as another user")
def test_a_program_may_run_as_another_user(tmp_path: Path) -> None:
    with owned(tmp_path, "/bin/sh", "-c", "id -u; id -g", uid=4242, gid=4343) as process:
        process.wait(30)
    assert process.log_tail() == "4242\n4343"


def test_programs_hold_no_descriptor_of_the_harness_or_of_other_wardens(tmp_path: Path) -> None:
    code = "import os; print(sum(1 for fd in range(3, 256) if os.path.exists(f'/dev/fd/{fd}')), flush=True)"
    with owned(tmp_path, *python("import time; time.sleep(60)")), owned(tmp_path, *python(code)) as process:
        process.wait(30)
    assert process.log_tail() == "0"


@LINUX
def test_a_killed_warden_takes_its_program_with_it_even_when_nobody_looks(tmp_path: Path) -> None:
    with owned(tmp_path, *python("import time; time.sleep(60)")) as process:
        os.kill(process.warden_pid, signal.SIGKILL)
        until(lambda: not running(process.pid))


def test_a_program_that_signals_its_own_group_does_not_hit_its_warden(tmp_path: Path) -> None:
    with owned(tmp_path, *python("import os, signal; os.fork(); os.killpg(0, signal.SIGKILL)")) as process:
        assert process.wait(30) == -signal.SIGKILL
        assert running(process.warden_pid)


def test_one_that_cannot_be_stopped_does_not_keep_the_others_alive(tmp_path: Path) -> None:
    class Stuck(OwnedProcess):
        def stop(self) -> None:
            super().stop()
            raise RuntimeError("stuck")

    waiting = python("import time; time.sleep(60)")
    processes = [kind(waiting, name="one", log=tmp_path / "log") for kind in (OwnedProcess, Stuck, OwnedProcess)]
    for process in processes:
        process.__enter__()
    with pytest.raises(RuntimeError, match="stuck"):
        stop_together(processes)
    assert all_gone([process.pid for process in processes])


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="no ps here")
@pytest.mark.parametrize("options", [[], ["stubborn"]])
def test_where_there_is_no_proc_the_tree_is_found_by_ps(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warden as on macOS. A daemon that also wiped its environment is the one thing it cannot find there."""
    told = 'LINUX: Final = sys.platform == "linux"'
    source = owning.WARDEN.read_text()
    assert told in source
    (tmp_path / "warden.py").write_text(source.replace(told, "LINUX: Final = False"))
    monkeypatch.setattr(owning, "WARDEN", tmp_path / "warden.py")
    with owned(tmp_path, *program("tree", tmp_path / "ready", "no-daemon", *options), grace_s=0.3) as process:
        until((tmp_path / "ready").exists)
        until(lambda: len(process.tree()) == 3)  # seen by ps a moment after it was said
        tree = process.tree()
    assert all_gone(tree)
    assert process.poll() in {-signal.SIGTERM, -signal.SIGKILL}


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="no ps here")
def test_ps_does_not_find_itself_below_the_warden() -> None:
    """It is there whenever it looks: each stop would wait in vain for it to go."""
    listed = {pid: parent for pid, parent, _, _ in warden.listed_by_ps()}
    assert os.getpid() in listed
    children = [pid for pid, parent in listed.items() if parent == os.getpid()]
    assert all(map(psutil.pid_exists, children)), "ps has ended"


def test_a_program_is_not_sent_to_the_library_of_another_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with owned(tmp_path, *python("print('here')")) as process:
        assert process.wait(30) == 0
        assert process.log_tail() == "here"


def test_a_log_that_grows_without_end_is_cut_and_says_so_while_the_program_runs_on(tmp_path: Path) -> None:
    writes = "import os, time\nfor _ in range(90): os.write(1, b'x' * 2**20 + b'\\n')\ntime.sleep(1e6)"
    log = tmp_path / "log"
    with owned(tmp_path, *python(f"print('first words', flush=True)\n{writes}")) as process:
        until(lambda: log.exists() and b"the log was longer than 64 MB" in log.read_bytes())
        assert process.poll() is None
    text = log.read_bytes()
    assert len(text) < 64 * 2**20
    assert text.startswith(b"first words\n")
    assert b"bytes are left out here]" in text
