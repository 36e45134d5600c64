"""A HAR file: what a browser asked of the service is asked again, and nothing of anybody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalog.requests.found import FoundRequests, status_alone
from harness.catalog.requests.har import found_in, from_har
from harness.catalog.requests.secrets import hide_secrets
from harness.model.errors import UsageError

Entry = dict[str, Any]


def entry(url: str, method: str = "GET", status: int = 200, body: Any = None, **headers: str) -> Entry:
    listed = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    request: dict[str, Any] = {"method": method, "url": url, "headers": listed}
    return {"request": request | ({"postData": body} if body is not None else {}), "response": {"status": status}}


def asked(found: FoundRequests) -> list[str]:
    return [f"{request.weight} {request.method} {request.path}" for request in found.requests]


SHOP = "https://shop.example"


def test_the_host_asked_most_is_the_services_and_others_are_dropped_and_listed() -> None:
    entries = [
        *[entry(f"{SHOP}/items?page=1#top")] * 2,
        entry(SHOP),
        entry("https://cdn.example/a.js"),
        entry("data:text/plain,x"),
    ]
    found = found_in(entries, None, False)
    assert asked(found) == ["2 GET /items?page=1", "1 GET /"]
    assert [str(one) for one in found.left_out] == [
        "1 request to cdn.example: another host: requests go to 127.0.0.1 alone",
        "1 request without a host: data or code of the page itself",
    ]
    assert found.notes[0].seen == "requests to shop.example are taken for the service's"


def test_this_machine_comes_before_the_host_asked_most_and_a_named_one_before_both() -> None:
    entries = [*[entry(f"{SHOP}/a")] * 3, entry("http://localhost:8000/b"), entry("http://other.example/c")]
    assert asked(found_in(entries, None, False)) == ["1 GET /b"]
    assert asked(found_in(entries, "Other.example", False)) == ["1 GET /c"]
    assert asked(found_in(entries, "localhost:8000", False)) == ["1 GET /b"]
    assert asked(found_in(entries, "nobody.example", False)) == []


def test_headers_of_the_connection_the_cache_and_the_browser_are_dropped() -> None:
    noise = {
        "Host": "shop.example",
        "If_None_Match": '"x"',
        "If_Modified_Since": "x",
        "Sec_Fetch_Mode": "cors",
        "Accept_Encoding": "gzip, br",
        "Connection": "keep-alive",
        "Referer": "x",
        "User_Agent": "x",
        ":authority": "x",
    }
    (request,) = found_in(
        [entry(f"{SHOP}/", status=304, Accept="text/html", Cookie="sid=1", X_Requested_With="x", **noise)], None, False
    ).requests
    assert request.headers == {"Accept": "text/html", "Cookie": "sid=1", "X-Requested-With": "x"}
    assert request.expect == status_alone(200), "nothing is asked on a condition"


def test_cookies_and_authorization_are_hidden_as_secrets() -> None:
    found = found_in([entry(f"{SHOP}/", Cookie="sid=hunter2; a=b", Authorization="Bearer hunter3")], None, False)
    hidden, _, values = hide_secrets(found.requests)
    assert hidden[0].headers == {"Cookie": "sid={{secret-1}}; a={{secret-2}}", "Authorization": "Bearer {{secret-3}}"}
    assert [value.get_secret_value() for value in values.values()] == ["hunter2", "b", "hunter3"]


def test_other_methods_are_asked_only_where_they_are_asked_for_and_with_their_bodies() -> None:
    entries = [
        entry(f"{SHOP}/a", "POST", 201, {"text": '{"a": 1}'}, Content_Type="application/json"),
        entry(f"{SHOP}/b", "POST", 200, {"params": [{"name": "x", "value": "1 2"}]}),
        entry(f"{SHOP}/c", "POST", 200, {"text": "AAA=", "encoding": "base64"}),
        entry(f"{SHOP}/d", "PUT", 200, {"text": "x" * 70_000}),
    ]
    assert asked(found_in(entries, None, False)) == []
    found = found_in(entries, None, True)
    assert [(one.path, one.body) for one in found.requests] == [("/a", '{"a": 1}'), ("/b", "x=1+2")]
    assert [str(one) for one in found.left_out] == [
        "POST /c: its body cannot be read",
        "PUT /d: its body has more than 65,536 characters",
    ]


def test_what_failed_in_the_browser_is_not_asked() -> None:
    found = found_in(
        [entry(f"{SHOP}/a", status=0), entry(f"{SHOP}/b", status=502), entry(f"{SHOP}/c", status=404)], None, False
    )
    assert asked(found) == ["1 GET /c"]
    assert [one.why for one in found.left_out] == ["the browser got no answer", "the browser was answered with 502"]


@pytest.mark.parametrize(
    ("url", "headers", "why"),
    [
        (f"{SHOP}/a b", {}, "path: String should match pattern"),
        (f"{SHOP}/" + "a" * 3000, {}, "its path has more than 2000 characters"),
        (f"{SHOP}/", {"X_A": "a\r\nX-Evil: 1"}, "headers: the value of X-A holds a line break"),
        (f"{SHOP}/", {"X A": "a"}, "headers: 'X A' is no name of a header"),
        (f"{SHOP}/{{{{token}}}}", {}, "it holds {{...}}, which would stand for a captured value"),
    ],
)
def test_what_cannot_be_sent_is_listed(url: str, headers: dict[str, str], why: str) -> None:
    found = found_in([entry(url, **headers)], None, False)
    assert found.requests == ()
    assert why in found.left_out[0].why


def test_a_file_without_anything_to_ask_is_refused_with_the_reasons(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    for content, reason in (
        ("{}", "is no HAR: log.entries is not there"),
        ('{"log": []}', "is no HAR"),
        (json.dumps({"log": {"entries": [entry(f"{SHOP}/", "POST")]}}), "POST /: only GET and HEAD are asked"),
        ("\x00", "cannot be read"),
    ):
        path.write_text(content)
        with pytest.raises(UsageError) as refusal:
            from_har(path)
        assert f"a.har: {reason}" in str(refusal.value) or reason in str(refusal.value)


WORDS = st.sampled_from(
    [
        "request",
        "response",
        "method",
        "url",
        "headers",
        "name",
        "value",
        "postData",
        "text",
        "params",
        "status",
        "GET",
        "POST",
    ]
)
URLS = st.sampled_from(
    ["http://a/", "http://[::1", "http://a:99999/", "//x", "http://a/\ud800", "HTTP://A:1/%zz?=&{{tok}}"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | WORDS | URLS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
ENTRIES = st.fixed_dictionaries(
    {
        "request": st.fixed_dictionaries(
            {"method": WORDS | VALUES, "url": URLS, "headers": VALUES, "postData": VALUES}
        ),
        "response": st.fixed_dictionaries({"status": st.integers(-(10**30), 10**30) | st.just(200)}),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(ENTRIES | VALUES, max_size=6), st.booleans())
def test_whatever_a_har_holds_it_is_asked_or_listed(entries: list[Any], unsafe: bool) -> None:
    found = found_in(entries, None, unsafe)
    for request in found.requests:
        json.loads(request.model_dump_json())
    assert all(str(one).isprintable() for one in found.left_out)
