"""Applications outside the project, as a user has them, written for a test."""

import shutil
from pathlib import Path

SHOP = Path(__file__).with_name("programs") / "shop.py"

MANIFEST = """
id = "{name}"
title = "{name}"
servers = ["own"]
scenarios = ["json", "plaintext"]

[own]
argv = ["{{python}}", "{program}", "{{port}}", "{how}"]
"""


def shop(folder: Path, name: str, how: str = "right") -> Path:
    """The folder of an application that brings its own server and needs nothing beyond the standard library."""
    home = folder / name
    home.mkdir(parents=True)
    (home / "app.toml").write_text(MANIFEST.format(name=name, program=SHOP, how=how))
    (home / "requirements.txt").touch()
    return home


def changed(original: Path, folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of an application of the project under another name, with one thing in its code replaced."""
    home = folder / name
    shutil.copytree(original, home, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = (home / "app.toml").read_text()
    (home / "app.toml").write_text(manifest.replace(f'id = "{original.name}"', f'id = "{name}"'))
    code = (home / "app.py").read_text()
    assert old in code
    (home / "app.py").write_text(code.replace(old, new))
    return home


def given(*folders: Path) -> tuple[str, ...]:
    """The options that name them."""
    return tuple(part for folder in folders for part in ("--app", str(folder)))
