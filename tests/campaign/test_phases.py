import pytest

from harness.campaign.session import phases
from harness.campaign.session.phases import Phases


class Time:
    now = 50.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(phases, "time", time)
    return time


def test_phases_add_up_in_the_order_they_first_ran(time: Time) -> None:
    found = Phases()
    for phase, seconds in (("start", 2.0), ("slices", 20.0), ("start", 1.5), ("slices", 20.0)):
        with found.timed(phase):
            time.now += seconds
        time.now += 100
    assert list(found.seconds().items()) == [("start", 3.5), ("slices", 40.0)]


def test_a_phase_that_ends_in_a_fault_took_its_time_all_the_same(time: Time) -> None:
    found = Phases()

    def cut_off() -> None:
        with found.timed("slices"):
            time.now += 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert found.seconds() == {"slices": 3.0}


def test_what_sessions_before_took_counts_and_getting_ready_is_not_measuring(time: Time) -> None:
    found = Phases({"environments": 30.0, "services": 2.0, "slices": 10.0})
    with found.timed("slices"):
        time.now += 5
    assert found.seconds()["slices"] == 15.0
    assert found.measuring_s() == 15.0
