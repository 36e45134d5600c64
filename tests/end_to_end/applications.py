"""Applications outside the project, as a user has them, written for a test."""

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


def given(*folders: Path) -> tuple[str, ...]:
    """The options that name them."""
    return tuple(part for folder in folders for part in ("--app", str(folder)))
