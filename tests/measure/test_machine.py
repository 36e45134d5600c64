import getpass
import os
import platform
import socket
from pathlib import Path

from harness.measure.machine import fingerprint, governor, memory_limits, turbo, virtualisation
from harness.model.measured.machine import Cores, Machine


def written(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_fingerprint_of_this_machine_is_the_same_twice() -> None:
    machine = fingerprint()
    assert machine == fingerprint()
    assert machine == Machine.model_validate_json(machine.model_dump_json())
    assert machine.logical_cpus == os.cpu_count()
    assert machine.memory_bytes > 2**26
    assert machine.architecture == platform.machine()


def test_the_fingerprint_holds_nothing_of_its_owner() -> None:
    text = fingerprint().model_dump_json()
    assert socket.gethostname() not in text.split('"')
    assert getpass.getuser() not in text.split('"')


def test_cores_that_were_chosen_are_kept() -> None:
    assert fingerprint(Cores(generator=(7,))).cores == Cores(generator=(7,))


def test_what_the_system_does_not_tell_is_none(tmp_path: Path) -> None:
    assert governor(tmp_path) is None
    assert turbo(tmp_path) is None
    assert memory_limits(tmp_path) == []


def test_governors_are_told_once_each(tmp_path: Path) -> None:
    for cpu, name in enumerate(("powersave", "performance", "powersave")):
        written(tmp_path / f"sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor", name + "\n")
    assert governor(tmp_path) == "performance, powersave"


def test_turbo_is_read_the_right_way_round(tmp_path: Path) -> None:
    intel, other = tmp_path / "intel", tmp_path / "other"
    written(intel / "sys/devices/system/cpu/intel_pstate/no_turbo", "1\n")
    written(other / "sys/devices/system/cpu/cpufreq/boost", "1\n")
    assert turbo(intel) is False
    assert turbo(other) is True


def test_a_memory_limit_above_this_process_is_found(tmp_path: Path) -> None:
    written(tmp_path / "proc/self/cgroup", "0::/a/b\n")
    written(tmp_path / "sys/fs/cgroup/a/memory.max", "1000000\n")
    written(tmp_path / "sys/fs/cgroup/a/b/memory.max", "max\n")
    assert memory_limits(tmp_path) == [1_000_000]
    assert fingerprint(root=tmp_path).memory_bytes == 1_000_000


def test_without_its_tool_virtualisation_is_read_from_the_cpus_flags(tmp_path: Path, monkeypatch: object) -> None:
    monkeypatch.setenv("PATH", "")  # type: ignore[attr-defined]
    assert virtualisation(tmp_path) is None
    written(tmp_path / "proc/cpuinfo", "flags\t\t: fpu vme\n")
    assert virtualisation(tmp_path) == "none"
    written(tmp_path / "proc/cpuinfo", "flags\t\t: fpu hypervisor vme\n")
    assert virtualisation(tmp_path) == "hypervisor"
