"""What is learned of right bodies, and what is kept for check.py."""

import random
from collections import Counter

import pytest

from harness.load.engine.lore import LEAST_SAMPLES, MAX_SUSPECTS, Lore, Sample
from harness.load.engine.shapes import MAX_SHAPES, Shapes
from harness.model.measured.load import SAMPLES


def shapes_of(*bodies: bytes) -> Shapes:
    shapes = Shapes()
    for body in bodies:
        shapes.learn(body)
    return shapes


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        (b'{"id":7,"randomNumber":42}', True),
        (b'{"id":1234,"randomNumber":5678}', True),
        (b'{"id":12345,"randomNumber":1}', False),
        (b'{"id":,"randomNumber":1}', False),
        (b'{"id":"7","randomNumber":42}', False),
        (b'{"id":7,"randomNumber":42} ', False),
        (b'{"id":7,"randomnumber":42}', False),
        (b'{"id":7,"randomNumber":-42}', False),
        (b'{"error":500}', False),
        (b"", False),
    ],
)
def test_a_body_fits_where_its_text_is_the_same_and_its_numbers_are_numbers_no_longer_than_known(
    body: bytes, fits: bool
) -> None:
    assert shapes_of(b'{"id":4711,"randomNumber":5}').fits(body) is fits


def test_a_longer_number_is_learned() -> None:
    assert shapes_of(b"id 17", b"id 10000").fits(b"id 99999")


def test_what_is_special_in_a_pattern_is_text_in_a_body() -> None:
    assert not shapes_of(b"a.b+c 1").fits(b"axbbc 1")


def test_where_words_differ_too_words_may_differ() -> None:
    dice = random.Random(1)
    tokens = [b"token %032x." % dice.getrandbits(128) for _ in range(4 * MAX_SHAPES)]
    shapes = shapes_of(*tokens)
    assert shapes.fits(b"token %032x." % dice.getrandbits(128))
    assert not shapes.fits(b"error! %032x." % dice.getrandbits(128))
    assert not shapes.fits(b"token.")


def test_where_nothing_is_alike_ends_and_length_are_left() -> None:
    dice = random.Random(1)

    def text() -> bytes:
        return b"<p>" + b" ".join(b"x" * dice.randrange(1, 9) for _ in range(dice.randrange(20, 90))) + b"</p>"

    shapes = shapes_of(*(text() for _ in range(9 * MAX_SHAPES)))
    assert shapes.fits(text())
    assert not shapes.fits(b"<p>x</p>")
    assert not shapes.fits(text() + b"!")
    assert not shapes.fits(b"<p>" + b"x" * 9000 + b"</p>")


def test_a_sample_is_drawn_from_all_of_a_slice_alike() -> None:
    sample, drawn = Sample(), Counter[int]()
    for _ in range(200):
        sample.begin(100)
        for number in range(2000):
            sample.offer(b"%d" % number)
        assert len(set(sample.kept)) == 100
        drawn.update(int(body) // 500 for body in sample.kept)
    assert all(drawn[quarter] == pytest.approx(5000, rel=0.1) for quarter in range(4))  # 8 standard deviations


def test_every_body_is_a_sample_where_there_are_few() -> None:
    lore = Lore(together=True)
    for number in range(50):
        assert lore.is_plausible(b"%d" % number)
    assert sum(taken.sampled for taken in lore.take()) == 50


def taken_of_a_slice(lore: Lore) -> int:
    lore.begin()
    for number in range(5000):
        lore.is_plausible(b"%d" % number)
    return sum(taken.sampled for taken in lore.take())


def test_a_block_has_the_samples_that_find_a_share_of_two_in_a_thousand_and_later_slices_have_some() -> None:
    lore = Lore(together=True)
    first = [taken_of_a_slice(lore) for _ in range(4)]
    assert 0.998 ** sum(first) < 0.011
    later = [taken_of_a_slice(lore) for _ in range(8)]
    assert sum(first) + sum(later) > SAMPLES
    assert later == [LEAST_SAMPLES] * 8


def test_one_body_of_each_unknown_shape_is_kept_with_the_number_of_those_like_it() -> None:
    lore = Lore(together=False)
    for number in range(4000):
        lore.is_plausible(b"row %d" % number if number else b"Oops")
    times = {taken.body: taken.times for taken in lore.take()}
    assert (times[b"Oops"], times[b"row 1"]) == (1, 3999)


def test_beyond_the_bound_a_body_of_an_unknown_shape_is_not_taken_for_right() -> None:
    lore = Lore(together=False)
    verdicts = [lore.is_plausible(b"x" * length) for length in range(1, MAX_SUSPECTS + 10)]
    assert verdicts == [True] * MAX_SUSPECTS + [False] * 9


def test_a_body_known_to_be_right_is_looked_at_again_only_where_bodies_are_judged_as_a_set() -> None:
    for together in (True, False):
        lore = Lore(together=together)
        lore.learn(b"right")
        assert lore.is_known(b"right") is not together
