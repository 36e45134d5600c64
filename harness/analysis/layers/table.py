"""The layers of a stack, and whose code belongs to which: read from layers.toml beside this file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from harness.model.measured.profile import STANDARD_LIBRARY, UNKNOWN, Frame
from harness.model.record import Record, Slug

TABLE: Final = Path(__file__).with_name("layers.toml")
STANDARD_LAYER: Final = "standard-library"
OTHER: Final = "other"
POOL_OF: Final = "server"
"""The part that a pool of threads belongs to."""


class Layer(Record):
    """One entry of the table. `part`: what it belongs to in a sentence; empty: to the part of its caller."""

    id: Slug
    title: str
    about: str
    owners: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    part: str = ""

    @property
    def in_a_sentence(self) -> str:
        """The title without its capital; ORM keeps its own."""
        return self.title if self.title.isupper() else self.title.lower()


@dataclass(frozen=True)
class Layers:
    """Every layer, in the order in which they are shown: from the kernel up to the application."""

    all: tuple[Layer, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(layer.id for layer in self.all)

    @property
    def parts(self) -> tuple[str, ...]:
        """What sentences speak of, in the order of the layers; what has no caller with a part comes last."""
        return tuple(dict.fromkeys([*(layer.part for layer in self.all if layer.part), OTHER]))

    def named(self, name: str) -> Layer:
        return next(layer for layer in self.all if layer.id == name)

    def of(self, frame: Frame) -> str:
        """The layer's id. A frame whose owner is not known has none of its own: ask `responsible` first."""
        for layer in self.all:
            if frame.file.startswith(layer.files) and frame.owner != UNKNOWN:
                return layer.id
        for layer in self.all:
            if frame.owner in layer.owners:
                return layer.id
        return STANDARD_LAYER if frame.owner.startswith(STANDARD_LIBRARY) else OTHER

    def part(self, frames: Sequence[Frame]) -> str:
        """What the innermost call belongs to: the part of the innermost layer that has one. A thread in which only the
        standard library runs is one of the server's pool."""
        owned: set[str] = set()
        for frame in reversed(frames):
            if frame.owner != UNKNOWN:
                layer = self.of(frame)
                if part := self.named(layer).part:
                    return part
                owned.add(layer)
        return POOL_OF if STANDARD_LAYER in owned and OTHER not in owned else OTHER


def responsible(frames: Sequence[Frame]) -> Frame | None:
    """The innermost function whose owner is known: the interpreter and the C library work for their callers."""
    return next((frame for frame in reversed(frames) if frame.owner != UNKNOWN), None)


@cache
def layers() -> Layers:
    """The project's table."""
    found = tomllib.loads(TABLE.read_text(encoding="utf-8"))["layers"]
    return Layers(TypeAdapter(tuple[Layer, ...]).validate_python(found))
