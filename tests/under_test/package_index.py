"""A package index that a test makes: a folder of wheels, which uv asks in the place of every other index."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest


@dataclass(frozen=True)
class PackageIndex:
    """The folder of its wheels."""

    folder: Path

    def publish(self, name: str, version: str, *requires: str) -> Path:
        """A distribution that requires others, and holds a package of its own name."""
        path = self.folder / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        needed = "".join(f"Requires-Dist: {line}\n" for line in requires)
        with ZipFile(path, "w") as archive:
            archive.writestr(f"{name}/__init__.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return path


def alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """An empty index, the only one that uv asks."""
    folder.mkdir()
    return asked_alone(folder, monkeypatch)


def asked_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """The index in this folder, the only one that uv asks."""
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    # In the place of the usual one: no variable turns that off, and what it has would count too.
    monkeypatch.setenv("UV_DEFAULT_INDEX", folder.as_uri())
    return PackageIndex(folder)


USUAL: Final = {
    "blinker": ("1.9.0",),
    "click": ("8.1.7", "8.2.1"),
    "h11": ("0.12.0", "0.13.0", "0.14.0"),
    "idna": ("3.10",),
    "iniconfig": ("1.1.1", "2.0.0"),
    "markupsafe": ("3.0.2",),
}
"""What the small applications of the tests require, under the names that it has elsewhere."""


def publish_usual(folder: Path) -> None:
    """Every distribution of USUAL."""
    index = PackageIndex(folder)
    for name, versions in USUAL.items():
        for version in versions:
            index.publish(name, version)
