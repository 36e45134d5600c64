"""Python files in a scenario's folder, loaded by path. They are code of the project or its user, trusted as such."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from harness.catalog.fault import ManifestFault
from harness.model.given_file import Unreadable, refuse_unreadable

DESCRIBED_IN = "docs/adding-a-scenario.md"


def loaded_script(path: Path) -> ModuleType | ManifestFault:
    """Run the file and return its module, or its fault, so that it can be reported beside others."""
    try:
        refuse_unreadable(path)
    except Unreadable as error:
        return ManifestFault(path, "", str(error))
    name = f"harness_{path.stem}_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look a class's module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever foreign code raises is what there is to report
        return ManifestFault(path, "", f"cannot be loaded: {type(error).__name__}: {error}")
    return module
