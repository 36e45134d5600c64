"""Requests as bytes, and whose turn it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.model.asked.request import Level, Request
from harness.model.errors import UsageError
from harness.model.measured.load import Target
from harness.wire.requests import asks_to_close, in_turn, prepared

HERE = Target(cell="cell", host="127.0.0.1", port=8000)
NOT_KEPT = HERE.model_copy(update={"keep_alive": False})


def test_a_request_is_these_bytes() -> None:
    sent = prepared(Request(path="/queries?queries={n}"), HERE, Level(connections=1, n=20))
    assert sent == (
        b"GET /queries?queries=20 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: harness-load\r\nAccept: */*\r\n\r\n"
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_that_carries_a_body_tells_its_length_also_when_it_is_empty(method: str) -> None:
    request = Request.model_validate({"method": method, "path": "/"})
    assert b"\r\nContent-Length: 0\r\n" in prepared(request, HERE)


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "OPTIONS"])
def test_a_method_without_a_body_tells_no_length(method: str) -> None:
    assert b"Content-Length" not in prepared(Request.model_validate({"method": method, "path": "/"}), HERE)


def test_whether_the_connection_ends_with_the_answer_is_said_by_the_request_or_else_by_the_target() -> None:
    plain, closing = Request(path="/"), Request(path="/", headers={"connection": "x, Close"})
    assert [asks_to_close(r, t) for r in (plain, closing) for t in (HERE, NOT_KEPT)] == [False, True, True, True]
    assert not asks_to_close(Request(path="/", headers={"Connection": "keep-alive"}), NOT_KEPT)


def test_turns_are_as_many_as_weights_say_and_spread() -> None:
    assert in_turn([1, 1, 1]) == (0, 1, 2)
    assert in_turn([3, 1]) == (0, 0, 1, 0)
    assert in_turn([2, 2]) == (0, 1, 0, 1)
    assert in_turn([5, 1, 1]) == (0, 0, 1, 0, 2, 0, 0)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_in_a_round_every_request_comes_as_often_as_it_weighs(weights: list[int]) -> None:
    turns = in_turn(weights)
    assert [turns.count(place) for place in range(len(weights))] == weights


def test_the_targets_values_are_filled_in_and_the_length_is_that_of_what_is_sent() -> None:
    known = HERE.model_copy(update={"values": {"token": "abc", "id": "7"}})
    asked = Request(method="POST", path="/items/{{id}}?queries={n}", headers={"X-T": "{{token}}"}, body="t={{token}}")
    sent = prepared(asked, known, Level(connections=1, n=20))
    assert sent.startswith(b"POST /items/7?queries=20 HTTP/1.1\r\n")
    assert sent.endswith(b"X-T: abc\r\n\r\nt=abc")
    assert b"Content-Length: 5\r\n" in sent
    with pytest.raises(UsageError, match="no value is called 'id'"):
        prepared(asked, HERE)


@pytest.mark.parametrize("headers", [{"A": "x\r\nB: y"}, {"A\r\nB": "x"}, {"A": "\u20ac"}, {"": "x"}, {"A": "\0"}])
def test_a_header_that_would_be_two_or_none_is_no_request(headers: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"is no name of a header|holds a line break"):
        Request(path="/", headers=headers)
