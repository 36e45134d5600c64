"""What a server loads: the application itself, after this process has said who it is.

Runs in the application's environment: standard library only, Python 3.11 or newer. `application` is the very object
that HARNESS_TARGET names, so nothing is added to a request.
"""

import importlib
import json
import os
import re
import sys

from harness_interpreter import describe  # type: ignore[import-not-found]  # it lies on PYTHONPATH beside this one


def load(target: str) -> object:
    """`module:callable`, imported."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def packages() -> dict[str, str]:
    """Every distribution that can be imported, and its version; the first on the path is the one imported.

    Read from the folders' names (PEP 376, PEP 427): opening each one's metadata would take longer than all the rest.
    """
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, sys.path):
        for entry in os.scandir(folder):
            name, dash, version = entry.name.removesuffix(".dist-info").rpartition("-")
            if dash and entry.name.endswith(".dist-info"):
                found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return found


def introduce(folder: str) -> None:
    """Write `<folder>/<pid>.json`, whole or not at all: a `harness.model.machine.Identity`."""
    path = os.path.join(folder, f"{os.getpid()}.json")  # noqa: PTH118 (pathlib would be imported for this alone)
    with open(f"{path}.part", "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump({"pid": os.getpid(), "interpreter": describe(), "packages": packages()}, file)
    os.replace(f"{path}.part", path)  # noqa: PTH105


application = load(os.environ["HARNESS_TARGET"])
introduce(os.environ["HARNESS_IDENTITY"])
