"""The scenario's own check, on a sample of the bodies that came in a slice; between slices, where it delays nothing."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.catalog.checks import load_check
from harness.model.load import LoadScenario, SliceRecord
from harness.model.scenario import Level

Check = Callable[[bytes, Level], str | None]


class Sampled(NamedTuple):
    """`right`: bodies that need no further look. `faults`: what was wrong with the others."""

    right: list[bytes]
    faults: list[str]


class Checks:
    """check.py of each scenario that has one."""

    def __init__(self, scenarios: Iterable[LoadScenario]) -> None:
        """Raises UsageError where a check.py cannot be had."""
        self._checks = {s.id: load_check(Path(s.check)).check for s in scenarios if s.check}

    def sampled(self, scenario: str, level: Level, bodies: Sequence[bytes]) -> Sampled:
        """Check each body; without a check.py nothing is known of any."""
        check = self._checks.get(scenario)
        if check is None:
            return Sampled([], [])
        verdicts = [(body, fault_of(check, body, level)) for body in bodies]
        return Sampled([body for body, fault in verdicts if fault is None], [fault for _, fault in verdicts if fault])


def fault_of(check: Check, body: bytes, level: Level) -> str | None:
    """What check.py says of the body; that it cannot cope with it is a fault of the body too."""
    try:
        return check(body, level)
    except Exception as fault:  # noqa: BLE001  a scenario's own code meets whatever a server sent
        return f"check.py raised {fault!r} on {body[:80]!r}"


def less_wrong(record: SliceRecord, faults: Sequence[str]) -> SliceRecord:
    """The record without the samples that turned out wrong after they had been counted, and marked."""
    if not faults:
        return record
    return record.model_copy(
        update={
            "completions": max(0, record.completions - len(faults)),
            "errors": record.errors | {"body": record.errors.get("body", 0) + len(faults)},
            "marks": tuple(sorted({*record.marks, "wrong-body-in-sample"})),
        }
    )
