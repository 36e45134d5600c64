"""Slices become trials, and what keeps a trial out says so."""

import pytest
from hdrh.histogram import HdrHistogram

from harness.analysis.trials.gather import gather, salvaged
from harness.model.asked.request import Expectation, Level
from harness.model.measured.machine import Cores
from tests.analysis.campaigns import LEVEL, campaign, cell, slice_record

TEXT = Expectation(content_type="text/plain", form="text", body="Hello, World!", fixed=True)
JSON = Expectation(content_type="application/json", form="json", body='{"message":"Hello, World!"}', fixed=True)


def test_slices_of_a_cell_become_one_trial_in_rotation_order() -> None:
    slices = [slice_record("a", 1, 710), slice_record("b", 0), slice_record("a", 0, 690)]
    trials = gather(slices, 3)
    assert [(trial.cell, trial.block, trial.rotations) for trial in trials] == [("a", 3, (0, 1)), ("b", 3, (0,))]
    assert trials[0].rates == pytest.approx((690 / 0.07, 710 / 0.07))
    assert trials[0].completions == 1400
    assert trials[0].duration_s == pytest.approx(0.14)
    assert trials[0].failed_gates == ()


def test_warm_up_and_open_model_slices_are_kept_out() -> None:
    slices = [slice_record("a", 0), slice_record("a", 1, counted=False), slice_record("a", 2, offered=100)]
    assert gather(slices, 0)[0].rotations == (0,)


def test_scenarios_and_levels_are_trials_of_their_own() -> None:
    slices = [
        slice_record("a", 0),
        slice_record("a", 0, level=Level(connections=16)),
        slice_record("a", 0, scenario="db"),
    ]
    assert [(trial.scenario, trial.level.connections) for trial in gather(slices, 0)] == [
        ("json", LEVEL.connections),
        ("json", 16),
        ("db", 64),
    ]


def test_histograms_are_merged_exactly() -> None:
    def encoded(*values: int) -> str:
        histogram = HdrHistogram(1, 3_600_000_000, 3)
        for value in values:
            histogram.record_value(value)
        return histogram.encode().decode()

    slices = [
        slice_record("a", 0, histogram=encoded(100, 200)),
        slice_record("a", 1, histogram=encoded(100, 9_000_000)),
    ]
    merged = HdrHistogram.decode(gather(slices, 0)[0].histogram)
    assert merged.get_total_count() == 4
    assert merged.get_count_at_value(100) == 2
    assert merged.get_max_value() >= 9_000_000


def codes(slices: list, **known: object) -> list[str]:
    return [gate.code for gate in gather(slices, 0, **known)[0].failed_gates]


def test_errors_beyond_one_in_a_thousand_fail_the_trial() -> None:
    assert codes([slice_record("a", 0, 999, errors={"timeout": 1})]) == []
    failed = gather([slice_record("a", 0, 998, errors={"timeout": 1, "reset": 1})], 0)[0].failed_gates
    assert [gate.code for gate in failed] == ["errors"]
    assert "2 of 1000" in failed[0].seen
    assert "1 timeout" in failed[0].seen


def test_a_trial_without_a_response_fails_and_names_the_errors() -> None:
    failed = gather([slice_record("a", 0, 0, errors={"connect": 64})], 0)[0].failed_gates
    assert [gate.code for gate in failed] == ["nothing-measured"]
    assert "64 connect" in failed[0].seen


def test_a_body_that_is_too_short_fails_the_trial() -> None:
    short = [slice_record("a", rotation, body_bytes=700 * 12) for rotation in range(10)]
    assert codes(short, expectations={"json": TEXT}) == ["bytes"]
    assert codes(short) == []


def test_a_json_body_may_have_blanks_but_must_not_change_its_length() -> None:
    blanks = [slice_record("a", rotation, body_bytes=700 * 28) for rotation in range(10)]
    assert codes(blanks, expectations={"json": JSON}) == []
    changing = [*blanks[:8], *(slice_record("a", rotation, body_bytes=700 * 10) for rotation in (8, 9))]
    assert codes(changing, expectations={"json": JSON}) == ["bytes"]


def test_a_generator_at_its_limit_fails_the_trial() -> None:
    assert codes([slice_record("a", 0, generator_cpu_s=0.1)]) == ["generator-bound"]
    assert codes([slice_record("a", 0, generator_cpu_s=0.1)], generator_cores=2) == []


def test_a_lost_worker_fails_the_trial_and_a_rare_other_mark_does_not() -> None:
    many = [slice_record("a", rotation) for rotation in range(39)]
    assert codes([*many, slice_record("a", 39, marks=("lost-worker",))]) == ["lost-worker"]
    assert codes([*many, slice_record("a", 39, marks=("drain-overrun",))]) == []
    assert codes([slice_record("a", 0, marks=("drain-overrun",))]) == ["drain-overrun"]


def test_salvaged_trials_are_held_to_the_cores_that_the_load_process_can_keep_busy() -> None:
    """Not to those it may use: one process on a machine with two cores for it is one thread."""
    record = campaign([cell("a")])
    cores = Cores(generator=(2, 3), server=(0,), services=(1,))
    record = record.model_copy(update={"machine": record.machine.model_copy(update={"cores": cores})})
    busy = slice_record("a", 0, generator_cpu_s=0.9, wall_s=1.0)
    (trial,) = salvaged(record, {0: [busy]})
    (gate,) = trial.failed_gates
    assert gate.code == "generator-bound"
    assert "harness run --load-processes N" in gate.mend
