"""Secrets of requests by where they stand: replaced by names before anything is recorded. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import unquote_plus

from pydantic import SecretStr

from harness.model.asked.request import MOST_PATH, PLACEHOLDER, Asked, Request, Step
from harness.model.errors import UsageError
from harness.model.given_file import shortened

A = TypeVar("A", bound=Asked)

SECRET_NAME: Final = re.compile(
    r"token|secret|passw|passphrase|pwd|api[-_]?key|auth(?!or(?!i))|credential|session|signature|csrf|xsrf|jwt|cookie|\bsid\b",
    re.IGNORECASE,
)
"""Names of headers, parameters and fields that hold what nobody else may know."""
SCHEME: Final = re.compile(r"((?:Basic|Bearer|Digest|Token|Negotiate|ApiKey)\s+)(.*)", re.IGNORECASE | re.DOTALL)
MEMBER: Final = re.compile(r'"((?:[^"\\]|\\.){0,200})"\s{0,20}:\s{0,20}')
INPUT: Final = re.compile(r"<(?:input|meta)\b[^>]{0,500}?\bname=[\"']?([^\"'>\s]{1,200})", re.IGNORECASE)
EMPTY: Final = frozenset({'""', "nu", "tr", "fa"})
"""How null, a truth value or an empty text begins: they are no secrets."""
PART: Final = re.compile(r'name="([^"\r\n]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.{0,4096}?)(?=\r?\n--)', re.DOTALL)
"""A field of multipart/form-data, and its content."""


def hide_secrets(
    requests: Sequence[Request], before: Sequence[Step] = ()
) -> tuple[tuple[Request, ...], tuple[Step, ...], dict[str, SecretStr]]:
    """The same requests and steps with `{{secret-1}}` in the place of each secret, and what these names stand for.

    A secret is known by its place: the headers that HTTP has for it, and headers, cookies, parameters of a query and
    fields of JSON or of a form with a name such as token or password. The same secret gets the same name everywhere.
    With the values filled in, the bytes are what they were. Raises UsageError where a path becomes too long.
    """
    taken = {name for one in (*before, *requests) for name in one.value_names}
    taken |= {name for step in before for name in step.capture}
    hider = _Hider(taken)
    steps = tuple(hider.hidden(step) for step in before)
    asked = tuple(hider.hidden(request) for request in requests)
    return asked, steps, {name: SecretStr(secret) for secret, name in hider.names.items()}


def variable_of(name: str, variables: Mapping[str, str]) -> str | None:
    """The value of `{{name}}` by a variable: of the same name, or as variables are written (`api-token`: API_TOKEN)."""
    return variables.get(name) or variables.get(name.upper().replace("-", "_"))


def given_values(asked: Iterable[Asked], variables: Mapping[str, str]) -> dict[str, SecretStr]:
    """What variables (of --env-file, say) give for the names in these requests and steps. What is captured later under
    the same name wins."""
    names = {name for one in asked for name in one.value_names}
    return {name: SecretStr(value) for name in sorted(names) if (value := variable_of(name, variables))}


def is_secret(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret."""
    return SECRET_NAME.search(name) is not None


def shows_a_secret(body: str) -> bool:
    """Whether an answer has a member or an input with the name of a secret, and a value that is not empty."""
    if any(
        is_secret(_decoded_name(found[1])) and body[found.end() :][:2] not in EMPTY for found in MEMBER.finditer(body)
    ):
        return True
    return any(is_secret(found[1]) for found in INPUT.finditer(body))


class _Hider:
    """`names`: each secret found so far -> its name."""

    def __init__(self, taken: set[str]) -> None:
        self.names: dict[str, str] = {}
        self._taken, self._last = taken, 0

    def hidden(self, asked: A) -> A:
        path, mark, query = asked.path.partition("?")
        headers = {name: self._header(name, value) for name, value in asked.headers.items()}
        path += mark + self._form(query)
        if len(path) > MOST_PATH:
            raise UsageError("its path has too many secrets", where=f"{asked.method} {shortened(path)}")
        return asked.model_copy(update={"path": path, "headers": headers, "body": self._body(asked.body)})

    def _name(self, secret: str) -> str:
        """In place of a secret, which is not empty."""
        if secret not in self.names:
            self._last += 1
            while f"secret-{self._last}" in self._taken:
                self._last += 1
            self.names[secret] = f"secret-{self._last}"
        return f"{{{{{self.names[secret]}}}}}"

    def _all(self, text: str) -> str:
        """Whatever of the text is no name already."""
        parts = PLACEHOLDER.split(text)  # every second one is the name of a value
        return "".join(
            f"{{{{{part}}}}}" if number % 2 else self._name(part) if part else "" for number, part in enumerate(parts)
        )

    def _header(self, name: str, value: str) -> str:
        if name.lower() == "cookie":
            return "; ".join(self._cookie(part.strip()) for part in value.split(";"))
        if not is_secret(name):
            return value
        scheme = SCHEME.fullmatch(value)
        return scheme[1] + self._all(scheme[2]) if scheme else self._all(value)

    def _cookie(self, pair: str) -> str:
        """Every one: a session has many names."""
        name, mark, value = pair.partition("=")
        return name + mark + self._all(value) if mark else self._all(pair)

    def _form(self, text: str) -> str:
        """A query, or a body of the same form."""
        return "&".join(self._pair(pair) for pair in text.split("&"))

    def _pair(self, pair: str) -> str:
        name, mark, value = pair.partition("=")
        return name + mark + self._all(value) if mark and is_secret(unquote_plus(name)) else pair

    def _body(self, body: str) -> str:
        if body.lstrip()[:1] in ("{", "["):
            return self._json(body)
        if PART.search(body):
            return PART.sub(self._part, body)
        return self._form(body)

    def _part(self, found: re.Match[str]) -> str:
        if not is_secret(found[1]):
            return found[0]
        return found[0][: found.start(2) - found.start()] + self._all(found[2])

    def _json(self, body: str) -> str:
        """Byte for byte what it was once the names are filled in again: what stands behind a key is cut out as text."""
        parts, at = [], 0
        while member := MEMBER.search(body, at):
            parts.append(body[at : member.end()])
            at = member.end()
            if is_secret(_decoded_name(member[1])) and (end := _end_of_value(body, at)):
                quoted = body[at] == '"'
                value = body[at + quoted : end - quoted]
                parts.append(f'"{self._all(value)}"' if quoted else self._all(value))
                at = end
        return "".join([*parts, body[at:]])


_decoded: Final[Callable[..., tuple[Any, int]]] = json.JSONDecoder(strict=False).raw_decode


def _decoded_name(raw: str) -> str:
    """A key without its escapes."""
    try:
        return str(json.loads(f'"{raw}"', strict=False)) if "\\" in raw else raw
    except ValueError:
        return raw


def _end_of_value(body: str, at: int) -> int | None:
    """Where the JSON value that begins there ends; None where there is none."""
    try:
        return _decoded(body, at)[1]
    except (ValueError, RecursionError):
        return None
