"""What probes conclude from what they saw: pure functions."""

import pytest
from pydantic import ValidationError

from harness.contract.response import Response
from harness.model.found.capabilities import LONGEST_QUOTE, Evidence, Probed
from harness.under_test.probing.connections import statuses_in
from harness.under_test.probing.documents import loads_of, models_in
from harness.under_test.probing.limits import in_words, status_of
from harness.under_test.probing.openapi_judge import faults_of
from harness.under_test.probing.refusals import form_of
from harness.under_test.probing.streams import Spent, arrive_as_made
from harness.under_test.probing.waiting import got_in_words, most_within

SEEN = Evidence(sent="a question", got="an answer")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GONE = b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", ["yes", "no", "measured"])
def test_no_answer_stands_without_evidence(answer: str) -> None:
    with pytest.raises(ValidationError, match="has no evidence"):
        Probed.model_validate({"probe": "websocket", "answer": answer, "how": "so"})


def test_what_is_unknown_says_why() -> None:
    with pytest.raises(ValidationError, match="does not say"):
        Probed(probe="websocket", answer="unknown")
    assert Probed(probe="websocket", answer="unknown", how="no such page").words == "n/a: no such page"


def test_evidence_is_bounded_clean_and_without_passwords() -> None:
    seen = Evidence(sent="postgresql://me:pass-word@host/", got="\x1b[31m" + "x" * 10_000)
    assert "pass-word" not in seen.sent
    assert "\x1b" not in seen.got
    assert len(seen.got) == LONGEST_QUOTE


def test_answers_in_a_row_are_told_apart() -> None:
    assert statuses_in(OK + GONE + OK, ["GET"] * 3) == [200, 404, 200]
    assert statuses_in(OK + GONE[:-5], ["GET"] * 3) == [200]
    assert statuses_in(b"", ["GET"]) == []
    assert statuses_in(b"SSH-2.0-other\r\n", ["GET"]) == []


def test_a_stream_arrives_as_it_is_made_only_if_most_events_come_by_themselves() -> None:
    steady = [0.02 * number for number in range(1, 101)]
    assert arrive_as_made(steady, 0.02)
    assert not arrive_as_made([2.0] * 100, 0.02)
    assert not arrive_as_made([0.2 * (1 + number // 10) for number in range(100)], 0.02)
    assert not arrive_as_made(steady[:50], 0.02)


def test_handlers_at_the_same_time_are_those_less_than_a_wait_apart() -> None:
    assert most_within([], 0.045) == 0
    assert most_within([0.05, 0.10, 0.15], 0.045) == 1
    assert most_within([0.05] * 8 + [0.10] * 8, 0.045) == 8
    assert most_within([0.05 + 0.0004 * number for number in range(100)], 0.045) == 100


def test_what_was_seen_of_many_at_once_is_said_also_where_none_was_answered_in_time() -> None:
    assert "0 of 100 answered within 4 s\nat most 0" in got_in_words(0.05, [], 0)
    assert "2 of 100 answered within 4 s, the first after 50.0 ms, the last after 100.0 ms" in got_in_words(
        0.05, [0.05, 0.1], 1
    )


def test_what_goes_on_after_the_readers_left_is_a_share_of_what_the_streams_cost() -> None:
    assert Spent(0.001, 0.011, 0.002).share == pytest.approx(0.1)
    assert Spent(0.001, 0.011, 0.0).share == 0
    assert Spent(0.001, 0.0012, 0.0).share is None


def test_a_page_loads_what_its_tags_and_imports_name() -> None:
    page = """<link rel="stylesheet" href="https://cdn.example.org/a.css"><link rel="canonical" href="https://x.org/">
    <script src="/b.js"></script><script>import x from "https://esm.example.org/c.js"; const u = "https://not.loaded/";
    </script><style>@import url("//fonts.example.org/d.css");</style><a href="https://y.org/">a link</a>"""
    assert loads_of(page, "http://127.0.0.1:80/docs") == (
        "https://cdn.example.org/a.css",
        "http://127.0.0.1:80/b.js",
        "https://esm.example.org/c.js",
        "http://fonts.example.org/d.css",
    )


def test_models_are_those_that_operations_name_and_the_order_comes_first() -> None:
    def operation(name: str) -> dict[str, object]:
        schema = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
        return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}

    model = {"type": "object", "properties": {"id": {"type": "integer"}}}
    document = {
        "paths": {"/db": {"get": operation("World")}, "/validate": {"post": operation("Order")}},
        "components": {"schemas": {"World": model, "Order": model, "HTTPValidationError": model}},
    }
    assert [name for name, _ in models_in(document)] == ["Order", "World"]
    assert list(models_in({"paths": {"/": {"get": {"responses": {"200": {"$ref": "#/nowhere"}}}}}})) == []
    assert list(models_in({"paths": 3})) == []


def test_a_document_is_judged_by_the_validator_and_never_followed_elsewhere() -> None:
    right = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    assert list(faults_of(right)) == []
    assert list(faults_of({"openapi": "3.1.0", "paths": {}}))
    assert "neither" in next(faults_of({"openapi": "2.0"}))
    assert "not read" in next(faults_of({**right, "paths": {"/": {"$ref": "file:///etc/passwd"}}}))
    assert list(faults_of([]))


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'{"detail": [{"loc": ["body", "quantity"], "msg": "m"}]}', "quantity named at $.detail[0].loc[1]"),
        (b'{"errors": {"quantity": ["m"]}}', "quantity named at $.errors.quantity as a key"),
        (b'{"detail": "quantity is wrong"}', "quantity named at $.detail, in a text"),
        (b"<p>quantity is wrong", "quantity named in the text"),
        (b"wrong", "quantity not named"),
    ],
)
def test_the_form_of_an_error_says_where_the_field_is_named(body: bytes, form: str) -> None:
    answer = Response(
        status=422, headers=(("content-type", "application/json; charset=utf-8"),), body=body, received_at=0.0
    )
    assert form_of(answer, "quantity").endswith(form)
    assert form_of(answer, "quantity").startswith("422 application/json; ")


def test_a_status_is_read_from_the_beginning_of_an_answer() -> None:
    assert status_of(b"HTTP/1.1 413 Too Large\r\n") == 413
    assert status_of(b"") is None
    assert status_of(b"\x00\x00\x12") is None
    assert (in_words(2**25), in_words(65_536), in_words(10)) == ("32 MiB", "64 KiB", "10 bytes")
