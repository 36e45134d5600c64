"""A TOML manifest read through its model, with every fault of it as a value."""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.catalog.fault import MOST_SHOWN, ManifestFault, nearest
from harness.model.given_file import Unreadable, text_of
from harness.model.record import Record

R = TypeVar("R", bound=Record)
LONGEST_SHOWN: Final = 80
MOST_BYTES: Final = 256 * 1024
"""Of a manifest: a hundred times what the longest one of the project has."""
MOST_LEVELS: Final = 50
"""Of tables and lists within each other. A manifest has five."""
NUL: Final = "\0"


@dataclass(frozen=True)
class Document(Generic[R]):
    """What the file held, the record made of it (None where it could not be), and what is wrong with it."""

    path: Path
    raw: dict[str, Any]
    record: R | None
    faults: tuple[ManifestFault, ...]

    def strings(self, key: str) -> tuple[str, ...]:
        """The strings listed under a key; empty where it holds something else (which is a fault already)."""
        listed = self.raw.get(key)
        return tuple(item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()

    def table(self, key: str) -> dict[str, Any]:
        """The table under a key; empty where there is none."""
        found = self.raw.get(key)
        return found if isinstance(found, dict) else {}

    def fault(self, key: str, what: str, mend: str = "") -> ManifestFault:
        return ManifestFault(self.path, key, what, mend)


def read(
    path: Path,
    model: type[R],
    *,
    prepare: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    most_bytes: int = MOST_BYTES,
) -> Document[R]:
    """Read a manifest. Types are strict, as TOML has them: a quoted number is not a number. `prepare`: writes out what
    the file may say in short."""
    nested = ManifestFault(path, "", "cannot be read: its values are nested too deeply")
    try:
        raw = prepare(tomllib.loads(text_of(path, most_bytes)))
        # By way of JSON, because only there does pydantic's strict mode take a list for a tuple.
        text = json.dumps(raw, default=str)
    except Unreadable as error:
        return Document(path, {}, None, (ManifestFault(path, "", str(error)),))
    except ValueError as error:  # of TOML, or a number with more digits than Python takes
        return Document(path, {}, None, (ManifestFault(path, "", f"cannot be read: {error}"),))
    except RecursionError:
        return Document(path, {}, None, (nested,))
    if is_deeper_than(MOST_LEVELS, raw):  # how deep an interpreter goes by itself differs by its version
        return Document(path, {}, None, (nested,))
    nul = tuple(ManifestFault(path, key, "holds a NUL character", "remove it") for key in _keys_with_nul(raw))
    try:
        record = model.model_validate_json(text, strict=True)
        return Document(path, _without_nul(raw), None if nul else record, nul)
    except ValidationError as error:
        return Document(path, _without_nul(raw), None, (*nul, *_faults(path, model, error.errors())))


def is_deeper_than(levels: int, value: Any) -> bool:
    """Whether tables and lists are nested so deeply. Looks level by level, and calls nothing for each."""
    level = [value]
    for _ in range(levels + 1):
        tables = [one for one in level if isinstance(one, dict | list)]
        level = [held for one in tables for held in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _keys_with_nul(value: Any, key: str = "") -> Iterator[str]:
    """Where a string or a name holds a NUL: no path, argument or variable can."""
    if isinstance(value, dict | list):
        for name, held in value.items() if isinstance(value, dict) else enumerate(value):
            inner = f"{key}.{name}" if key else str(name)
            if NUL in str(name):
                yield inner
            yield from _keys_with_nul(held, inner)
    elif isinstance(value, str) and NUL in value:
        yield key


def _without_nul(value: Any) -> Any:
    """The path to look at for further faults: the system refuses to look at a path with a NUL."""
    if isinstance(value, dict):
        return {name: _without_nul(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_without_nul(held) for held in value]
    return value.replace(NUL, "") if isinstance(value, str) else value


def all_faults(document: Document[R], more: Sequence[ManifestFault]) -> list[ManifestFault]:
    """The document's own faults and those found across its keys, one telling for each key.

    What the model says of the document as a whole is reported only when nothing else is wrong: it mostly repeats a
    fault that already has its key.
    """
    named = {fault.key for fault in document.faults}
    together = [*document.faults, *(fault for fault in more if fault.key not in named)]
    return [fault for fault in together if fault.key] or together


def _faults(path: Path, model: type[Record], errors: Sequence[ErrorDetails]) -> Iterator[ManifestFault]:
    """Each as a fault; beyond those that are shown, without looking for what an unknown key may stand for."""
    for number, error in enumerate(errors):
        yield _fault(path, model, error, guess=number < MOST_SHOWN)


def _fault(path: Path, model: type[Record], error: ErrorDetails, *, guess: bool) -> ManifestFault:
    location = error["loc"]
    key = ".".join(str(part) for part in location)
    if error["type"] == "extra_forbidden":
        known = keys_at(model, location[:-1])
        return ManifestFault(path, key, "unknown key", nearest(str(location[-1]), known) if guess else "")
    if error["type"] == "missing":
        return ManifestFault(path, key, "missing", "add it")
    what = error["msg"].removeprefix("Value error, ")
    if not key:
        return ManifestFault(path, key, what)
    return ManifestFault(
        path, key, what, f"got {json.dumps(error['input'], ensure_ascii=False, default=str)[:LONGEST_SHOWN]}"
    )


def keys_at(model: type[Record], location: Sequence[str | int]) -> tuple[str, ...]:
    """The keys a manifest may hold at a place, such as ("requests", 0)."""
    here: type[Record] | None = model
    for part in location:
        if isinstance(part, str) and here is not None:
            here = record_in(here.model_fields[part].annotation) if part in here.model_fields else None
    return tuple(here.model_fields) if here else ()


def record_in(annotation: Any) -> type[Record] | None:
    """The record a field holds, be it optional or one of many; None where it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := record_in(part))), None)
