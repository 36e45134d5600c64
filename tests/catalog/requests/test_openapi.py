"""An OpenAPI document: what it gives examples for is asked, and all else is listed with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalog.requests.found import FoundRequests
from harness.catalog.requests.openapi import found_in, from_openapi
from harness.contract.schemas import schema_faults
from harness.model.errors import UsageError

Tree = dict[str, Any]


def document(paths: Tree, version: str = "3.1.0", **more: Any) -> Tree:
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def get(*parameters: Tree, **more: Any) -> Tree:
    return {"get": {"parameters": list(parameters), "responses": {"200": {"description": "ok"}}, **more}}


def parameter(name: str, where: str = "query", **more: Any) -> Tree:
    return {"name": name, "in": where, "required": True, **more}


def paths_of(found: FoundRequests) -> list[str]:
    return [f"{request.method} {request.path}" for request in found.requests]


def reasons(found: FoundRequests) -> dict[str, str]:
    return {one.what: one.why for one in found.left_out}


@pytest.mark.parametrize(
    "given_",
    [
        {"example": 7},
        {"examples": {"one": {"value": 7}}},
        {"examples": {"one": {"$ref": "#/components/examples/seven"}}},
        {"schema": {"example": 7}},
        {"schema": {"examples": [7, 8]}},
        {"schema": {"default": 7}},
        {"schema": {"enum": [7, 8]}},
        {"schema": {"const": 7}},
        {"schema": {"anyOf": [{"type": "integer"}, {"default": 7}]}},
        {"schema": {"$ref": "#/components/schemas/Id"}},
        {"content": {"application/json": {"example": 7}}},
    ],
)
def test_a_parameter_is_filled_from_wherever_the_document_has_a_value(given_: Tree) -> None:
    components = {"examples": {"seven": {"value": 7}}, "schemas": {"Id": {"type": "integer", "example": 7}}}
    paths = {"/items/{id}": get(parameter("id", "path", **given_))}
    assert paths_of(found_in(document(paths, components=components))) == ["GET /items/7"]


def test_what_has_no_example_is_listed_and_not_guessed() -> None:
    paths = {
        "/items/{id}": get(parameter("id", "path", schema={"type": "integer", "minimum": 1})),
        "/search": get(parameter("q", schema={"type": "string"})),
        "/ok": get(parameter("page", schema={"type": "integer"}) | {"required": False}),
        "/secret": get(security=[{"bearer": []}]),
        "/open": get(security=[{"bearer": []}, {}]),
        "/far": get(parameter("id", "query", schema={"$ref": "other.yaml#/Id"})),
        "/lost": {"$ref": "#/components/pathItems/Gone"},
        "/items": {"post": {"responses": {}}},
    }
    found = found_in(document(paths))
    assert paths_of(found) == ["GET /ok", "GET /open"]
    assert reasons(found) == {
        "GET /items/{id}": "parameter id has no example",
        "GET /search": "parameter q has no example",
        "GET /secret": "it needs authorization (bearer): write a file of requests that logs in first",
        "GET /far": "parameter id: other.yaml#/Id lies outside the document",
        "/lost": "#/components/pathItems/Gone is not in the document",
        "POST /items": "only GET and HEAD are asked, unless others are asked for",
    }


def test_values_are_escaped_and_written_in_their_style() -> None:
    paths = {
        "/a/{x}": get(
            parameter("x", "path", example="a/b c?"),
            parameter("tags", example=["r&d", "b"]),
            parameter("ids", explode=False, example=[1, 2]),
            parameter("deep", style="deepObject", example={"k": True}),
            parameter("X-Trace", "header", example="t1"),
            parameter("Authorization", "header", example="no"),
            parameter("theme", "cookie", example="dark"),
        )
    }
    (request,) = found_in(document(paths)).requests
    assert request.path == "/a/a%2Fb%20c%3F?tags=r%26d&tags=b&ids=1,2&deep[k]=true"
    assert request.headers == {"X-Trace": "t1", "Cookie": "theme=dark"}


def test_the_servers_path_is_kept_and_an_operation_of_another_host_is_not_asked() -> None:
    paths = {
        "/a": get(),
        "/b": get(servers=[{"url": "https://cdn.example.net/x"}]),
        "/c": get(servers=[{"url": "/v2"}]),
    }
    servers = [{"url": "https://api.example.com/{base}/", "variables": {"base": {"default": "v1"}}}]
    found = found_in(document(paths, servers=servers))
    assert paths_of(found) == ["GET /v1/a", "GET /v2/c"]
    assert reasons(found) == {"GET /b": "its server is cdn.example.net: requests go to 127.0.0.1 alone"}


def test_bodies_come_from_examples_and_only_where_other_methods_are_asked_for() -> None:
    item = {
        "type": "object",
        "required": ["name", "size"],
        "properties": {
            "name": {"type": "string", "examples": ["ada"]},
            "size": {"default": 1},
            "note": {"type": "string"},
        },
    }
    post = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}
    form = {"requestBody": {"content": {"application/x-www-form-urlencoded": {"example": {"a": "b c"}}}}}
    lacking = {
        "requestBody": {"content": {"application/json": {"schema": {"required": ["x"], "properties": {"x": {}}}}}}
    }
    paths = {
        "/items": {"post": post | {"responses": {"201": {}, "200": {}}}},
        "/form": {"put": form | {"responses": {"default": {}}}},
        "/lacking": {"patch": lacking},
    }
    found = found_in(document(paths, components={"schemas": {"Item": item}}), unsafe=True)
    made, written = found.requests
    assert (made.body, made.headers) == ('{"name": "ada", "size": 1}', {"Content-Type": "application/json"})
    assert made.expect
    assert made.expect.status == 200
    assert (written.method, written.body, written.expect) == ("PUT", "a=b+c", None)
    assert reasons(found) == {"PATCH /lacking": "its body.x has no example"}


def schema_of(schema: Tree, version: str = "3.1.0", **components: Tree) -> str:
    paths = {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}}
    found = found_in(document(paths, version, components={"schemas": components}))
    assert found.notes == ()
    (request,) = found.requests
    assert request.expect
    assert request.expect.json_schema
    return request.expect.json_schema


def fits(value: object, schema: str) -> bool:
    return not list(schema_faults(value, schema))


def test_the_schema_of_an_answer_is_kept_with_all_it_refers_to_in_circles_too() -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "pattern": "(a+)+$"},
            "next": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
        },
    }
    schema = schema_of({"type": "array", "items": {"$ref": "#/components/schemas/Node"}}, Node=node)
    assert fits([{"name": "a", "next": {"name": "b", "next": None}}], schema)
    assert not fits([{"name": "a", "next": {"nam": "b"}}], schema)
    assert "pattern" not in schema, "a regular expression of others may take minutes"
    (fault,) = schema_faults([{"name": 1}], schema)
    assert (fault.code, fault.expected, fault.seen) == ("schema-differs", 'type: "string"', "1")
    assert fault.what == "the body[0].name does not fit the JSON schema"


def test_a_schema_of_openapi_30_is_read_as_it_is_meant_there() -> None:
    schema = schema_of(
        {
            "type": "object",
            "required": ["password", "n"],
            "properties": {
                "n": {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True},
                "password": {"type": "string", "writeOnly": True},
            },
        },
        version="3.0.3",
    )
    assert [fits({"n": n}, schema) for n in (None, 1, 0, "x")] == [True, True, False, False]


def test_a_schema_that_says_nothing_is_not_kept_and_the_answer_is_json_all_the_same() -> None:
    content = {"application/json": {"schema": {}}}
    (request,) = found_in(document({"/a": {"get": {"responses": {"200": {"content": content}}}}})).requests
    assert request.expect
    assert (request.expect.form, request.expect.json_schema) == ("json", None)


def test_a_schema_that_cannot_be_used_is_a_note_and_the_status_is_still_asked() -> None:
    content = {"application/json": {"schema": {"type": "nonsense"}}}
    found = found_in(document({"/a": {"get": {"responses": {"200": {"content": content}}}}}))
    assert "GET /a: its answers are not held against the document" in found.notes[0].seen
    assert found.requests[0].expect
    assert (found.requests[0].expect.status, found.requests[0].expect.json_schema) == (200, None)


def test_schemas_that_refer_to_each_other_in_too_many_ways_are_given_up() -> None:
    two = [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}]
    for key in ("anyOf", "allOf"):
        paths = {"/{x}": get(parameter("x", "path", schema={"$ref": "#/components/schemas/A"}))}
        found = found_in(document(paths, components={"schemas": {"A": {key: two}}}))
        assert reasons(found) == {"GET /{x}": "parameter x: its schemas are too intricate"}


def test_at_most_fifty_are_asked_and_the_others_listed() -> None:
    found = found_in(document({f"/{n}": get() for n in range(60)}))
    assert (len(found.requests), len(found.left_out)) == (50, 10)
    assert found.requests[0].path == "/0"


YAML = """
openapi: 3.0.3
paths:
  /a/{day}:
    get:
      parameters:
        - {name: day, in: path, required: true, schema: {type: string, example: 2024-01-02}}
      responses: {200: {description: ok}}
"""


def test_yaml_is_read_as_json_would_be(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(YAML)
    (request,) = from_openapi(path).requests
    assert request.path == "/a/2024-01-02"
    assert request.expect
    assert request.expect.status == 200


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", "{", "cannot be read"),
        ("a.json", "[]", "is no object"),
        ("a.json", "{}", "is no OpenAPI document"),
        ("a.json", '{"swagger": "2.0"}', "is Swagger 2"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"a":' * 200 + "1" + "}" * 200, "nested too deeply"),
        ("a.json", '{"openapi": "3.0.0", "n": ' + "9" * 5000 + "}", "cannot be read"),
        ("a.json", '{"openapi": "3.0.0"}', "holds no operation that can be asked"),
        ("a.yaml", "a: &x [1]\nb: [*x, *x]\n", "line 2: an alias (*x); write out what it is"),
        ("a.yaml", "[" * 5_000, "cannot be read"),
        ("a.yaml", "a: !!python/object/apply:os.system [id]\n", "cannot be read"),
        ("a.yaml", "? [a]\n: b\n", "cannot be read"),
        ("a.yaml", "a: [\n", "cannot be read"),
    ],
)
def test_what_is_no_document_is_refused_in_one_message(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError) as refusal:
        from_openapi(path)
    assert f"{name}: " in str(refusal.value)
    assert reason in str(refusal.value)
    assert len(str(refusal.value)) < 600


WORDS = st.sampled_from(
    [
        "get",
        "post",
        "parameters",
        "schema",
        "$ref",
        "#/components/schemas/A",
        "#/paths",
        "name",
        "in",
        "path",
        "query",
        "header",
        "id",
        "/{id}",
        "required",
        "example",
        "examples",
        "default",
        "enum",
        "anyOf",
        "allOf",
        "items",
        "properties",
        "type",
        "array",
        "object",
        "content",
        "application/json",
        "requestBody",
        "responses",
        "200",
        "2XX",
        "servers",
        "url",
        "https://x.y/z",
        "security",
        "openapi",
        "components",
        "schemas",
        "A",
        "nullable",
        "exclusiveMinimum",
        "minimum",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | WORDS | st.just("\ud800\r\n"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
@given(VALUES, VALUES, VALUES, VALUES)
def test_whatever_a_document_holds_each_operation_is_asked_or_listed(a: Any, b: Any, c: Any, d: Any) -> None:
    operation = {
        "parameters": [a, {"name": "id", "in": "path", "schema": b}],
        "requestBody": c,
        "responses": {"200": d},
    }
    paths = {
        "/{id}": {"post": operation, "get": c},
        "/b": a,
        "/c": {"get": {"responses": b, "security": d, "servers": c}},
    }
    found = found_in(
        {"openapi": "3.0.0", "paths": paths, "components": {"schemas": {"A": b}}, "servers": d}, unsafe=True
    )
    for request in found.requests:
        json.loads(request.model_dump_json())
    assert all(str(one).isprintable() for one in found.left_out)
    found_in({"openapi": "3.1.0", "paths": d, "servers": a})
