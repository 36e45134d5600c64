"""Requests as people write them: on the command line, and in a file that can be written again."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalog.requests.file import from_file
from harness.catalog.requests.found import FoundRequests, left_out, scaled, status_alone
from harness.catalog.requests.inline import from_options
from harness.catalog.requests.written import to_toml
from harness.model.asked.request import Expectation, Request, Step
from harness.model.errors import UsageError

LOGIN = """
[[before]]
name = "login"
method = "POST"
path = "/login"
headers = { Content-Type = "application/json" }
body = '{"user": "ada"}'
expect = 200
capture = { token = "json:access_token" }

[[requests]]
method = "GET"
path = "/me"
headers = { Authorization = "Bearer {{token}}" }
weight = 3
expect = 200

[[requests]]
path = "/hello"
expect = { content_type = "application/json", body = '{"hello": 1}' }
"""


def refused(requests: list[str], expects: list[str]) -> str:
    with pytest.raises(UsageError) as refusal:
        from_options(requests, expects)
    return str(refusal.value)


def test_a_request_is_a_weight_a_method_and_a_path() -> None:
    found = from_options(["3 GET /items/1?q=a%20b", "post /items", "HEAD /"], ["200", "201", "204"])
    assert [(one.weight, one.method, one.path) for one in found.requests] == [
        (3, "GET", "/items/1?q=a%20b"),
        (1, "POST", "/items"),
        (1, "HEAD", "/"),
    ]
    assert [one.expect and one.expect.status for one in found.requests] == [200, 201, 204]


def test_one_expectation_is_for_all_requests_and_none_leaves_it_to_what_is_seen() -> None:
    assert [one.expect for one in from_options(["GET /a", "GET /b"], ["302"]).requests] == [status_alone(302)] * 2
    assert [one.expect for one in from_options(["GET /a", "GET /b"]).requests] == [None, None]


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ("/items", "not a method and a path"),
        ("GET", "not a method and a path"),
        ("GET items", "path: String should match pattern"),
        ("GET /a b", "not a method and a path"),
        ("GET http://example.com/a", "give the path alone; requests go to 127.0.0.1"),
        ("101 GET /a", "weight: Input should be less than or equal to 100"),
        ("0 GET /a", "weight: Input should be greater than or equal to 1"),
        ("BREW /a", "method: Input should be 'GET'"),
        ("GET /a/{{token}}", "{{token}} has no value; a file of requests can capture one"),
        ("GET /ä", "path: String should match pattern"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(request_: str, fault: str) -> None:
    assert f"--request {request_}: {fault}" in refused([request_], [])


def test_all_faults_of_the_command_line_come_in_one_message() -> None:
    said = refused(["GET a", "x", "GET /"], ["200", "abc"])
    for part in (
        "--request GET a:",
        "--request x:",
        "--expect abc: not a status",
        "--expect is given 2 times, --request 3",
    ):
        assert part in said


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_any_text_on_the_command_line_is_taken_or_refused_in_one_message(asked: list[str], expects: list[str]) -> None:
    said = ""
    try:
        found = from_options(asked, expects)
    except UsageError as refusal:
        said = str(refusal)
    assert "--" in said if said else len(found.requests) == len(asked)


def written(folder: Path, text: str) -> Path:
    path = folder / "requests.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_captures_first_and_sends_after(tmp_path: Path) -> None:
    found = from_file(written(tmp_path, LOGIN))
    (step,) = found.before
    assert (step.name, step.expect, step.capture) == ("login", 200, {"token": "json:access_token"})
    me, hello = found.requests
    assert (me.weight, me.headers, me.expect) == (3, {"Authorization": "Bearer {{token}}"}, status_alone(200))
    assert hello.expect == Expectation(content_type="application/json", form="json", body='{"hello": 1}')


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "expect = 200\n\n[[requests]]\npath",
            "expect = 99\n\n[[requests]]\npath",
            "requests.0.expect.status: Input should be greater",
        ),
        ("weight = 3", 'weight = "3"', "requests.0.weight: Input should be a valid integer"),
        ("weight", "wieght", 'requests.0.wieght: unknown key; did you mean "weight"?'),
        ("content_type =", "content_typ =", 'requests.1.expect.content_typ: unknown key; did you mean "content_type"?'),
        ("{{token}}", "{{tokn}}", "requests.0: {{tokn}} has no value; captured are: token"),
        ('"json:access_token"', '"xml:access_token"', "before.0.capture.token: String should match pattern"),
        ("Bearer {{token}}", "a\\r\\nX-Evil: 1", "requests.0.headers: the value of Authorization holds a line break"),
        ("Authorization", "Content-Length", "requests.0.headers.Content-Length: is set by the harness; remove it"),
        ('"/me"', '"http://example.com/me"', "requests.0.path: String should match pattern"),
        ("body = '{\"hello\": 1}'", "fixed = true", "requests.1.expect.fixed: fixed = true needs a body"),
        ("body = '{\"hello\": 1}'", 'json_schema = "{"', "requests.1.expect.json_schema: is not JSON"),
    ],
)
def test_a_fault_of_a_file_is_reported_with_its_key(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in LOGIN
    with pytest.raises(UsageError) as refusal:
        from_file(written(tmp_path, LOGIN.replace(old, new)))
    assert f"requests.toml: {fault}" in str(refusal.value)


def test_a_name_may_have_its_value_from_a_variable(tmp_path: Path) -> None:
    text = '[[requests]]\npath = "/me"\nheaders = { X-Api-Key = "{{api-key}}" }\n'
    with pytest.raises(UsageError, match=r"api-key.* has no value; capture it"):
        from_file(written(tmp_path, text))
    assert from_file(written(tmp_path, text), {"API_KEY": "k"}).requests[0].value_names == ("api-key",)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(["X-A", "Accept", "x.y", "A!b"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255).filter(lambda c: not 127 <= ord(c) < 128), max_size=20),
    max_size=3,
)
PATHS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map("/{}".format)
EXPECTS = st.one_of(
    st.none(),
    st.integers(200, 599).map(status_alone),
    st.builds(
        Expectation,
        status=st.integers(200, 599),
        content_type=st.sampled_from(["", "text/html; charset=utf-8"]),
        form=st.sampled_from(["json", "text", "html"]),
        body=TEXT | st.none(),
        json_schema=st.sampled_from([None, '{"type": "object"}']),
    ),
)
ASKED = {"method": st.sampled_from(["GET", "POST", "HEAD"]), "path": PATHS, "headers": HEADERS, "body": TEXT}
REQUESTS = st.builds(Request, **ASKED, weight=st.integers(1, 100), expect=EXPECTS)
STEPS = st.builds(
    Step,
    **ASKED,
    name=st.just("login"),
    expect=st.none() | st.integers(200, 599),
    capture=st.just({"token": "json:a.b"}),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=4), st.lists(STEPS, max_size=2), st.lists(TEXT, max_size=2))
def test_what_is_written_to_a_file_is_read_as_it_was(
    tmp_path: Path, requests: list[Request], steps: list[Step], texts: list[str]
) -> None:
    wanted = tuple(one for one in requests if not one.value_names)
    before = tuple(one for one in steps if not one.value_names)
    if wanted:
        found = FoundRequests(wanted, before, tuple(left_out(text, text) for text in texts))
        again = from_file(written(tmp_path, to_toml(found)))
        assert (again.requests, again.before) == (wanted, before)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=50))
def test_reduced_weights_keep_a_round_within_bounds_and_their_order(weights: list[int]) -> None:
    less = scaled(weights, 500)
    assert sum(less) <= 500
    assert min(less) >= 1
    pairs = sorted(zip(weights, less, strict=True))
    assert [after for _, after in pairs] == sorted(less), "what weighed more does not weigh less"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from('[]requsts="{}.\n01'), max_size=60).map(str.encode))
def test_any_bytes_as_a_file_are_refused_in_one_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "requests.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"requests\.toml"):
        from_file(path)
