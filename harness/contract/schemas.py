"""JSON bodies held against a JSON schema. Pure: what the schema refers to elsewhere is never fetched."""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from harness.contract.response import clipped
from harness.model.fault import Fault

MOST_SHOWN: Final = 3


def schema_faults(value: Any, schema: str) -> Iterator[Fault]:
    """Where a parsed body differs from the schema (JSON Schema 2020-12); the first few, by their place."""
    try:
        errors = sorted(_validator(schema).iter_errors(value), key=lambda error: str(error.json_path))
    except Exception as error:  # noqa: BLE001 - a schema is foreign: a reference to nowhere, a type of no name, a circle
        reason = clipped(f"{type(error).__name__}: {error}")
        yield Fault(code="schema-unusable", what=f"the JSON schema cannot be used: {reason}")
        return
    for found in errors[:MOST_SHOWN]:
        place = found.json_path.replace("$", "the body", 1)
        expected = clipped(f"{found.validator}: {json.dumps(found.validator_value, ensure_ascii=False, default=str)}")
        seen = clipped(json.dumps(found.instance, ensure_ascii=False, default=str))
        yield Fault(
            code="schema-differs", what=f"{clipped(place)} does not fit the JSON schema", expected=expected, seen=seen
        )


def prepare(schema: str) -> None:
    """Read the schema now, so that the first body held against it takes no longer than any other."""
    with suppress(Exception):  # foreign: what cannot be used is a fault of each body
        _validator(schema)


def unusable(schema: str) -> str:
    """Why the text is no JSON schema; empty where it is one."""
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - only few scenarios have a schema

    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return clipped(f"{error.json_path}: {error.message}")
    except (ValueError, RecursionError) as error:
        return clipped(str(error))
    return ""


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only few scenarios have a schema
    from referencing import Registry  # noqa: PLC0415

    # An empty registry: jsonschema's own one would fetch what a schema refers to.
    return Draft202012Validator(json.loads(schema), registry=Registry())
