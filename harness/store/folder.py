"""A campaign's results folder.

    campaign.json   the record, rewritten whole and atomically
    slices.jsonl    one line per rotation, synced to disk before the next rotation starts
    trials.jsonl    one line a trial, synced when its block is complete
    latency.jsonl   one line a latency window, synced when it ends
    capacity.jsonl  one line a search for the highest rate under a limit, synced when it ends
    capabilities.json  what its cells can do, where that was tried; rewritten whole
    profiles.jsonl  one line a configuration, scenario and block of `harness explain`, synced when it ends
    logs/           the output of every process
    work/           scratch of services (a private database's files), removed when the campaign ends

The format's history stands beside `SCHEMA_VERSION` in harness/model/measured/campaign.py.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from harness.model.errors import UsageError
from harness.model.found.capabilities import CapabilitiesFound
from harness.model.given_file import Unreadable, lies_at, shortened, text_of
from harness.model.measured.campaign import READABLE, CampaignRecord
from harness.model.measured.latency import CapacitySearch, LatencyWindow
from harness.model.measured.load import SliceRecord
from harness.model.measured.profile import Profile
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.model.record import Record
from harness.store.lines import RESTORE, append_lines, from_json, read_lines, unwritable

RECORD_NAME: Final = "campaign.json"
CAPABILITIES_NAME: Final = "capabilities.json"
MOST_RECORD_BYTES: Final = 256 * 2**20
_ROTATION: Final = TypeAdapter(tuple[SliceRecord, ...])


@dataclass(frozen=True)
class ResultsFolder:
    """The files of one campaign. Reading never changes them; a campaign alone appends."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "ResultsFolder":
        """A new folder. Raises UsageError where something is there already."""
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise UsageError("this results folder exists already", where=str(path), mend="name another one") from None
        (path / "logs").mkdir()
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> "ResultsFolder":
        """An existing folder. Raises UsageError where it holds no campaign."""
        if not lies_at(path / RECORD_NAME):
            raise UsageError(
                f"no campaign here ({RECORD_NAME} is missing)",
                where=str(path),
                mend="give a folder below results/, such as results/latest",
            )
        if lies_at(path / "logs") and not (path / "logs").is_dir():
            raise UsageError("is not a folder", where=str(path / "logs"), mend="remove it, or restore it from a copy")
        return cls(path)

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def work(self) -> Path:
        return self.path / "work"

    def write_record(self, record: CampaignRecord) -> None:
        """Replace campaign.json so that a kill at any moment leaves the old one or the new one.

        Raises EnvironmentRefused where the disk does not take it; the old one stays.
        """
        self._replace(RECORD_NAME, record)

    def write_capabilities(self, found: CapabilitiesFound) -> None:
        """Replace capabilities.json, as `write_record` does."""
        self._replace(CAPABILITIES_NAME, found)

    def read_capabilities(self) -> tuple[CapabilitiesFound | None, tuple[Notice, ...]]:
        """What the cells can do; None where it was not tried, and a notice where the file cannot be used."""
        path = self.path / CAPABILITIES_NAME
        if not lies_at(path):
            return None, ()
        try:
            return CapabilitiesFound.model_validate(from_json(text_of(path, MOST_RECORD_BYTES))), ()
        except (Unreadable, ValueError) as error:
            reason = shortened(" ".join(str(error).split()))
            seen = f"{CAPABILITIES_NAME} could not be read and is left out: {reason}"
            mend = f"try again: harness capabilities --keep {self.path.name}"
            return None, (Notice(code="capabilities-unreadable", seen=seen, mend=mend),)

    def _replace(self, name: str, record: Record) -> None:
        """Write a file whole, so that a kill at any moment leaves the old one or the new one."""
        text = record.model_dump_json(indent=1, exclude_defaults=False)
        temporary = self.path / (name + ".new")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path / name)
        except OSError as error:
            raise unwritable(self.path / name, error) from None

    def read_record(self) -> CampaignRecord:
        """campaign.json. Raises UsageError, naming each fault, where it is damaged or of an unknown version."""
        path = self.path / RECORD_NAME
        try:
            found: Any = from_json(text_of(path, MOST_RECORD_BYTES))
        except Unreadable as error:
            raise UsageError(str(error), where=str(path), mend=RESTORE) from None
        except ValueError as error:
            raise UsageError(f"cannot be read: {shortened(str(error))}", where=str(path), mend=RESTORE) from None
        if not isinstance(found, dict):
            raise UsageError("is not a campaign record", where=str(path), mend=RESTORE)
        version = found.get("schema_version")
        if version not in READABLE or isinstance(version, bool):
            writer = found.get("harness_version")
            raise UsageError(
                f"schema version {shortened(repr(version), 40)} is unknown to this harness, which reads"
                f" {' and '.join(map(str, READABLE))}",
                where=str(path),
                mend="use the version of harness that wrote it"
                + (f": {shortened(writer, 40)}" if isinstance(writer, str) else ""),
            )
        try:
            return CampaignRecord.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[:10]
            faults = "; ".join(f"{shortened('.'.join(map(str, e['loc'])))}: {shortened(e['msg'])}" for e in first)
            raise UsageError(f"not a campaign record: {faults}", where=str(path), mend=RESTORE) from None

    def append_slices(self, rotation: Sequence[SliceRecord], block: int) -> None:
        """Add the slices of one rotation of `block`; on disk when this returns."""
        slices = _ROTATION.dump_python(tuple(rotation), mode="json", exclude_defaults=True)
        append_lines(self.path / "slices.jsonl", [{"block": block, "slices": slices}])

    def append_trials(self, trials: Iterable[Trial]) -> None:
        """Add the trials of a finished block; on disk when this returns."""
        append_lines(self.path / "trials.jsonl", [trial.model_dump(mode="json") for trial in trials])

    def append_windows(self, windows: Iterable[LatencyWindow]) -> None:
        """Add latency windows; on disk when this returns."""
        append_lines(self.path / "latency.jsonl", [w.model_dump(mode="json", exclude_defaults=True) for w in windows])

    def append_searches(self, searches: Iterable[CapacitySearch]) -> None:
        """Add searches for the highest rate under a limit; on disk when this returns."""
        append_lines(self.path / "capacity.jsonl", [s.model_dump(mode="json", exclude_defaults=True) for s in searches])

    def append_profiles(self, profiles: Iterable[Profile]) -> None:
        """Add what the profiler saw; on disk when this returns."""
        append_lines(self.path / "profiles.jsonl", [profile.model_dump(mode="json") for profile in profiles])

    def read_slices(self) -> tuple[dict[int, tuple[SliceRecord, ...]], tuple[Notice, ...]]:
        """Slices by block, in the order they ran; a broken line is reported and skipped."""
        lines, notices = read_lines(self.path / "slices.jsonl", _block_and_slices)
        blocks: dict[int, list[SliceRecord]] = {}
        for block, slices in lines:
            blocks.setdefault(block, []).extend(slices)
        return {block: tuple(slices) for block, slices in blocks.items()}, notices

    def read_trials(self) -> tuple[tuple[Trial, ...], tuple[Notice, ...]]:
        """Trials in the order they were written; a broken line is reported and skipped."""
        return read_lines(self.path / "trials.jsonl", Trial.model_validate)

    def read_windows(self) -> tuple[tuple[LatencyWindow, ...], tuple[Notice, ...]]:
        """Latency windows in the order they were measured; a broken line is reported and skipped."""
        return read_lines(self.path / "latency.jsonl", LatencyWindow.model_validate)

    def read_searches(self) -> tuple[tuple[CapacitySearch, ...], tuple[Notice, ...]]:
        """Searches in the order they were made; a broken line is reported and skipped."""
        return read_lines(self.path / "capacity.jsonl", CapacitySearch.model_validate)

    def read_profiles(self) -> tuple[tuple[Profile, ...], tuple[Notice, ...]]:
        """Profiles in the order they were taken; a broken line is reported and skipped."""
        return read_lines(self.path / "profiles.jsonl", Profile.model_validate)


def _block_and_slices(line: Any) -> tuple[int, tuple[SliceRecord, ...]]:
    if not isinstance(line, dict) or not isinstance(line.get("block"), int):
        raise ValueError("no block number")
    return line["block"], _ROTATION.validate_python(line.get("slices"))
