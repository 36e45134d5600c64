"""The scenario's own check, on bodies that came in a slice; between slices, where it delays nothing."""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from harness.catalog.checks import load_check
from harness.contract.bodies import body_faults
from harness.contract.judge import checked
from harness.load.engine.lore import Taken
from harness.model.asked.request import Level
from harness.model.measured.load import SAMPLES, LoadScenario, Slice, SliceRecord, Together

KEPT: Final = 2 * SAMPLES
KEPT_BYTES: Final = 64 * 1024 * 1024
"""Of the samples that are judged together, for each target, scenario and level."""


class Sampled(NamedTuple):
    """`right`: bodies that need no further look. `faults`: what was wrong with the others, and `wrong`, of how many
    responses."""

    right: list[bytes]
    faults: list[str]
    wrong: int


class Checks:
    """What the scenarios say of the bodies that come for them, one by one and as a set."""

    def __init__(self, scenarios: Iterable[LoadScenario]) -> None:
        """Raises UsageError where a check.py cannot be had."""
        self._scenarios = {scenario.id: scenario for scenario in scenarios}
        self._checks = {s.id: load_check(Path(s.check)) for s in self._scenarios.values() if s.check}
        self._kept: dict[tuple[str, str, Level], list[bytes]] = {}

    def sampled(self, slice_: Slice, bodies: Iterable[Taken]) -> Sampled:
        """Judge each body as the verifier does: by the manifest, then by check.py where there is one."""
        right: list[bytes] = []
        faults: list[str] = []
        sample: list[bytes] = []
        wrong = 0
        for body, times, sampled in bodies:
            if fault := self._fault(slice_, body):
                faults.append(fault)
                wrong += times
            else:
                right.append(body)
                sample += [body] * sampled
        self._keep(slice_, sample)
        return Sampled(right, faults, wrong)

    def together(self) -> Iterator[Together]:
        """What check_many says of all samples since the beginning."""
        for (target, scenario, level), bodies in self._kept.items():
            many = self._checks[scenario].check_many
            fault = checked(many, bodies, level) if many else None
            yield Together(target=target, scenario=scenario, level=level, samples=len(bodies), fault=fault)

    def _fault(self, slice_: Slice, body: bytes) -> str | None:
        wrong = next(body_faults(body, self._scenarios[slice_.scenario].expect), None)
        if wrong is not None:
            return str(wrong)
        check = self._checks.get(slice_.scenario)
        found = checked(check.check, body, slice_.level) if check else None
        return None if found is None else str(found)

    def _keep(self, slice_: Slice, bodies: Sequence[bytes]) -> None:
        """Add to the set; when there are too many, half of them are as good."""
        check = self._checks.get(slice_.scenario)
        if check is None or check.check_many is None:
            return
        kept = self._kept.setdefault((slice_.target, slice_.scenario, slice_.level), [])
        kept += bodies
        while len(kept) > KEPT or (len(kept) > 1 and sum(map(len, kept)) > KEPT_BYTES):
            kept[:] = random.sample(kept, len(kept) // 2)


def less_wrong(record: SliceRecord, wrong: int) -> SliceRecord:
    """The record without the `wrong` responses that turned out so after they had been counted, and marked."""
    if not wrong:
        return record
    return record.model_copy(
        update={
            "completions": max(0, record.completions - wrong),
            "errors": record.errors | {"body": record.errors.get("body", 0) + wrong},
            "marks": tuple(sorted({*record.marks, "wrong-body-in-sample"})),
        }
    )
