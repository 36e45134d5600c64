"""No secret stays in a request, and what is sent in the end is what it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalog.requests.secrets import given_values, hide_secrets
from harness.model.asked.request import Request, Step
from harness.model.errors import UsageError
from harness.wire.filling import filled

SECRET = "hunter-2.xyz"


def whole(request: Request) -> str:
    return request.model_dump_json()


@pytest.mark.parametrize(
    "request_",
    [
        Request(path="/", headers={"Authorization": f"Bearer {SECRET}"}),
        Request(path="/", headers={"authorization": SECRET}),
        Request(path="/", headers={"Proxy-Authorization": f"Basic {SECRET}"}),
        Request(path="/", headers={"Cookie": f"theme=dark; sid={SECRET}"}),
        Request(path="/", headers={"X-Api-Key": SECRET}),
        Request(path="/", headers={"X-CSRF-Token": SECRET}),
        Request(path=f"/a?page=1&access_token={SECRET}&x=2"),
        Request(path=f"/a?api%5Fkey={SECRET}"),
        Request(method="POST", path="/", body=json.dumps({"user": "ada", "password": SECRET})),
        Request(method="POST", path="/", body=json.dumps({"a": [{"session": {"deep": [SECRET]}}]})),
        Request(method="POST", path="/", body=f'{{"p\\u0061ssword": "{SECRET}"}}'),
        Request(method="POST", path="/", body=f"user=ada&password={SECRET}"),
        Request(
            method="POST",
            path="/",
            body=f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{SECRET}\r\n--b--\r\n',
        ),
    ],
)
def test_a_secret_is_known_by_its_place(request_: Request) -> None:
    (hidden,), _, values = hide_secrets([request_])
    assert SECRET not in whole(hidden)
    assert "{{secret-1}}" in whole(hidden)
    assert SECRET not in repr(values), "what is logged by mistake shows nothing"
    assert filled(hidden, {name: value.get_secret_value() for name, value in values.items()}) == request_


def test_what_is_no_secret_stays() -> None:
    asked = Request(
        method="POST", path="/a?page=1&author=x", headers={"Accept": "text/html"}, body='{"user": "ada", "n": 1}'
    )
    assert hide_secrets([asked]) == ((asked,), (), {})


def test_the_same_secret_has_one_name_and_captured_names_stay() -> None:
    step = Step(name="login", path="/login", headers={"X-Api-Key": SECRET}, capture={"secret-1": "json:token"})
    asked = Request(path=f"/a?token={SECRET}", headers={"Authorization": "Bearer {{secret-1}}", "X-Token": "other"})
    (request,), (login,), values = hide_secrets([asked], [step])
    assert login.headers == {"X-Api-Key": "{{secret-2}}"}
    assert request.path == "/a?token={{secret-2}}"
    assert request.headers == {"Authorization": "Bearer {{secret-1}}", "X-Token": "{{secret-3}}"}
    assert {name: value.get_secret_value() for name, value in values.items()} == {
        "secret-2": SECRET,
        "secret-3": "other",
    }


NAMES = st.sampled_from(["token", "password", "Cookie", "page", "session_id", "x"])
PIECES = st.text(st.sampled_from('{}"\\:,[]=&; abc1{{tok}}\r\n-'), max_size=20)
BODIES = (
    PIECES
    | st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.dictionaries(NAMES, inner)).map(
        json.dumps
    )
    | st.lists(st.tuples(NAMES, PIECES), max_size=4).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs))
)


@given(BODIES, st.dictionaries(NAMES, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)), PIECES)
def test_with_the_values_filled_in_the_request_is_what_it_was(body: str, headers: dict[str, str], query: str) -> None:
    headers = {
        name: value.strip().strip(";") for name, value in headers.items() if ";" not in value or name != "Cookie"
    }
    path = "/a?" + "".join(char for char in query if "!" <= char <= "~")
    request = Request(method="POST", path=path, headers=headers, body=body)
    if request.value_names:
        return
    (hidden,), _, secrets = hide_secrets([request])
    values = {name: secret.get_secret_value() for name, secret in secrets.items()}
    assert set(hidden.value_names) == values.keys()
    assert filled(hidden, values) == request


def test_values_come_from_variables_of_the_same_name_or_as_variables_are_written() -> None:
    asked = Request(path="/{{api-key}}/{{Token}}/{{other}}")
    values = given_values([asked], {"API_KEY": "k", "Token": "t", "PATH": "/bin"})
    assert {name: value.get_secret_value() for name, value in values.items()} == {"api-key": "k", "Token": "t"}


def test_a_name_without_a_value_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match=r"GET /me: no value is called 'token'"):
        filled(Request(path="/me", headers={"A": "{{token}}"}), {"tokn": "x"})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\0", "\u20ac"])
def test_a_value_that_would_end_its_line_is_refused_and_not_shown(value: str) -> None:
    for request in (Request(path="/{{token}}"), Request(path="/", headers={"A": "{{token}}"})):
        with pytest.raises(UsageError, match="the value 'token' holds a line break") as refusal:
            filled(request, {"token": value})
        assert value not in str(refusal.value)
    assert filled(Request(method="POST", path="/", body="{{token}}"), {"token": value}).body == value


def test_what_is_filled_in_is_not_looked_at_for_names() -> None:
    asked = Request(path="/{{aa}}{{bb}}")
    assert filled(asked, {"aa": "{{bb}}", "bb": "x"}).path == "/{{bb}}x"
