import math
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.cores import divided, parsed_list, physical_cores, quota, split_cores
from harness.model.measured.machine import Cores


def machine(root: Path, *cores: tuple[int, ...]) -> Path:
    """A /sys with these physical cores."""
    for core in cores:
        for cpu in core:
            topology = root / f"sys/devices/system/cpu/cpu{cpu}/topology"
            topology.mkdir(parents=True)
            (topology / "core_cpus_list").write_text(",".join(map(str, core)) + "\n")
    return root


def limited(root: Path, own: str, **files: str) -> Path:
    """This process's line(s) of /proc/self/cgroup, and files of the cgroup file system by their path."""
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/cgroup").write_text(own)
    for path, text in files.items():
        file = root / "sys/fs/cgroup" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_one_core_is_shared_and_unpinned(tmp_path: Path) -> None:
    cores = split_cores({0}, machine(tmp_path, (0,)))
    assert cores == Cores()
    assert cores.shared


def test_two_threads_of_one_core_are_one_core(tmp_path: Path) -> None:
    assert split_cores({0, 1}, machine(tmp_path, (0, 1))) == Cores()


def test_with_two_cores_the_generator_has_one_and_the_services_share_with_the_server(tmp_path: Path) -> None:
    assert split_cores({0, 1}, machine(tmp_path, (0,), (1,))) == Cores(generator=(1,), server=(0,), services=(0,))


def test_with_three_cores_the_server_has_two(tmp_path: Path) -> None:
    cores = split_cores({0, 1, 2}, machine(tmp_path, (0,), (1,), (2,)))
    assert cores == Cores(generator=(2,), server=(0, 1), services=(0, 1))


def test_with_four_cores_server_and_services_are_split(tmp_path: Path) -> None:
    cores = split_cores(range(4), machine(tmp_path, (0,), (1,), (2,), (3,)))
    assert cores == Cores(generator=(3,), server=(0, 1), services=(2,))


def test_threads_of_a_core_stay_together(tmp_path: Path) -> None:
    cores = split_cores(range(8), machine(tmp_path, (0, 4), (1, 5), (2, 6), (3, 7)))
    assert cores == Cores(generator=(3, 7), server=(0, 1, 4, 5), services=(2, 6))


def test_only_allowed_cpus_are_used(tmp_path: Path) -> None:
    cores = split_cores({1, 3, 7}, machine(tmp_path, (0, 4), (1, 5), (2, 6), (3, 7)))
    assert cores == Cores(generator=(3, 7), server=(1,), services=(1,))


def test_cpus_whose_topology_is_not_told_are_cores_of_their_own(tmp_path: Path) -> None:
    assert physical_cores({4, 2}, tmp_path) == [(2,), (4,)]


@given(st.integers(min_value=2, max_value=300))
def test_every_core_is_given_and_the_generators_to_nobody_else(count: int) -> None:
    cores = divided([(cpu,) for cpu in range(count)])
    assert set(cores.generator) | set(cores.server) | set(cores.services) == set(range(count))
    assert not set(cores.generator) & (set(cores.server) | set(cores.services))
    assert not cores.shared
    assert (set(cores.server) & set(cores.services) == set()) == (count >= 4)
    assert len(cores.server) >= max(len(cores.generator), len(cores.services))


@pytest.mark.parametrize(
    ("text", "cpus"), [("0\n", {0}), ("0-3,8\n", {0, 1, 2, 3, 8}), ("0,64\n", {0, 64}), ("\n", set())]
)
def test_the_kernels_lists_are_understood(text: str, cpus: set[int]) -> None:
    assert parsed_list(text) == cpus


def test_without_a_cgroup_there_is_no_quota(tmp_path: Path) -> None:
    assert quota(tmp_path) == math.inf


def test_the_tightest_quota_on_the_way_up_holds(tmp_path: Path) -> None:
    own = limited(
        tmp_path,
        "0::/outer/inner\n",
        **{
            "outer/cpu.max": "300000 100000\n",
            "outer/inner/cpu.max": "max 100000\n",
            "beside/cpu.max": "1000 100000\n",
        },
    )
    assert quota(own) == 3.0


def test_a_quota_of_the_first_cgroup_version_holds(tmp_path: Path) -> None:
    own = limited(
        tmp_path,
        "4:memory:/a\n3:cpu,cpuacct:/a\n0::/\n",
        **{"cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"},
    )
    assert quota(own) == 1.5


def test_an_unlimited_cgroup_of_the_first_version_is_no_quota(tmp_path: Path) -> None:
    own = limited(tmp_path, "3:cpu:/\n", **{"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"})
    assert quota(own) == math.inf


def test_a_quota_is_kept_to_with_one_thread_of_each_core(tmp_path: Path) -> None:
    root = limited(machine(tmp_path, (0, 4), (1, 5), (2, 6), (3, 7)), "0::/\n", **{"cpu.max": "250000 100000\n"})
    assert split_cores(range(8), root) == Cores(generator=(1,), server=(0,), services=(0,))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system has no affinity")
def test_this_machines_split_stays_inside_its_mask() -> None:
    cores = split_cores()
    assert {*cores.generator, *cores.server, *cores.services} <= os.sched_getaffinity(0)


def test_a_system_without_affinity_is_unpinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert split_cores() == Cores()


if sys.platform == "linux":

    def test_a_narrowed_mask_is_respected() -> None:
        mask = os.sched_getaffinity(0)
        one = {min(mask)}
        os.sched_setaffinity(0, one)
        try:
            assert split_cores() == Cores()
        finally:
            os.sched_setaffinity(0, mask)
