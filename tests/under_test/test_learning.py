"""Values are captured from a live server, and right answers learned from it."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import pytest

from harness.catalog.requests.found import status_alone
from harness.catalog.requests.manifest import scenario_of
from harness.catalog.scenarios import Scenario
from harness.load.driver import LocustDriver
from harness.model.asked.request import Expectation, Level, Request, Step
from harness.model.errors import TargetFailed, UsageError
from harness.model.measured.load import Slice, Target
from harness.under_test.verify.capturing import captured
from harness.under_test.verify.learning import learned
from harness.under_test.verify.verification import verify
from tests.load.servers import Peer, serving

TOKEN = "s3cret-token"
Answer = tuple[str, str, bytes, dict[str, str]]
Answers = Callable[[str, str, dict[str, str], bytes], Answer]


@contextmanager
def served(answers: Answers) -> Iterator[Target]:
    """A server that answers by method, path, headers and body: status, content type, body, more headers."""

    def behaviour(peer: Peer) -> None:
        while True:
            number = peer.request()
            head, _, body = peer._served.bodies[number - 1].partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            status, content_type, content, more = answers(method, path, headers, body)
            fields = {"Server": "s", "Date": formatdate(usegmt=True), **more}
            fields |= {"Content-Type": content_type} if content_type else {}
            fields |= {"Content-Length": str(len(content))}
            text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            peer.send(f"HTTP/1.1 {status}\r\n{text}\r\n".encode() + (b"" if method == "HEAD" else content))

    with serving(behaviour) as live:
        yield live.target()


NUMBERS = itertools.count()
JSON = "application/json"
ALWAYS: dict[str, Answer] = {
    "/image": ("200 OK", "image/png", b"\x89PNG\xff", {}),
    "/moved": ("302 Found", "", b"", {"Location": "/me"}),
    "/broken": ("500 Internal Server Error", "text/plain", b"Traceback " + TOKEN.encode(), {}),
}
GONE: Answer = ("404 Not Found", "text/html; charset=utf-8", b"<p>gone</p>", {})


def login(headers: dict[str, str], body: bytes) -> Answer:
    if json.loads(body) != {"user": "ada"}:
        return "401 Unauthorized", JSON, b'{"error": "no"}', {}
    cookies = {"Set-Cookie": "sid=abc123; Path=/; HttpOnly", "X-Token": "from-header"}
    return "200 OK", JSON, json.dumps({"user": {"tokens": [TOKEN], "id": 7}}).encode(), cookies


def me(headers: dict[str, str], body: bytes) -> Answer:
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return "401 Unauthorized", JSON, b'{"error": "who?"}', {}
    return "200 OK", JSON, b'{"name": "ada"}', {}


def echo(headers: dict[str, str], body: bytes) -> Answer:
    return "200 OK", "text/plain", headers.get("authorization", "").encode(), {}


def issue(headers: dict[str, str], body: bytes) -> Answer:
    return "200 OK", JSON, b'{"access_token": "issued-to-you"}', {}


def number(headers: dict[str, str], body: bytes) -> Answer:
    return "200 OK", JSON, b'{"n": %d}' % next(NUMBERS), {}


def growing(headers: dict[str, str], body: bytes) -> Answer:
    return "200 OK", JSON, b"[" + b"1," * next(NUMBERS) + b"1]", {}


MADE = {"/issue": issue, "/login": login, "/me": me, "/echo": echo, "/number": number, "/growing": growing}


def shop(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    return MADE[path](headers, body) if path in MADE else ALWAYS.get(path, GONE)


LOGIN = Step(
    name="login",
    method="POST",
    path="/login",
    body='{"user": "{{user}}"}',
    capture={"token": "json:user.tokens.0", "sid": "cookie:sid", "other": "header:X-Token", "id2": "json:user.id"},
)
ME = Request(path="/me", headers={"Authorization": "Bearer {{token}}"})


def knowing(target: Target, **values: str) -> Target:
    return target.model_copy(update={"values": values})


def test_values_are_captured_from_bodies_cookies_and_headers_and_sent_after() -> None:
    with served(shop) as target:
        values = captured(knowing(target, user="ada"), [LOGIN])
        assert values == {"token": TOKEN, "sid": "abc123", "other": "from-header", "id2": "7"}
        again = Step(name="me", path="/me", headers=ME.headers, capture={"name": "json:name"})
        assert captured(knowing(target, user="ada"), [LOGIN, again])["name"] == "ada"
        found = learned(knowing(target, **values), [ME])
    (request,) = found.requests
    assert request.headers == ME.headers, "the value is filled in when it is sent"
    assert request.expect == Expectation(
        content_type="application/json", form="json", body='{"name": "ada"}', fixed=True
    )


@pytest.mark.parametrize(
    ("capture", "reason"),
    [
        ("json:user.name", "{{got}} cannot be captured from json:user.name: user has no name; there are: tokens, id"),
        ("json:user.tokens.5", "tokens has no 5"),
        ("json:user", "it is no text, number or truth value"),
        ("cookie:session", "the answer sets no such cookie"),
        ("header:X-None", "the answer has no such header"),
    ],
)
def test_what_cannot_be_captured_is_said_without_the_answers_values(capture: str, reason: str) -> None:
    step = LOGIN.model_copy(update={"capture": {"got": capture}})
    with served(shop) as target, pytest.raises(TargetFailed) as failure:
        captured(knowing(target, user="ada"), [step])
    assert failure.value.what.startswith("step login: POST /login: ")
    assert reason in failure.value.what
    assert TOKEN not in str(failure.value)
    assert failure.value.phase == "before"


def test_a_step_of_another_status_fails_with_what_was_expected_and_got() -> None:
    with served(shop) as target:
        with pytest.raises(TargetFailed, match=r'expected 200 to 299; seen 401, \{"error": "no"\}'):
            captured(knowing(target, user="eve"), [LOGIN])
        with pytest.raises(TargetFailed, match="expected 201; seen 200"):
            captured(knowing(target, user="ada"), [LOGIN.model_copy(update={"expect": 201})])
        with pytest.raises(UsageError, match="no value is called 'user'"):
            captured(target, [LOGIN])
    with pytest.raises(TargetFailed, match="step login: POST /login: no connection"):
        captured(knowing(target, user="ada"), [LOGIN])


def test_what_is_right_is_learned_from_what_stays_the_same() -> None:
    requests = [Request(path=path) for path in ("/number", "/image", "/moved")]
    head, wanted = Request(method="HEAD", path="/image"), Request(path="/none", expect=status_alone(404))
    with served(shop) as target:
        found = learned(target, [*requests, head, wanted])
    assert found.faults == ()
    assert [one.expect for one in found.requests] == [
        Expectation(content_type="application/json", form="json"),
        Expectation(content_type="image/png", form="any"),
        Expectation(status=302, content_type="", form="text", body="", fixed=True),
        Expectation(content_type="image/png", form="any"),
        Expectation(status=404, content_type="text/html; charset=utf-8", form="text", body="<p>gone</p>", fixed=True),
    ]


def test_what_a_request_says_itself_is_kept() -> None:
    own = Expectation(content_type="", form="any")
    given = Expectation(content_type="", form="json", body='{"name":"ada"}')
    with served(shop) as target:
        known = knowing(target, token=TOKEN)
        found = learned(known, [ME.model_copy(update={"expect": one}) for one in (own, given)])
    typed = {"content_type": "application/json"}
    assert [one.expect for one in found.requests] == [own.model_copy(update=typed), given.model_copy(update=typed)]


def test_errors_are_listed_with_the_request_and_without_secrets() -> None:
    asked = [Request(path="/gone"), Request(path="/broken"), Request(path="/moved", expect=status_alone(200))]
    with served(shop) as target:
        found = learned(knowing(target, token=TOKEN), [*asked, ME], scenario="shop")
    assert [one.path for one in found.requests] == ["/me"]
    assert [str(fault) for fault in found.faults] == [
        "shop: GET /gone: status; expected one of 200 to 399; seen 404, <p>gone</p> [status-differs]",
        "shop: GET /broken: status; expected one of 200 to 399; seen 500, Traceback *** [status-differs]",
        "shop: GET /moved: status; expected 200; seen 302, Location: /me,  [status-differs]",
    ]


def test_a_body_that_holds_a_secret_is_not_kept_and_not_shown() -> None:
    sent, given = Request(path="/echo", headers=ME.headers), Request(path="/issue")
    with served(shop) as target:
        echo, issued = learned(knowing(target, token=TOKEN), [sent, given]).requests
        (fault,) = learned(target, [given.model_copy(update={"expect": status_alone(201)})]).faults
        with pytest.raises(TargetFailed) as failure:
            captured(target, [Step(name="log-in", path="/issue", expect=201)])
    assert echo.expect == Expectation(content_type="text/plain", form="any")
    assert issued.expect == Expectation(content_type="application/json", form="json")
    for shown in (str(fault), str(failure.value)):
        assert '200, {"access_token": "***"}' in shown


@pytest.mark.parametrize(("type_", "right"), [("integer", True), ("string", False)])
def test_a_document_that_says_otherwise_is_found(type_: str, right: bool) -> None:
    schema = json.dumps({"type": "object", "properties": {"n": {"type": type_}}})
    expect = Expectation(content_type="", form="json", json_schema=schema)
    with served(shop) as target:
        found = learned(target, [Request(path="/number", expect=expect)])
    assert [fault.fault.code for fault in found.faults] == ([] if right else ["schema-differs"])
    assert [one.expect and one.expect.json_schema for one in found.requests] == ([schema] if right else [])


def test_answers_that_grow_are_said_to() -> None:
    with served(shop) as target:
        found = learned(target, [Request(path="/growing"), Request(path="/moved")])
    assert [(notice.code, notice.seen[:12]) for notice in found.notices] == [("answers-grow", "GET /growing")]


def test_what_was_learned_is_verified_and_driven_with_its_values(tmp_path: Path) -> None:
    requests = [ME, *(Request(path=path, weight=2) for path in ("/number", "/image", "/moved"))]
    level = Level(connections=2)
    driven = Slice(rotation=0, target="cell", scenario="own", level=level, burn_in_s=0.0, length_s=0.3)
    log = tmp_path / "load.log"
    with served(shop) as target, LocustDriver(cpus=(), log=log) as driver:
        known = knowing(target, token=TOKEN)
        manifest = scenario_of("own", "Own", learned(known, requests).requests, [LOGIN], level)
        scenario = Scenario(manifest, tmp_path)
        assert verify(known, [scenario], full=False).faults == ()
        driver.prepare([known], [scenario.for_driver])
        (record,) = driver.drive([driven])
        assert (record.errors, record.completions > 0) == ({}, True)
        wrong = knowing(target, token="other-token")
        (fault,) = verify(wrong, [scenario], full=False).faults
        assert (fault.request, fault.fault.code) == ("GET /me", "status-differs")
        driver.prepare([wrong], [scenario.for_driver])
        (record,) = driver.drive([driven])
        assert record.errors.keys() == {"status"}
        driver.prepare([target], [scenario.for_driver])
        with pytest.raises(UsageError, match="no value is called 'token'"):
            driver.drive([driven])
    assert TOKEN not in log.read_text()
    assert "other-token" not in log.read_text()
    assert TOKEN not in repr(known)


def test_a_starting_server_is_asked_what_needs_no_captured_value() -> None:
    level = Level(connections=1)
    assert scenario_of("own", "Own", [ME, Request(path="/a")], [LOGIN], level).probe.path == "/a"
    assert scenario_of("own", "Own", [ME], [LOGIN], level).probe == Request(path="/")
