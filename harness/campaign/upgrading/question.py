"""Which locks changed since a campaign, and the campaign that measures what that changed."""

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, Final

from harness.analysis.compare.conditions import forbidding
from harness.campaign.plan.next_round import blocks_had
from harness.campaign.plan.options import Exactly, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, lock_digest, prepare
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import select
from harness.catalog.applications import Application
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.store.campaigns import newest_first
from harness.store.folder import ResultsFolder

FEWEST: Final = 4
"""Blocks of each cell: an interval from fewer is so wide that hardly a change lies outside of it."""

Measured = tuple[CampaignRecord, ResultsFolder]
"""A campaign's record, and where it lies."""


@dataclass(frozen=True)
class Asked:
    """What a person asked. `campaign`: the earlier one; None for the last one of each application. `chosen`: which
    applications, and folders outside the project. `options`: of RunOptions, in the place of what the earlier campaign
    had."""

    campaign: Path | None
    chosen: Selection
    platform: PlatformOptions
    options: Mapping[str, Any]
    across_machines: bool = False


@dataclass(frozen=True)
class Upgrade:
    """An earlier campaign, the applications of it that have another lock now, and the campaign that measures them.
    `elsewhere`: of other applications with another lock, where they were measured last."""

    before: ResultsFolder
    changed: tuple[str, ...]
    prepared: Prepared
    elsewhere: tuple[Notice, ...] = ()


def upgrade_of(project: Project, results: Path, asked: Asked) -> Upgrade | None:
    """What the locks of today changed since the campaign that was named, or else since the last one that measured an
    application with another lock; None where no lock changed. Campaigns are looked for below `results`.

    Raises UsageError where there is no campaign, or where today's would not be comparable with it.
    """
    applications = {one.id: one for one in select(project, asked.chosen).applications}
    last = last_of_each(campaigns_to_compare(results, asked.campaign), applications)
    changed = {app: found for app, found in last.items() if lock_changed(applications[app], found[0])}
    if not changed:
        return None
    then, folder = max(changed.values(), key=lambda found: found[0].created_at)
    ours = tuple(app for app, found in changed.items() if found[1] == folder)
    trials, _ = folder.read_trials()
    measured_then = {cell.id for cell in then.plan.cells if cell.app in ours and not cell.twin}
    blocks = blocks_of_then(then, trials, measured_then)
    prepared = prepare(project, options_of(then, ours, blocks, asked))
    _refuse_incomparable(then, prepared.record, across_machines=asked.across_machines)
    return Upgrade(folder, ours, prepared, tuple(_elsewhere(changed, folder)))


def campaigns_to_compare(results: Path, named: Path | None) -> list[Measured]:
    """The campaign that was named, else all that ended and rank applications with a manifest, the newest first.

    Raises UsageError where there is none, and for one that compares two variants, races or measures somebody's service.
    """
    if named is not None:
        folder = ResultsFolder.open(named)
        record = folder.read_record()
        if not _ranks(record):
            mend = "name a campaign of harness run"
            raise UsageError("it did not rank applications that have a manifest", where=record.id, mend=mend)
        return [(record, folder)]
    found = [
        (record, folder)
        for record, folder in newest_first(results)
        if _ranks(record) and record.state == "finished" and record.completed_blocks
    ]
    if not found:
        raise UsageError("no campaign has ended yet", where=str(results), mend="measure one with: make bench")
    return found


def _ranks(record: CampaignRecord) -> bool:
    service = any(manifest.service for manifest in record.applications.values())
    return record.diff is None and record.tuning is None and not service


def last_of_each(campaigns: Iterable[Measured], applications: Iterable[str]) -> dict[str, Measured]:
    """By application: the first of the campaigns that measured it. One that none measured is left out."""
    wanted, found = set(applications), dict[str, Measured]()
    for record, folder in campaigns:
        for app in dict.fromkeys(cell.app for cell in record.plan.cells):
            if app in wanted:
                found.setdefault(app, (record, folder))
    return found


def lock_changed(application: Application, then: CampaignRecord) -> bool:
    """Whether the application has another lock now than it had in that campaign."""
    return lock_digest(application) != then.locks.get(application.id)


def options_of(then: CampaignRecord, changed: Sequence[str], blocks: int, asked: Asked) -> RunOptions:
    """What measures the changed applications as that campaign measured them, beside its reference, in a new order, and
    so many blocks of each cell."""
    before = RunOptions.like(then.plan)
    selection = asked.chosen.model_copy(
        update={
            "only": (),
            "skip": (),
            "servers": (),
            "scenarios": before.selection.scenarios,
            "exactly": cells_of(then, before.selection.exactly, changed),
        }
    )
    anew = {"seed": RunOptions().seed, "max_blocks": blocks, **asked.options, "selection": selection}
    anew["min_blocks"] = anew["max_blocks"]  # fixed beforehand: the end must not depend on what is seen
    return before.model_copy(update=anew).on(asked.platform)


def blocks_of_then(then: CampaignRecord, trials: Sequence[Trial], cells: Collection[str]) -> int:
    """How many blocks each cell gets: the median of what these had, and FEWEST at least."""
    had = blocks_had(then, trials)
    return max(FEWEST, ceil(median(had[cell] for cell in cells)))


def cells_of(then: CampaignRecord, cells: Sequence[Exactly], changed: Sequence[str]) -> tuple[Exactly, ...]:
    """The cells of changed applications and the reference; all cells where nothing else than the reference changed,
    since its change is seen beside others alone."""
    reference = then.plan.reference_cell

    def is_reference(one: Exactly) -> bool:
        return (one.app, one.server) == (reference.app, reference.server)

    kept = tuple(one for one in cells if one.app in changed or is_reference(one))
    return tuple(cells) if all(map(is_reference, kept)) else kept


def _refuse_incomparable(then: CampaignRecord, now: CampaignRecord, *, across_machines: bool) -> None:
    """Raises UsageError before anything is measured that could not be compared afterwards."""
    found = [one for one in forbidding(then, now) if not (one.machine and across_machines)]
    if not found:
        return
    lines = [f"  {one.field}: {one.before} then, {one.after} now" for one in found]
    mend = "measure anew, as a base for the next upgrade: harness run"
    if all(one.machine for one in found):
        mend = f"compare all the same: harness upgraded {then.id} --across-machines\nor {mend}"
    raise UsageError(
        "a campaign of today could not be compared with it, because these differ:\n" + "\n".join(lines),
        where=then.id,
        mend=mend,
    )


def _elsewhere(changed: Mapping[str, Measured], chosen: ResultsFolder) -> Iterable[Notice]:
    """The campaigns of the other applications, each once."""
    others: dict[Path, list[str]] = {}
    for app, (_, folder) in changed.items():
        if folder != chosen:
            others.setdefault(folder.path, []).append(app)
    for path, apps in others.items():
        seen = f"{', '.join(apps)}: the lock changed too, and the last campaign with it is {path.name}"
        command = shlex.join(["harness", "upgraded", str(path)])
        yield Notice(code="other-campaign", seen=seen, mend=f"afterwards: {command}")
