"""A scenario's check.py, loaded by its path. It is code of the project or its user, and trusted as such."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.catalog.fault import ManifestFault, refuse
from harness.model.asked.scenario import Level
from harness.model.fault import Fault
from harness.model.given_file import Unreadable, refuse_unreadable

One = Callable[[bytes, Level], str | Fault | None]
Many = Callable[[Sequence[bytes], Level], str | Fault | None]
DESCRIBED_IN = "docs/adding-a-scenario.md"


@dataclass(frozen=True)
class Check:
    """What check.py holds: `check` judges one body, `check_many` many; each returns the fault, as
    a sentence or as a Fault with a code, or None."""

    path: Path
    check: One
    check_many: Many | None = None


def load_check(path: Path) -> Check:
    """Run check.py and take its functions. Raises UsageError where it cannot be run or lacks `check`."""
    loaded = loaded_check(path)
    if isinstance(loaded, ManifestFault):
        refuse([loaded], DESCRIBED_IN)
    assert isinstance(loaded, Check)
    return loaded


def loaded_check(path: Path) -> Check | ManifestFault:
    """Load a check, or return its fault, so that it can be reported beside others."""
    try:
        refuse_unreadable(path)
    except Unreadable as error:
        return ManifestFault(path, "", str(error))
    name = f"harness_check_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look a class's module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever foreign code raises is what there is to tell
        return ManifestFault(path, "", f"cannot be loaded: {type(error).__name__}: {error}")
    one, many = getattr(module, "check", None), getattr(module, "check_many", None)
    if not callable(one) or not (many is None or callable(many)):
        return ManifestFault(path, "check", "missing", "write def check(body: bytes, level: Level) -> str | None")
    return Check(path, one, many)
