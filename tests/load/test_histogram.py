"""Histograms: the encoding is HdrHistogram's own, and nothing is lost in merging."""

from time import process_time

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from harness.load.histogram import HIGHEST_US, Times, decoded, empty, indices, merged, percentile_s, recorded_us

microseconds = st.lists(st.integers(0, HIGHEST_US), min_size=1, max_size=50)


def times_of(values_us: list[int]) -> Times:
    times = Times()
    times.add(np.array(values_us, dtype=np.float64) / 1e6)
    return times


@given(microseconds)
def test_values_are_counted_where_hdrhistogram_counts_them(values_us: list[int]) -> None:
    reference = empty()
    assert indices(np.array(values_us)).tolist() == [reference.get_counts_array_index(value) for value in values_us]


@given(microseconds)
def test_the_encoding_is_read_back_by_hdrhistogram_value_by_value(values_us: list[int]) -> None:
    reference = empty()
    for value in values_us:
        reference.record_value(value)
    encoded = times_of(values_us).encoded()
    assert encoded is not None
    read = HdrHistogram.decode(encoded)
    assert read.get_total_count() == len(values_us)
    for percent in (0, 50, 90, 99, 100):
        assert read.get_value_at_percentile(percent) == reference.get_value_at_percentile(percent)


@given(microseconds)
def test_recorded_values_are_within_a_thousandth_and_none_is_lost(values_us: list[int]) -> None:
    encoded = times_of(values_us).encoded()
    assert encoded is not None
    back = [value for value, count in recorded_us(encoded) for _ in range(count)]
    assert back == pytest.approx(sorted(values_us), rel=0.001)


@given(microseconds, microseconds)
def test_merging_is_the_same_as_counting_together(some: list[int], others: list[int]) -> None:
    together = times_of(some + others).encoded()
    apart = merged([times_of(some).encoded(), None, times_of(others).encoded()])
    assert together is not None
    assert apart is not None
    assert list(recorded_us(apart)) == list(recorded_us(together))


def test_nothing_counted_is_no_histogram() -> None:
    assert Times().encoded() is None
    assert Times().mean_s is None
    assert merged([None, None]) is None


def test_sum_and_maximum_are_exact() -> None:
    times = Times()
    times.add(np.array([0.0000014, 0.0000014]))
    times.add(np.array([1.5]))
    assert times.count == 3
    assert times.mean_s == pytest.approx(1.5000028 / 3, rel=1e-12)
    assert times.max_s == 1.5


def test_what_is_longer_than_an_hour_is_counted_as_an_hour() -> None:
    encoded = times_of([HIGHEST_US * 3]).encoded()
    assert encoded is not None
    assert percentile_s(encoded, 50) == pytest.approx(3600, rel=0.001)


def test_a_hundred_times_the_samples_are_merged_for_far_less_than_a_hundred_times_the_cost() -> None:
    def cost_s(samples_each: int) -> float:
        dice, counts = np.random.default_rng(1), [Times() for _ in range(100)]
        for count in counts:
            count.add(dice.lognormal(-6, 1.5, samples_each))
        encoded = [count.encoded() for count in counts]
        began = process_time()
        total = merged(encoded)
        took_s = process_time() - began
        assert total is not None
        assert decoded(total).get_total_count() == 100 * samples_each
        return took_s

    assert cost_s(100_000) < 25 * cost_s(1_000)
