"""Results folders that were damaged or made up: one message with the reason, never a traceback, never waited for."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.model.errors import UsageError
from harness.store.folder import ResultsFolder
from harness.store.lines import MOST_TOLD, append_lines

SAMPLE = Path(__file__).parents[2] / "results" / "sample"
LINES = ("slices.jsonl", "trials.jsonl", "latency.jsonl", "capacity.jsonl")

KINDS = [
    pytest.param(lambda path: path.mkdir(), "is a folder, not a file", id="folder"),
    pytest.param(os.mkfifo, "is a named pipe, not a file", id="fifo"),
    pytest.param(lambda path: path.symlink_to("/dev/zero"), "is a device, not a file", id="device"),
    pytest.param(lambda path: path.symlink_to("nowhere"), "is a link to nothing", id="link"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample's record, and no lines yet."""
    shutil.copy(SAMPLE / "campaign.json", tmp_path)
    (tmp_path / "logs").mkdir()
    return tmp_path


def read_all(folder: Path) -> None:
    results = ResultsFolder.open(folder)
    results.read_record()
    for read in (results.read_slices, results.read_trials, results.read_windows, results.read_searches):
        read()


@pytest.mark.parametrize(("make", "kind"), KINDS)
@pytest.mark.parametrize("name", ["campaign.json", *LINES])
def test_what_is_no_file_in_the_place_of_one_is_told(
    folder: Path, name: str, make: Callable[[Path], None], kind: str
) -> None:
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    with pytest.raises(UsageError, match=rf"{name}: {kind}"):
        read_all(folder)


@pytest.mark.parametrize("make", [os.mkfifo, Path.touch, lambda path: path.symlink_to("nowhere")])
def test_logs_that_are_no_folder_are_told(folder: Path, make: Callable[[Path], None]) -> None:
    (folder / "logs").rmdir()
    make(folder / "logs")
    with pytest.raises(UsageError, match="logs: is not a folder"):
        ResultsFolder.open(folder)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read: Expecting value"),
        ('{"schema_version": 1, "id": "x', "cannot be read: Unterminated string"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("7", "is not a campaign record"),
        ('{"schema_version": 3, "harness_version": "9.9"}', "schema version 3 is unknown.*that wrote it: 9.9"),
        ('{"schema_version": "' + "9" * 5_000 + '"}', "schema version"),
        ('{"schema_version": ' + "9" * 5_000 + "}", "is too large"),
        ('{"schema_version": NaN}', "NaN is not a number"),
        ('{"schema_version": 1, "' + "x" * 5_000 + '": 1}', "not a campaign record"),
        ("\ufeff\0", "cannot be read"),
    ],
)
def test_a_record_that_is_none_is_refused_in_a_short_message(folder: Path, text: str, reason: str) -> None:
    (folder / "campaign.json").write_text(text)
    with pytest.raises(UsageError, match=rf"(?s)campaign\.json: .*{reason}") as refusal:
        ResultsFolder.open(folder).read_record()
    assert len(str(refusal.value)) < 5_000


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 25, "9" * 5_000])
def test_a_number_that_no_figure_can_be_is_refused_in_a_record_and_left_out_of_lines(folder: Path, number: str) -> None:
    record = json.loads((folder / "campaign.json").read_text()) | {"created_at": "HERE"}
    trial = json.loads((SAMPLE / "trials.jsonl").read_text().splitlines()[0])
    append_lines(folder / "trials.jsonl", [trial])
    trial["block"] = "HERE"
    with (folder / "trials.jsonl").open("a") as file:
        file.write(json.dumps(trial).replace('"HERE"', number) + "\n")
    trials, notices = ResultsFolder.open(folder).read_trials()
    assert len(trials) == 1
    assert ["line 2 could not be read" in notice.seen for notice in notices] == [True]
    (folder / "campaign.json").write_text(json.dumps(record).replace('"HERE"', number))
    with pytest.raises(UsageError, match=r"campaign\.json: "):
        ResultsFolder.open(folder).read_record()


def test_nesting_without_end_breaks_one_line(folder: Path) -> None:
    (folder / "trials.jsonl").write_text("[" * 100_000 + "\n" + (SAMPLE / "trials.jsonl").read_text())
    trials, (notice,) = ResultsFolder.open(folder).read_trials()
    assert len(trials) == len((SAMPLE / "trials.jsonl").read_text().splitlines())
    assert "nested too deeply" in notice.seen


def test_thousands_of_broken_lines_are_counted_and_not_told_one_by_one(folder: Path) -> None:
    (folder / "slices.jsonl").write_text("nonsense\n" * 5_000)
    _, notices = ResultsFolder.open(folder).read_slices()
    assert len(notices) == MOST_TOLD + 1
    assert f"{5_000 - MOST_TOLD:,} more lines" in notices[-1].seen


def test_the_largest_integers_that_are_written_are_read_back(folder: Path) -> None:
    record = ResultsFolder.open(folder).read_record()
    largest = record.model_copy(update={"plan": record.plan.model_copy(update={"seed": 2**63 - 1})})
    ResultsFolder(folder).write_record(largest)
    assert ResultsFolder.open(folder).read_record() == largest
