"""A package index that a test makes: a folder of wheels, which uv asks in the place of every other index."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest


@dataclass(frozen=True)
class PackageIndex:
    """The folder of its wheels."""

    folder: Path

    def publish(self, name: str, version: str, *requires: str) -> Path:
        """A distribution that requires others, and holds a module of its own name."""
        path = self.folder / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        needed = "".join(f"Requires-Dist: {line}\n" for line in requires)
        with ZipFile(path, "w") as archive:
            archive.writestr(f"{name}.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return path


def alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """An empty index, the only one that uv asks."""
    folder.mkdir()
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    return PackageIndex(folder)
