"""A TOML manifest read through its model, with every fault of it as a value."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.catalog.fault import ManifestFault, nearest
from harness.model.record import Record

R = TypeVar("R", bound=Record)
LONGEST_SHOWN = 80


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


def read(path: Path, model: type[R]) -> Document[R]:
    """Read a manifest. Types are strict, as TOML has them: a quoted number is not a number."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Document(path, {}, None, (ManifestFault(path, "", f"cannot be read: {error}"),))
    try:
        # By way of JSON, because only there does pydantic's strict mode take a list for a tuple.
        return Document(path, raw, model.model_validate_json(json.dumps(raw, default=str), strict=True), ())
    except ValidationError as error:
        return Document(path, raw, None, tuple(_fault(path, model, found) for found in error.errors()))


def all_faults(document: Document[R], more: Sequence[ManifestFault]) -> list[ManifestFault]:
    """The document's own faults and those found across its keys, one telling for each key.

    What the model says of the document as a whole is told only when nothing else is wrong: it mostly repeats a fault
    that already has its key.
    """
    told = {fault.key for fault in document.faults}
    together = [*document.faults, *(fault for fault in more if fault.key not in told)]
    return [fault for fault in together if fault.key] or together


def _fault(path: Path, model: type[Record], error: ErrorDetails) -> ManifestFault:
    location = error["loc"]
    key = ".".join(str(part) for part in location)
    if error["type"] == "extra_forbidden":
        return ManifestFault(path, key, "unknown key", nearest(str(location[-1]), keys_at(model, location[:-1])))
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
