import json
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contract.bodies import json_difference, strict_json
from harness.contract.judge import judge
from harness.contract.pace import Pace, oldest_date_s
from harness.contract.response import Response, clipped
from harness.model.asked.request import Expectation, Level
from tests.contract.responses import HELLO, LEVEL, NOW, PAGE, TEXT, response


def faults(answer: Response, expect: Expectation = HELLO) -> list[str]:
    return [str(fault) for fault in judge(answer, expect, None, LEVEL)]


def test_a_right_response_has_no_faults() -> None:
    assert faults(response()) == []
    assert faults(response(content_type="Application/JSON; Charset=UTF-8")) == []
    assert faults(response(content_length=None, transfer_encoding="chunked")) == []
    assert faults(response(content_encoding="identity")) == []
    assert faults(response(b"Hello, World!", content_type="text/plain"), TEXT) == []
    assert faults(response("<p>測".encode(), content_type="text/html; charset=utf-8"), PAGE) == []


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"server": None}, "header Server; expected one; seen none"),
        ({"server": " "}, "header Server; expected one; seen an empty one"),
        ({"date": None}, "header Date; expected one; seen none"),
        ({"date": "today"}, "header Date; expected such as Sun, 06 Nov 1994 08:49:37 GMT; seen today"),
        ({"date": "Fri, 15 Jan 2027 08:00:00 +0000"}, "header Date; expected such as"),
        ({"date": "Mon, 15 Jan 2027 08:00:00 GMT"}, "header Date; expected such as"),
        ({"date": "Friday, 15-Jan-27 08:00:00 GMT"}, "header Date; expected such as"),
        ({"date": "Fri, 15 Jan 99999 08:00:00 GMT"}, "header Date; expected such as"),
        ({"date": formatdate(NOW - 6, usegmt=True)}, "header Date is not of now; expected at most 5 s old"),
        ({"date": formatdate(NOW + 3, usegmt=True)}, "header Date is not of now"),
        ({"content_type": None}, "header Content-Type; expected one; seen none"),
        ({"content_type": "text/json"}, "header Content-Type; expected application/json; seen text/json"),
        ({"content_type": "application/json; charset=utf-16"}, "header Content-Type"),
        ({"content_length": None}, "the body's length; expected either"),
        ({"transfer_encoding": "chunked"}, "expected either Content-Length or Transfer-Encoding; seen both"),
        ({"content_length": "20"}, "the body does not have its Content-Length; expected 20; seen 28 bytes"),
        ({"content_length": "+28"}, "the body does not have its Content-Length; expected +28"),
        ({"content_encoding": "br"}, "the body is compressed, which was not asked for"),
    ],
)
def test_a_wrong_header_is_told(headers: dict[str, str | None], fault: str) -> None:
    (told,) = faults(response(**headers))
    assert fault in told


def test_of_a_server_that_sends_no_date_none_is_asked() -> None:
    assert judge(response(date=None), HELLO, None, LEVEL, dated=False) == ()
    assert judge(response(date=None, server=None), HELLO, None, LEVEL, dated=False)


def test_a_date_may_be_a_few_seconds_old() -> None:
    for age_s in (-2, -1, 0, 1, 5):
        assert faults(response(date=formatdate(NOW - age_s, usegmt=True))) == []


def test_a_date_may_be_as_old_as_twenty_answers_took() -> None:
    """So it is seen of uvicorn when its event loop is busy: 19 times as old, when each answer takes a second."""
    slow = response(date=formatdate(NOW - 24, usegmt=True)).model_copy(update={"took_s": 1.0})
    assert faults(slow) == []
    assert "not of now" in faults(slow.model_copy(update={"took_s": 0.9}))[0]


def test_a_date_may_still_be_old_after_slow_answers() -> None:
    pace = Pace()
    assert [pace.after(0.0, 1.0), pace.after(1.0, 0.1), pace.after(1.0, 0.2)] == [1.0, 1.0, 1.0]
    assert pace.after(25.0, 0.01) == 1.0
    assert pace.after(25.1, 0.01) == 0.01, "20 turns and 5 seconds after the slow one"


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 5)), min_size=1, max_size=50))
def test_the_slowest_of_late_is_the_longest_whose_time_has_not_passed(answers: list[tuple[float, float]]) -> None:
    pace, now, seen = Pace(), 0.0, list[tuple[float, float]]()
    for after_s, took_s in answers:
        now += after_s
        seen.append((now, took_s))
        assert pace.after(now, took_s) == max(took for at, took in seen if now <= at + oldest_date_s(took))


def test_a_header_given_twice_is_told() -> None:
    right = response()
    twice = right.model_copy(update={"headers": (*right.headers, ("server", "other"))})
    assert faults(twice) == ["header Server; expected one; seen fake and other"]


def test_a_charset_that_is_asked_for_must_be_there() -> None:
    (told,) = faults(response(b"<p>", content_type="text/html"), PAGE)
    assert "header Content-Type; expected text/html; charset=utf-8; seen text/html" in told


def test_another_status_is_the_only_fault_told_of_an_error_page() -> None:
    (told,) = faults(response(b"<h1>Oops</h1>", status=500, server=None))
    assert told == "status; expected 200; seen 500, <h1>Oops</h1>"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"message": "Hello, World"}', 'the body.message is "Hello, World", not "Hello, World!"'),
        (b'{"message": "Hello, World!", "a": 1}', "the body has an extra key 'a'"),
        (b"{}", "the body lacks the key 'message'"),
        (b'{"message": "x", "message": "Hello, World!"}', "key 'message' stands twice in an object"),
        (b'{"message": null}', "the body.message is null, not a string"),
        (b'"Hello, World!"', "the body is a string, not an object"),
        (b"", "the body is not right JSON"),
        (b"NaN", "NaN is not JSON"),
        (b"[" * 100_000, "the body is not right JSON"),
        (b'\xef\xbb\xbf{"message": "Hello, World!"}', "the body is not right JSON"),
        (b'{"message": "Hello, World!"} trailing', "the body is not right JSON: Extra data"),
        (b"\xff\xfe", "the body is not UTF-8"),
    ],
)
def test_a_wrong_json_body_is_told(body: bytes, fault: str) -> None:
    (told,) = faults(response(body))
    assert fault in told


@pytest.mark.parametrize("body", [b"Hello, World", b"Hello, World!\n", b"hello, world!", b""])
def test_a_text_body_is_compared_to_the_byte(body: bytes) -> None:
    (told,) = faults(response(body, content_type="text/plain"), TEXT)
    assert "the body differs; expected Hello, World!" in told


def test_every_fault_of_one_response_is_told() -> None:
    told = faults(response(b"{}", server=None, date=None, content_type="text/plain"))
    assert len(told) == 4


def test_the_scenarios_check_is_asked_last_and_its_word_is_the_fault() -> None:
    asked: list[bytes] = []

    def check(body: bytes, level: Level) -> str | None:
        asked.append(body)
        return f"not enough at {level.label}"

    assert [f.what for f in judge(response(), HELLO, check, LEVEL)] == ["not enough at 64c"]
    assert len(judge(response(b"{}"), HELLO, check, LEVEL)) == 1
    assert len(asked) == 1


def test_a_check_that_stumbles_over_the_body_is_a_fault() -> None:
    def check(body: bytes, level: Level) -> str | None:
        return str(json.loads(body)["rows"])

    (fault,) = judge(response(), HELLO, check, LEVEL)
    assert fault.what == "the scenario's check could not read it: KeyError: 'rows'"


def test_what_is_shown_is_short_and_printable() -> None:
    assert clipped(b"a\x00\n\x1b[31m") == "a\\x00\\n\\x1b[31m"
    assert clipped(b"\xff") == "\\xff"
    assert clipped("x" * 1000).endswith("... (1000 in all)")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(values)
def test_a_json_value_never_differs_from_itself(value: object) -> None:
    assert json_difference(value, strict_json(json.dumps(value))) is None


@given(values, values)
def test_two_json_values_differ_just_when_their_sorted_text_does(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    zeros = "-0.0" in json.dumps([one, other])  # the one number with two spellings
    assert zeros or (json_difference(one, other) is None) == same
