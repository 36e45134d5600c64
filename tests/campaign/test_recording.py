from pathlib import Path

import pytest

from harness.campaign.session.recording import Recorder
from harness.model.measured.campaign import CellFacts
from harness.model.measured.continuous import ContinuousRun
from harness.model.notice import Failure, Notice
from harness.store.folder import ResultsFolder
from tests.analysis.campaigns import LEVEL, campaign, cell, trial

A, B = cell("a"), cell("b")
NOTICE = Notice(code="seen", seen="something")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(ResultsFolder.create(tmp_path / "one"), campaign((A, B), blocks=0))


def on_disk(recorder: Recorder) -> ResultsFolder:
    return ResultsFolder.open(recorder.folder.path)


def test_the_record_is_on_disk_from_the_first_moment_and_after_every_change(recorder: Recorder) -> None:
    assert on_disk(recorder).read_record() == recorder.record
    recorder.update(state="interrupted")
    assert on_disk(recorder).read_record().state == "interrupted"


def test_trials_are_kept_and_only_a_complete_block_counts(recorder: Recorder) -> None:
    recorder.keep_trials([trial(A.id, 0, [1.0])], 0, complete=True)
    recorder.keep_trials([trial(A.id, 1, [2.0])], 1, complete=False)
    assert on_disk(recorder).read_record().completed_blocks == (0,)
    assert on_disk(recorder).read_trials()[0] == recorder.trials
    assert [one.block for one in recorder.trials] == [0, 1]


def test_one_that_goes_on_knows_the_trials_from_before(recorder: Recorder) -> None:
    recorder.keep_trials([trial(A.id, 0, [1.0])], 0, complete=True)
    again = Recorder(on_disk(recorder), recorder.record)
    assert again.trials == recorder.trials


def test_a_later_sight_of_a_cell_adds_to_an_earlier_one(recorder: Recorder) -> None:
    recorder.know({B.id: CellFacts(verified=("json",), idle_cpu_share=0.02), A.id: CellFacts(verified=("json",))})
    recorder.know({B.id: CellFacts(verified=("json", "db"))})
    cells = on_disk(recorder).read_record().cells
    assert cells[B.id] == CellFacts(verified=("json", "db"), idle_cpu_share=0.02)
    assert cells[A.id] == CellFacts(verified=("json",))
    assert recorder.cells_measured_alone() == {B.id}


def test_how_a_cell_did_when_it_was_driven_on_end_is_remembered(recorder: Recorder) -> None:
    run = ContinuousRun(block=0, scenario="json", level=LEVEL, company=None, pieces=1, duration_s=5.0, completions=1)
    recorder.know({A.id: CellFacts(continuous=(run,), warm_up_s=5.0)})
    recorder.know({A.id: CellFacts(verified=("json",))})
    facts = on_disk(recorder).read_record().cells[A.id]
    assert facts == CellFacts(verified=("json",), continuous=(run,), warm_up_s=5.0)


def test_cells_count_as_verified_once_they_were_seen_to_keep_the_contract(recorder: Recorder) -> None:
    recorder.know({A.id: CellFacts(verified=("json",)), B.id: CellFacts(command=("run",))})
    assert recorder.all_verified([A])
    assert not recorder.all_verified([A, B])
    assert not recorder.all_verified([cell("never-seen")])


def test_failures_add_up_and_a_notice_is_kept_once(recorder: Recorder) -> None:
    for one in (A, B):
        recorder.fail([Failure(cell=one.id, phase="start", reason="no")])
        recorder.notice([NOTICE])
    assert recorder.failed_cells() == {A.id, B.id}
    assert on_disk(recorder).read_record().notices == (NOTICE,)


def test_a_notice_is_kept_once_however_often_it_is_given(recorder: Recorder) -> None:
    recorder.notice((NOTICE, NOTICE))
    recorder.notice((NOTICE,))
    assert recorder.record.notices == (NOTICE,)
