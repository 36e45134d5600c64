"""Text that others wrote (manifests, logs, exceptions, paths): made safe to show, and rid of secrets."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from mmap import mmap
from typing import Final
from urllib.parse import unquote

_BARRED: Final = {"Cc", "Cs", "Cn"}  # controls, lone surrogates and non-characters: no page or terminal may get them
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional marks, embeddings, overrides and isolates: they would reorder the text around them."""

HIDDEN: Final = "***"
_IN_URL: Final = re.compile(r"(?<=://)([^\s/:@'\"]{0,100}):([^\s@'\"]{1,300})@")
"""user:password of a URL; the password may hold a slash that nobody escaped."""
_SECRET_NAME: Final = re.compile(r"PASSW|PASSPHRASE|SECRET|TOKEN", re.IGNORECASE)
_MEMBER: Final = re.compile(
    r'("[^"\\]{0,60}(?:PASSW|PASSPHRASE|SECRET|TOKEN)[^"\\]{0,60}"\s{0,9}:\s{0,9}")(?:[^"\\]|\\.)+', re.IGNORECASE
)
"""A member of JSON, whose text may be cut short."""
SHORTEST_SECRET: Final = 4
"""A shorter password stands in too many other words to be looked for by itself."""


def clean(text: str) -> str:
    """`text` with U+FFFD for characters that HTML, XML and UTF-8 cannot hold, that steer a terminal, or that turn their
    surroundings. Line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if _barred(character) else character for character in text)


def _barred(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in _TURNING or unicodedata.category(character) in _BARRED


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the passwords of URLs, without what JSON in it holds under the name of a secret, and without
    `secrets` wherever they stand as words."""
    if "://" in text:
        text = _IN_URL.sub(rf"\1:{HIDDEN}@", text)
    if '"' in text:
        text = _MEMBER.sub(rf"\1{HIDDEN}", text)
    pattern = _pattern(secrets)
    return pattern.sub(HIDDEN, text) if pattern else text


def secrets_in(variables: Mapping[str, str]) -> frozenset[str]:
    """What a program was given in its environment and must not be shown: passwords of URLs, as written and decoded, and
    values of variables named like a password, a secret or a token."""
    return frozenset(secret for secret in _secrets(variables) if len(secret) >= SHORTEST_SECRET)


def _secrets(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if _SECRET_NAME.search(name):
            yield value
        for found in _IN_URL.finditer(value) if "://" in value else ():
            yield found[2]
            yield unquote(found[2])


def spans_to_hide(content: bytes | mmap, secrets: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where in the bytes of a log the same stand, as (begin, end)."""
    for found in re.finditer(_IN_URL.pattern.encode(), content):
        yield found.span(2)
    if pattern := _pattern(secrets):
        for found in re.finditer(pattern.pattern.encode(), content):
            yield found.span()


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(secrets, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)") if longest_first else None
