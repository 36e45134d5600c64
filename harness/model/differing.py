"""In what two records differ, field by field, and how a differing value is shown."""

from collections.abc import Iterator
from typing import Any, Final

from harness.model.record import Record

SHOWN: Final = 80
"""Characters of a value."""


def differing(name: str, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """(field, value before, value after) of what differs below `name`, such as "plan.shape.length_s".

    Records and dictionaries are compared field by field, entries that have an id each with itself, lists as wholes.
    """
    yield from _differing(name, _plain(before), _plain(after))


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return {field: _plain(getattr(value, field)) for field in type(value).model_fields}
    if isinstance(value, tuple) and value and all(hasattr(entry, "id") for entry in value):
        return {entry.id: _plain(entry) for entry in value}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return {key: _plain(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _differing(name: str, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differing(f"{name}.{key}", before.get(key), after.get(key))
    elif before != after:
        yield name, _shown(before), _shown(after)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else "present" if isinstance(value, dict) else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
