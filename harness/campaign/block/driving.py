"""Slices driven for a block. One in which the load generator itself was away is put aside and driven again."""

from collections.abc import Sequence
from typing import Final

from harness.analysis.trials.gates import MAX_ERROR_SHARE
from harness.campaign.block.bench import Bench
from harness.campaign.block.state import Block
from harness.campaign.session.surviving import refuse_ended
from harness.model.errors import TargetFailed
from harness.model.measured.load import AWAY, GENERATOR_STOPPED, Slice, SliceRecord
from harness.model.measured.trial import Cost, Trial
from harness.model.notice import Notice
from harness.under_test.launch.launch import LiveServer
from harness.under_test.verify.probes import ContractFault
from harness.under_test.verify.verification import failure_of

OVER_SLICES: Final = ("server_cpu_s", "voluntary_switches", "involuntary_switches")
"""Costs that a server had over the slices of a trial, void ones included."""

TRIES: Final = 3
"""Of a slice. One that was void each time stays void."""


def drive(bench: Bench, block: Block, slices: Sequence[Slice]) -> list[SliceRecord]:
    """Drive the slices, write them down, and look who has died meanwhile."""
    records, aside = drive_whole(bench, block, slices)
    bench.folder.append_slices([*aside, *records], block.number)
    block.slices += [*aside, *records]
    return records


def drive_rotation(bench: Bench, block: Block, rotation: Sequence[Sequence[Slice]]) -> list[SliceRecord]:
    """Drive a rotation: the slices of each cell together. Where a cell has several, which are of several levels, the
    CPU time of each is noted too."""
    if all(len(of_cell) == 1 for of_cell in rotation):
        return drive(bench, block, [slice_ for of_cell in rotation for slice_ in of_cell])
    records: list[SliceRecord] = []
    for slice_ in (slice_ for of_cell in rotation for slice_ in of_cell):
        if server := block.live.get(slice_.target):
            with block.costs.of_slice(slice_, server):
                found, aside = drive_whole(bench, block, [slice_])
            records += [*aside, *found]
    bench.folder.append_slices(records, block.number)
    block.slices += records
    return records


def drive_whole(bench: Bench, block: Block, slices: Sequence[Slice]) -> tuple[list[SliceRecord], list[SliceRecord]]:
    """A record for each slice, in order, and the void ones that were put aside. Void records are not counted.

    Looks who has died meanwhile.
    """
    records: dict[int, SliceRecord] = {}
    aside: list[SliceRecord] = []
    for _ in range(TRIES):
        due = [place for place in range(len(slices)) if place not in records or records[place].is_void]
        if not due:
            break
        aside += [records[place] for place in due if place in records]
        driven = bench.driver.drive([slices[place] for place in due])
        refuse_ended(bench.stage.services)
        block.note(driven)
        for place, record in zip(due, driven, strict=True):
            records[place] = record.model_copy(update={"counted": False}) if record.is_void else record
            if record.is_void:
                block.notices.append(put_aside(record))
    return [records[place] for place in range(len(slices))], aside


def refuse_wrong(record: SliceRecord, server: LiveServer) -> None:
    """Raise TargetFailed for a slice in which the server answered wrongly or not at all, beyond what a trial may."""
    errors = sum(record.errors.values())
    if not record.answered or errors > MAX_ERROR_SHARE * (errors + record.answered):
        raise TargetFailed(
            f"{record.answered:,} right answers and {errors:,} errors {dict(record.errors)} in one slice",
            phase="measure",
            where=record.target,
            mend="see that it keeps the contract: harness verify",
            log_tail=server.process.log_tail(),
        )


def judge_samples(bench: Bench, block: Block) -> None:
    """Fail each living cell whose answers under load, right one by one, are not as a set."""
    for found in bench.driver.together():
        if found.fault is not None and found.target in block.live:
            asked = f"{found.samples:,} answers under load at {found.level.label}"
            fault = ContractFault(scenario=found.scenario, request=asked, fault=found.fault)
            log_tail = block.live[found.target].process.log_tail()
            block.fail(failure_of(found.target, "verify", [fault], log_tail))


def without_void(cost: Cost, trial: Trial, slices: Sequence[SliceRecord]) -> Cost:
    """The cost without the part of the server's CPU time and context switches that void slices between the trial's own
    took."""
    own = [
        s for s in slices if s.is_void and (s.target, s.scenario, s.level) == (trial.cell, trial.scenario, trial.level)
    ]
    void = sum(record.answered for record in own)
    known = {name: spent for name in OVER_SLICES if (spent := getattr(cost, name)) is not None}
    if not known or not void:
        return cost
    share = trial.answered / (trial.answered + void)
    return cost.model_copy(update={name: spent * share for name, spent in known.items()})


def put_aside(record: SliceRecord) -> Notice:
    """The notice of a void slice."""
    code = min(AWAY.intersection(record.marks))
    stopped = code == GENERATOR_STOPPED
    what = "the load process was stopped, or had no core," if stopped else "the machine was suspended"
    seen = f"{what} in a slice of {record.target} ({record.scenario}): the slice is not counted, and is driven again"
    mend = "leave the load process its cores: harness doctor" if stopped else "keep the machine awake while it measures"
    return Notice(code=code, seen=seen, mend=mend)
