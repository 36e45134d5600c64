"""The verdict on what limited a trial."""

import pytest

from harness.analysis.trials.bound import bound_of, of_upstream
from harness.model.measured.load import SliceRecord


def record(**more: object) -> SliceRecord:
    """64 connections, 1000 requests per second, each taking 64 ms, at 10 us of the generator's CPU."""
    fields: dict[str, object] = {
        "rotation": 0, "target": "cell", "scenario": "json", "level": {"connections": 64}, "counted": True,
        "started_at": 0.0, "duration_s": 1.0, "wall_s": 1.5, "completions": 1000, "answered": 1500,
        "generator_cpu_s": 0.015, "latency_mean_s": 0.064,
    }  # fmt: skip
    return SliceRecord.model_validate(fields | more)


def test_a_busy_server_under_an_idle_generator_is_the_limit() -> None:
    bound = bound_of([record()] * 3, generator_cores=1, server_share=0.97)
    assert bound.limit == "server-bound"
    assert bound.generator_share == pytest.approx(0.01)
    assert bound.ceiling_rps == pytest.approx(100_000)
    assert bound.little == pytest.approx(1.0)


def test_a_busy_generator_is_the_limit_whatever_the_server_does() -> None:
    bound = bound_of([record(generator_cpu_s=1.35)], generator_cores=1, server_share=0.99)
    assert bound.limit == "generator-bound"
    assert "90%" in bound.reason


def test_more_generator_cores_make_room() -> None:
    bound = bound_of([record(generator_cpu_s=1.35)], generator_cores=2, server_share=0.99)
    assert bound.limit == "server-bound"
    assert bound.ceiling_rps == pytest.approx(2222, rel=0.001)


def test_a_rate_near_that_of_a_null_responder_is_the_generators() -> None:
    bound = bound_of([record(generator_cpu_s=0.9)], generator_cores=1, server_share=0.5, null_rps=1200)
    assert bound.limit == "generator-bound"
    assert "83%" in bound.reason


def test_a_null_responder_that_met_a_slow_moment_of_the_machine_is_no_case_against_a_busy_server() -> None:
    bound = bound_of([record(generator_cpu_s=0.9)], generator_cores=1, server_share=0.94, null_rps=1200)
    assert bound.limit == "server-bound"


def test_a_generator_that_was_mostly_idle_was_not_the_limit_whatever_a_null_responder_gave() -> None:
    assert bound_of([record()], generator_cores=1, server_share=0.99, null_rps=1200).limit == "server-bound"


def test_a_server_that_waits_is_neither() -> None:
    bound = bound_of([record()], generator_cores=1, server_share=0.3)
    assert bound.limit == "neither"
    assert "waited" in bound.reason


def test_where_nobody_was_busy_idle_connections_are_told() -> None:
    bound = bound_of([record(latency_mean_s=0.032)], generator_cores=1, server_share=0.3)
    assert bound.limit == "neither"
    assert "50%" in bound.reason


def test_a_busy_server_is_the_limit_though_the_first_requests_of_a_short_slice_do_not_wait_as_long() -> None:
    bound = bound_of([record(latency_mean_s=0.058)], generator_cores=1, server_share=0.99)
    assert bound.limit == "server-bound"
    assert bound.little == pytest.approx(0.91, abs=0.01)


def test_an_unmeasured_server_is_never_called_the_limit() -> None:
    assert bound_of([record()], generator_cores=1).limit == "neither"


def test_littles_law_is_not_asked_of_the_open_model() -> None:
    assert bound_of([record(offered=1000, latency_mean_s=0.001)], generator_cores=1, server_share=0.99).little is None


def test_nothing_measured_is_said() -> None:
    assert bound_of([], generator_cores=1).reason == "nothing was measured"


@pytest.mark.parametrize(("busy_s", "limit"), [(1.26, "generator-bound"), (1.14, "server-bound")])
def test_one_that_never_sleeps_is_the_limit_where_it_had_work_for_over_four_fifths_of_the_time(
    busy_s: float, limit: str
) -> None:
    """Its CPU use says nothing: it is always all there is. Nor does what it did against a null responder."""
    awake = record(generator_cpu_s=1.5, generator_busy_s=busy_s, ready_s=0.0004)
    bound = bound_of([awake], generator_cores=1, server_share=0.99, null_rps=1001)
    assert bound.limit == limit
    assert bound.generator_share == pytest.approx(busy_s / 1.5)
    assert bound.ceiling_rps == pytest.approx(1500 / busy_s)
    if limit == "generator-bound":
        assert bound.reason == "the generator had work 84% of the time, and answers lay ready for 400 us"


def test_an_upstream_that_was_busy_nearly_all_the_time_may_have_been_the_limit() -> None:
    assert of_upstream(20e-6, 4_900.0) is None
    gate = of_upstream(180e-6, 4_900.0)
    assert gate is not None
    assert (gate.code, "busy 88% of the time" in gate.seen) == ("upstream-bound", True)
