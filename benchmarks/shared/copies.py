"""Copies of one application under other names, as a user's own application folders."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.campaign.plan.options import Exactly, Selection
from harness.campaign.plan.project import Project
from harness.model.errors import EnvironmentRefused

ORIGINAL: Final = "starlette"
SERVER: Final = "uvicorn"
SCENARIO: Final = "json"
SLOWED: Final = Path(__file__).with_name("slowed_app.py")
MANIFEST: Final = """
id = "{id}"
title = "{id}"
servers = ["{server}"]
scenarios = ["{scenario}"]

[targets]
asgi = "slowed_app:app"

[environment]
TURNS = "{turns}"
"""


def copies(folder: Path, turns: Mapping[str, int]) -> Selection:
    """The same application once for each id of `turns`, below `folder`, and what selects exactly these.

    Each busies itself for so many turns of a loop before a request is handled; nothing else differs. Raises
    EnvironmentRefused where the original has no lock.
    """
    made = [copied(folder / id_, turn) for id_, turn in turns.items()]
    exactly = tuple(Exactly(app=id_, server=SERVER) for id_ in turns)
    return Selection(app_folders=tuple(made), exactly=exactly, scenarios=(SCENARIO,))


def copied(folder: Path, turns: int) -> Path:
    original = Project.here().apps / ORIGINAL
    lock = original / "requirements.txt"
    if not lock.is_file():
        raise EnvironmentRefused("there is no lock", where=str(lock), mend=f"harness lock --only {ORIGINAL}")
    folder.mkdir()
    for file in (original / "app.py", lock, SLOWED):
        shutil.copy(file, folder)
    manifest = MANIFEST.format(id=folder.name, server=SERVER, scenario=SCENARIO, turns=turns)
    (folder / "app.toml").write_text(manifest)
    return folder
