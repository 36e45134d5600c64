"""Documents of others: JSON or YAML as plain values, within bounds; and a request made of what they hold."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from harness.catalog.document import is_deeper_than
from harness.catalog.fault import shown
from harness.catalog.requests.found import MOST_BODY, NAME_IN_IT, LeftOut, holds_a_name, left_out
from harness.model.asked.request import Request
from harness.model.errors import UsageError
from harness.model.given_file import Unreadable, shortened, text_of

MOST_LEVELS: Final = 100
"""Of objects and lists within each other."""
MOST_PATH: Final = 2000
YAML: Final = (".yaml", ".yml")
MOST_YAML: Final = 4 * 1024 * 1024
"""It is read a hundred times slower than JSON."""


def read_document(path: Path, most_bytes: int, what: str) -> dict[str, Any]:
    """The object that a file of JSON (or YAML, by its name) holds. `what` it should be is for the message. Raises
    UsageError."""
    where = shown(path)
    try:
        text = text_of(path, MOST_YAML if path.suffix.lower() in YAML else most_bytes)
        found = yaml_of(text) if path.suffix.lower() in YAML else json.loads(text)
    except Unreadable as error:
        raise UsageError(str(error), where=where, mend=f"Give {what}.") from None
    except ValueError as error:
        raise UsageError(f"cannot be read: {shortened(str(error))}", where=where, mend=f"Give {what}.") from None
    except RecursionError:
        raise UsageError("cannot be read: its values are nested too deeply", where=where) from None
    if is_deeper_than(MOST_LEVELS, found):
        raise UsageError("cannot be read: its values are nested too deeply", where=where)
    if not isinstance(found, dict):
        raise UsageError("is no object", where=where, mend=f"Give {what}.")
    return found


def yaml_of(text: str) -> Any:
    """YAML as JSON has it: no tags, no dates, no aliases (a few of them can stand for gigabytes). Raises ValueError."""
    import yaml  # noqa: PLC0415 - only few documents are written in YAML

    safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    level = 0
    try:
        for event in yaml.parse(text, Loader=safe):
            if isinstance(event, yaml.AliasEvent):
                raise ValueError(f"line {event.start_mark.line + 1}: an alias (*{event.anchor}); write out what it is")
            level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if level > MOST_LEVELS:
                raise ValueError("its values are nested too deeply")
        return json.loads(json.dumps(yaml.load(text, Loader=_json_like(safe)), default=str))  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except TypeError as error:  # a key that is no text
        raise ValueError(str(error)) from None


def _json_like(safe: Any) -> Any:
    """A safe loader that takes a date for the text it is."""

    class Loader(safe):  # type: ignore[misc]
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in safe.yaml_implicit_resolvers.items()
    }
    return Loader


def made_request(asked: str, **parts: Any) -> Request | LeftOut:
    """The request of these parts, or why it cannot be asked. `asked`: what it is called in the list."""
    path, headers, body = parts["path"], parts.get("headers", {}), parts.get("body", "")
    if len(path) > MOST_PATH:
        return left_out(asked, f"its path has more than {MOST_PATH} characters")
    if len(body) > MOST_BODY:
        return left_out(asked, f"its body has more than {MOST_BODY:,} characters")
    if "\0" in body:
        return left_out(asked, "its body holds a NUL character")
    if holds_a_name(path, body, *headers.values()):
        return left_out(asked, NAME_IN_IT)
    try:
        return Request.model_validate(parts)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        return left_out(asked, f"{place}: {fault['msg'].removeprefix('Value error, ')}")
