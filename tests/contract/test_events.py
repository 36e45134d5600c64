"""Streams of events: what is wrong with them, by its code."""

import pytest

from harness.contract.bodies import body_faults
from harness.contract.events import events_in
from harness.model.asked.request import Expectation

ONE, TWO, THREE = (f"id: {number}\ndata: {number}\n\n" for number in range(3))
EXPECT = Expectation(content_type="text/event-stream", form="events", body=ONE + TWO + THREE)


def codes(text: str) -> list[str]:
    return [fault.code for fault in body_faults(text.encode(), EXPECT)]


def test_the_right_events_have_no_fault() -> None:
    assert codes(ONE + TWO + THREE) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ONE + TWO, "event-missing"),
        (ONE + THREE, "event-missing"),
        ("", "event-missing"),
        (TWO + ONE + THREE, "events-unordered"),
        (ONE + TWO + TWO, "event-differs"),
        (ONE + TWO + THREE + THREE, "event-differs"),
        (ONE + TWO + THREE.removesuffix("\n"), "event-differs"),
    ],
)
def test_what_is_wrong_has_its_own_code(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_what_follows_the_last_empty_line_is_an_event_too() -> None:
    assert events_in("a\n\nb") == ["a\n\n", "b"]
