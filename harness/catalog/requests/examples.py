"""Values that an OpenAPI document itself gives for a parameter or a body. Nothing is guessed."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from harness.catalog.requests.references import Document, Unresolved

MOST_LEVELS: Final = 20
"""Of schemas within each other."""
RESERVED: Final = ":/?#[]@!$&'()*+,;="


class NoExample(Exception):
    """What has no value, and why."""


def example_of(document: Document, given: dict[str, Any], what: str) -> Any:
    """The value of a parameter or of a media type: from `example`, `examples`, or its schema. Raises NoExample."""
    document.begin()
    for value in _examples(document, given):
        return value
    try:
        return value_of(document, given.get("schema"), what)
    except Unresolved as error:
        raise NoExample(f"{what}: {error}") from None


def _examples(document: Document, given: dict[str, Any]) -> Iterator[Any]:
    if given.get("example") is not None:
        yield given["example"]
    examples = given.get("examples")
    for one in examples.values() if isinstance(examples, dict) else ():
        try:
            found = document.resolved(one)
        except Unresolved:
            continue
        if isinstance(found, dict) and found.get("value") is not None:
            yield found["value"]


def value_of(document: Document, schema: Any, what: str, level: int = 0) -> Any:
    """A value that the schema gives: example, default, a constant, the first of an enumeration; of an object its
    properties, of a list one element. Raises NoExample, Unresolved."""
    document.look()
    schema = document.resolved(schema)
    if level > MOST_LEVELS or not isinstance(schema, dict):
        raise NoExample(f"{what} has no example")
    for value in _plain(schema):
        return value
    properties, required = _merged(document, schema)
    if properties:
        return _object(document, properties, required, what, level)
    for one in (part for key in ("allOf", "anyOf", "oneOf") for part in _listed(schema, key)):
        try:
            return value_of(document, one, what, level + 1)
        except NoExample:
            continue
    if schema.get("type") == "array" and "items" in schema:
        return [value_of(document, schema["items"], what, level + 1)]
    raise NoExample(f"{what} has no example")


def _merged(document: Document, schema: dict[str, Any], level: int = 0) -> tuple[dict[str, Any], set[str]]:
    """Properties of an object and of all that it consists of (allOf), and which are required. Raises Unresolved."""
    properties: dict[str, Any] = {}
    required: set[str] = set()
    document.look()
    for part in _listed(schema, "allOf") if level < MOST_LEVELS else ():
        whole = document.resolved(part)
        if isinstance(whole, dict):
            others, needed = _merged(document, whole, level + 1)
            properties |= others
            required |= needed
    own = schema.get("properties")
    properties |= own if isinstance(own, dict) else {}
    return properties, required | {name for name in _listed(schema, "required") if isinstance(name, str)}


def _object(
    document: Document, properties: dict[str, Any], required: set[str], what: str, level: int
) -> dict[str, Any]:
    """Every required property, and those that have an example of their own. Raises NoExample, Unresolved."""
    found: dict[str, Any] = {}
    for name, schema in properties.items():
        whole = document.resolved(schema)
        shown = isinstance(whole, dict) and (whole.get("example") is not None or _listed(whole, "examples"))
        if name in required or shown:
            found[name] = value_of(document, whole, f"{what}.{name}", level + 1)
    if missing := sorted(required - properties.keys()):
        raise NoExample(f"{what}.{missing[0]} has no example")
    return found


def _plain(schema: dict[str, Any]) -> Iterator[Any]:
    if schema.get("example") is not None:
        yield schema["example"]
    yield from (one for one in _listed(schema, "examples")[:1] if one is not None)
    for key in ("default", "const"):
        if schema.get(key) is not None:
            yield schema[key]
    yield from (one for one in _listed(schema, "enum")[:1] if one is not None)


def _listed(schema: dict[str, Any], key: str) -> list[Any]:
    found = schema.get(key)
    return found if isinstance(found, list) else []


def as_text(value: Any) -> str:
    """A single value as it stands in a path, query or header. Raises NoExample where it is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise NoExample("its example is no single value")


def in_path(value: Any, what: str) -> str:
    """Style `simple`: a list is joined by commas."""
    text = (
        ",".join(quote(as_text(one), safe="") for one in value)
        if isinstance(value, list)
        else quote(as_text(value), "")
    )
    if text in ("", ".", ".."):
        raise NoExample(f"{what}: its example {text!r} names another path")
    return text


def in_query(parameter: dict[str, Any], name: str, value: Any) -> list[str]:
    """Style `form` or `deepObject`: its pairs, escaped. Raises NoExample."""
    style, safe = parameter.get("style", "form"), RESERVED if parameter.get("allowReserved") is True else ""
    safe = safe.translate(str.maketrans("", "", "#&+="))

    def pair(key: str, one: Any) -> str:
        return f"{quote(key, safe='[]')}={quote(as_text(one), safe=safe)}"

    if isinstance(value, dict):
        if style == "deepObject":
            return [pair(f"{name}[{key}]", one) for key, one in value.items()]
        if style == "form" and parameter.get("explode", True) is True:
            return [pair(key, one) for key, one in value.items()]
        raise NoExample(f"an object in style {style!r} cannot be written")
    if not isinstance(value, list):
        return [pair(name, value)]
    if style != "form":
        raise NoExample(f"a list in style {style!r} cannot be written")
    if parameter.get("explode", True) is True:
        return [pair(name, one) for one in value]
    return [f"{quote(name, safe='[]')}={','.join(quote(as_text(one), safe=safe) for one in value)}"]
