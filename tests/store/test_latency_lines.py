from pathlib import Path

from harness.store.folder import ResultsFolder
from tests.analysis.windows import search, window


def folder_at(path: Path) -> ResultsFolder:
    return ResultsFolder.create(path / "campaign")


def test_windows_and_searches_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    folder = folder_at(tmp_path)
    windows = tuple(window(cell, block, [0.001, 0.25], marks=("x",)) for block in (0, 1) for cell in "ab")
    searches = (search("a", 0, 900, 950), search("b", 1, None, None))
    for one in windows:
        folder.append_windows([one])
    folder.append_searches(searches)
    assert folder.read_windows() == (windows, ())
    assert folder.read_searches() == (searches, ())


def test_a_campaign_that_measured_no_latency_has_none(tmp_path: Path) -> None:
    folder = folder_at(tmp_path)
    assert folder.read_windows() == ((), ())
    assert folder.read_searches() == ((), ())


def test_a_window_cut_off_by_a_kill_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    folder = folder_at(tmp_path)
    folder.append_windows([window("a", 0, [0.1]), window("b", 0, [0.1])])
    path = folder.path / "latency.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    folder.append_windows([window("c", 0, [0.1])])
    windows, notices = folder.read_windows()
    assert [one.cell for one in windows] == ["a", "c"]
    assert [(notice.code, "latency.jsonl, line 2" in notice.seen) for notice in notices] == [("broken-line", True)]
