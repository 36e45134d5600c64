"""The body every response must have, by its form."""

import json
from collections.abc import Iterator
from typing import Any

from harness.contract.events import events_faults
from harness.contract.response import clipped
from harness.contract.schemas import schema_faults
from harness.model.asked.request import Expectation
from harness.model.fault import Fault


def body_faults(body: bytes, expect: Expectation) -> Iterator[Fault]:
    """Everything a manifest alone can tell is wrong with a body. Of the form `any` only what it must hold is asked."""
    if expect.holds is not None and expect.holds.encode() not in body:
        yield Fault(code="body-lacks", what="the body lacks a text", expected=expect.holds, seen=clipped(body))
    if expect.form == "any":
        return
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        expected, seen = f"{expect.form} in UTF-8", f"{clipped(body)} ({error})"
        yield Fault(code="body-not-utf-8", what="the body is not UTF-8", expected=expected, seen=seen)
        return
    if expect.form == "json":
        yield from _json_faults(text, expect)
    elif expect.form == "events" and expect.body is not None:
        yield from events_faults(text, expect.body)
    elif expect.body is not None and text != expect.body:
        yield Fault(code="body-differs", what="the body differs", expected=clipped(expect.body), seen=clipped(text))


def _json_faults(text: str, expect: Expectation) -> Iterator[Fault]:
    wanted = expect.body
    try:
        given = strict_json(text)
    except (ValueError, RecursionError) as error:
        what, expected = f"the body is not right JSON: {error}", clipped(wanted or "JSON")
        yield Fault(code="body-not-json", what=what, expected=expected, seen=clipped(text))
        return
    if wanted is not None and (difference := json_difference(strict_json(wanted), given)):
        yield Fault(code="body-differs", what=difference, expected=clipped(wanted), seen=clipped(text))
    elif expect.json_schema is not None:
        yield from schema_faults(given, expect.json_schema)


def strict_json(text: str) -> Any:
    """Parse JSON as RFC 8259 has it: a key twice in an object, NaN and Infinity are refused.

    Raises ValueError with the reason.
    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"key {key!r} stands twice in an object")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def json_difference(wanted: Any, given: Any, place: str = "the body") -> str | None:
    """The first place where two parsed JSON values differ, in words; None where they are equal.

    Types must be equal too: 1, 1.0 and true are three values.
    """
    if type(wanted) is not type(given):
        return f"{place} is {_kind(given)}, not {_kind(wanted)}"
    if isinstance(wanted, dict):
        return _object_difference(wanted, given, place)
    if isinstance(wanted, list):
        return _list_difference(wanted, given, place)
    return None if wanted == given else f"{place} is {clipped(json.dumps(given))}, not {clipped(json.dumps(wanted))}"


def _object_difference(wanted: dict[str, Any], given: dict[str, Any], place: str) -> str | None:
    if missing := [key for key in wanted if key not in given]:
        return f"{place} lacks the key {missing[0]!r}"
    if extra := [key for key in given if key not in wanted]:
        return f"{place} has an extra key {clipped(repr(extra[0]))}"
    differences = (json_difference(wanted[key], given[key], f"{place}.{key}") for key in wanted)
    return next((difference for difference in differences if difference), None)


def _list_difference(wanted: list[Any], given: list[Any], place: str) -> str | None:
    if len(wanted) != len(given):
        return f"{place} has {len(given)} elements, not {len(wanted)}"
    differences = (
        json_difference(w, g, f"{place}[{number}]") for number, (w, g) in enumerate(zip(wanted, given, strict=True))
    )
    return next((difference for difference in differences if difference), None)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", int: "a whole number"}
    return "null" if value is None else names.get(type(value), "a fractional number")
