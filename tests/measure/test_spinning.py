"""When a load generator keeps its core busy all the time, and when it had better not."""

from pathlib import Path

import pytest

from harness.measure import spinning
from harness.measure.spinning import timed_pairs, why_not_by_facts, why_not_by_probe, why_not_spin
from harness.model.measured.machine import Cores
from tests.measure.test_cores import limited, machine

OWN = Cores(generator=(1,), server=(0,), services=(0,))


def test_a_generator_with_a_core_of_its_own_never_sleeps(tmp_path: Path) -> None:
    assert why_not_by_facts(OWN, machine(tmp_path, (0,), (1,))) is None


def test_without_a_core_of_its_own_it_sleeps(tmp_path: Path) -> None:
    assert "no core of its own" in str(why_not_by_facts(Cores(), machine(tmp_path, (0,))))


def test_on_the_sibling_of_a_servers_core_it_sleeps(tmp_path: Path) -> None:
    assert "share one physical core" in str(why_not_by_facts(OWN, machine(tmp_path, (0, 1))))


@pytest.mark.parametrize(
    ("quota", "sleeps"), [("150000 100000", True), ("200000 100000", False), ("max 100000", False)]
)
def test_under_a_cpu_quota_that_leaves_it_no_whole_core_it_sleeps(tmp_path: Path, quota: str, sleeps: bool) -> None:
    limited(machine(tmp_path, (0,), (1,)), "0::/box\n", **{"box/cpu.max": quota})
    assert ("CPU quota" in (why_not_by_facts(OWN, tmp_path) or "")) == sleeps


@pytest.mark.parametrize(("status", "sleeps"), [("Discharging", True), ("Full", False)])
def test_on_battery_it_sleeps(tmp_path: Path, status: str, sleeps: bool) -> None:
    battery = machine(tmp_path, (0,), (1,)) / "sys/class/power_supply/BAT0"
    battery.mkdir(parents=True)
    (battery / "status").write_text(f"{status}\n")
    assert ("battery" in (why_not_by_facts(OWN, tmp_path) or "")) == sleeps


@pytest.mark.parametrize(
    ("ratios", "sleeps"),
    [([1.3] * 20, True), ([1.02] * 20, False), ([1.2] * 11 + [0.8] * 9, False), ([0.7] * 20, False)],
    ids=["slower each time", "hardly slower", "slower half of the time", "faster"],
)
def test_where_it_is_seen_to_slow_the_servers_core_it_sleeps(
    monkeypatch: pytest.MonkeyPatch, ratios: list[float], sleeps: bool
) -> None:
    monkeypatch.setattr(spinning, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(spinning, "timed_pairs", lambda _: ((0.001, 0.001 * ratio) for ratio in ratios))
    assert ("share a core" in (why_not_by_probe(OWN) or "")) == sleeps


@pytest.mark.parametrize(("looks", "sleeps"), [([1.8, 1.7, 1.0], False), ([1.8, 1.0], False), ([1.8, 1.7, 1.6], True)])
def test_cores_that_share_one_for_a_moment_only_are_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, looks: list[float], sleeps: bool
) -> None:
    left = iter(looks)
    monkeypatch.setattr(spinning, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(spinning, "timed_pairs", lambda _: ((0.001, 0.001 * ratio) for ratio in [next(left)] * 20))
    said = why_not_by_probe(OWN)
    assert (said is not None) == sleeps
    assert said is None or "by 60%" in said, "the least that was seen"
    assert not list(left), "every look was taken, and none after one that found them apart"


def test_the_probe_ends_as_soon_as_no_further_pair_can_change_what_it_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([1.3, 0.9] * 10)
    monkeypatch.setattr(spinning, "timed_pairs", lambda _: ((0.001, 0.001 * ratio) for ratio in left))
    assert why_not_by_probe(OWN) is None
    assert len(list(left)) == 8, "six of twelve speak against it, and fifteen of twenty would have to agree"


def test_the_probe_times_the_same_work_and_leaves_nothing_running() -> None:
    pairs = list(timed_pairs(OWN))
    assert len(pairs) == spinning.PAIRS
    assert all(alone > 0 and beside > 0 for alone, beside in pairs)


def test_no_probe_is_made_where_the_facts_speak_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spinning, "timed_pairs", pytest.fail)
    assert why_not_spin(Cores()) is not None
