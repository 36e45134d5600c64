"""A set of requests as a file to keep and edit: what `file` reads. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.catalog.requests.found import FoundRequests, status_alone
from harness.model.asked.request import Asked, Expectation

PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
LITERAL: Final = re.compile(r"[^'\x00-\x08\x0a-\x1f\x7f]*")
DELETE: Final = "\x7f"
HEAD: Final = """\
# What is asked of the application. The keys: docs/requests.md.
"""


def to_toml(found: FoundRequests) -> str:
    """The steps and requests as TOML; what was left out, and notes, as comments. Secrets stand in it where they were
    not hidden (harness.catalog.requests.secrets)."""
    lines = [HEAD]
    lines += [f"# {note.seen}" for note in found.notes]
    lines += [f"# left out: {one}" for one in found.left_out]
    for step in found.before:
        lines += ["", "[[before]]", f"name = {_text(step.name)}", *_asked(step)]
        lines += [f"expect = {step.expect}"] if step.expect is not None else []
        lines += [f"capture = {_table(step.capture)}"] if step.capture else []
    for request in found.requests:
        lines += ["", "[[requests]]", *_asked(request)]
        lines += [f"weight = {request.weight}"] if request.weight != 1 else []
        lines += [f"expect = {_expected(request.expect)}"] if request.expect else []
    return "\n".join(lines) + "\n"


def _asked(asked: Asked) -> Iterator[str]:
    yield f"method = {_text(asked.method)}"
    yield f"path = {_text(asked.path)}"
    if asked.headers:
        yield f"headers = {_table(asked.headers)}"
    if asked.body:
        yield f"body = {_text(asked.body)}"


def _expected(expect: Expectation) -> str:
    if expect == status_alone(expect.status):
        return str(expect.status)
    return _table({"status": expect.status, **expect.model_dump(exclude_defaults=True)})


def _table(given: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{_key(name)} = {_value(value)}' for name, value in given.items())} }}"


def _key(name: str) -> str:
    return name if PLAIN_KEY.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """As it stands where TOML has a way (JSON is easier to edit so), else with escapes, which are those of JSON."""
    if '"' in text and LITERAL.fullmatch(text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace(DELETE, "\\u007f")
