"""A scenario's check.py, loaded by its path. It is code of the project or its user, and trusted as such."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.catalog.fault import ManifestFault, refuse
from harness.catalog.scripts import DESCRIBED_IN, loaded_script
from harness.model.asked.request import Level
from harness.model.fault import Fault

One = Callable[[bytes, Level], str | Fault | None]
Many = Callable[[Sequence[bytes], Level], str | Fault | None]


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
    module = loaded_script(path)
    if isinstance(module, ManifestFault):
        return module
    one, many = getattr(module, "check", None), getattr(module, "check_many", None)
    if not callable(one) or not (many is None or callable(many)):
        return ManifestFault(path, "check", "missing", "write def check(body: bytes, level: Level) -> str | None")
    return Check(path, one, many)
