"""Which campaign new locks are compared with, and what is measured for it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.upgrading.question import (
    FEWEST,
    Asked,
    blocks_of_then,
    campaigns_to_compare,
    cells_of,
    last_of_each,
    lock_changed,
    upgrade_of,
)
from harness.catalog.applications import Application
from harness.model.asked.diff import Diff, Side
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord
from harness.store.folder import ResultsFolder
from tests.analysis.campaigns import application, campaign, cell, trial

PROJECT = Project(Path(__file__).parents[2])
OLD = "0" * 64


def kept(results: Path, record: CampaignRecord, **changes: object) -> ResultsFolder:
    folder = ResultsFolder.create(results / str(changes.get("id", record.id)))
    folder.write_record(record.model_copy(update={"state": "finished", **changes}))
    return folder


def asked(campaign: Path | None = None, **options: object) -> Asked:
    return Asked(campaign, Selection(servers=("all",)), PlatformOptions(), options)


@pytest.fixture(scope="module")
def measured() -> CampaignRecord:
    """As if a campaign of the project had been measured just now."""
    options = RunOptions(
        selection=Selection(only=("raw-asgi", "starlette", "flask"), scenarios=("json",)),
        platform=PlatformOptions(server_workers=(1,)),
    )
    return prepare(PROJECT, options).record.model_copy(update={"completed_blocks": (0,)})


def other_locks(record: CampaignRecord, *apps: str) -> Mapping[str, str]:
    return record.locks | dict.fromkeys(apps, OLD)


def test_a_lock_changed_where_its_content_is_not_what_the_record_holds(tmp_path: Path) -> None:
    shop = Application(application("shop"), tmp_path)
    record = campaign([cell("shop")])
    assert not lock_changed(shop, record), "it had none, and has none"
    (tmp_path / "requirements.txt").write_text("frame==1.0 --hash=sha256:0\n")
    assert lock_changed(shop, record)
    digest = hashlib.sha256((tmp_path / "requirements.txt").read_bytes()).hexdigest()
    assert not lock_changed(shop, record.model_copy(update={"locks": {"shop": digest}}))


def test_each_application_is_compared_with_the_last_campaign_that_measured_it(tmp_path: Path) -> None:
    kept(tmp_path, campaign([cell("raw"), cell("a"), cell("b")], blocks=1), id="old", created_at=1.0)
    kept(tmp_path, campaign([cell("raw"), cell("a")], blocks=1), id="new", created_at=2.0)
    last = last_of_each(campaigns_to_compare(tmp_path, None), ["raw", "a", "b", "never"])
    assert {app: record.id for app, (record, _) in last.items()} == {"raw": "new", "a": "new", "b": "old"}


def test_only_campaigns_that_ended_and_rank_are_taken_unasked(tmp_path: Path) -> None:
    good = campaign([cell("a"), cell("b")], blocks=1)
    side = Side(app="a", name="a")
    two_sides = Diff(application="a", title="A", a=side, b=side)
    service = application("a").model_copy(update={"service": True})
    kept(tmp_path, good, id="good", created_at=1.0)
    kept(tmp_path, good, id="interrupted", created_at=2.0, state="interrupted")
    kept(tmp_path, good, id="without-blocks", created_at=3.0, completed_blocks=())
    kept(tmp_path, good, id="of-a-service", created_at=4.0, applications=good.applications | {"a": service})
    diff = kept(tmp_path, good, id="diff", created_at=5.0, diff=two_sides)
    assert [record.id for record, _ in campaigns_to_compare(tmp_path, None)] == ["good"]
    with pytest.raises(UsageError, match="diff: it did not rank applications"):
        campaigns_to_compare(tmp_path, diff.path)
    named = campaigns_to_compare(tmp_path, tmp_path / "interrupted")
    assert [record.id for record, _ in named] == ["interrupted"], "one that is named is taken"


def test_without_a_campaign_the_message_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no campaign has ended yet\n.*make bench"):
        campaigns_to_compare(tmp_path, None)


def test_changed_applications_are_measured_beside_the_reference_and_all_where_it_alone_changed() -> None:
    then = campaign([cell("raw"), cell("a"), cell("b"), cell("raw", twin=1)])
    every = RunOptions.like(then.plan).selection.exactly
    assert [one.app for one in every] == ["raw", "a", "b"]
    assert [one.app for one in cells_of(then, every, ["b"])] == ["raw", "b"]
    assert [one.app for one in cells_of(then, every, ["raw"])] == ["raw", "a", "b"]


def test_each_cell_gets_as_many_blocks_as_the_median_had_and_no_fewer_than_an_interval_takes() -> None:
    then = campaign([cell("raw"), cell("a"), cell("b")], blocks=9)
    trials = [trial(cell(app).id, block, [1.0]) for app, blocks in (("a", 9), ("b", 6)) for block in range(blocks)]
    assert blocks_of_then(then, trials, [cell("a").id, cell("b").id]) == 8
    assert blocks_of_then(then, [], [cell("a").id]) == FEWEST


def test_nothing_is_measured_where_no_lock_changed(tmp_path: Path, measured: CampaignRecord) -> None:
    kept(tmp_path, measured)
    assert upgrade_of(PROJECT, tmp_path, asked()) is None


def test_the_cells_of_changed_locks_are_measured_as_they_were_in_a_new_order(
    tmp_path: Path, measured: CampaignRecord
) -> None:
    folder = kept(tmp_path, measured, locks=other_locks(measured, "flask"))
    upgrade = upgrade_of(PROJECT, tmp_path, asked())
    assert upgrade is not None
    assert (upgrade.before, upgrade.changed, upgrade.elsewhere) == (folder, ("flask",), ())
    then, plan = measured.plan, upgrade.prepared.record.plan
    assert {one.app for one in plan.cells} == {"raw-asgi", "flask"}
    assert set(plan.cells) < set(then.cells)
    assert (plan.scenarios, plan.reference, plan.shape) == (then.scenarios, then.reference, then.shape)
    assert plan.seed != then.seed
    assert (plan.min_blocks, plan.max_blocks) == (FEWEST, FEWEST)
    again = upgrade_of(PROJECT, tmp_path, asked(max_blocks=7, budget_s=60.0))
    assert again is not None
    assert (again.prepared.record.plan.min_blocks, again.prepared.record.plan.budget_s) == (7, 60.0)


def test_it_is_resumed_as_every_campaign_is(tmp_path: Path, measured: CampaignRecord) -> None:
    kept(tmp_path, measured, locks=other_locks(measured, "flask"))
    upgrade = upgrade_of(PROJECT, tmp_path, asked())
    assert upgrade is not None
    plan = upgrade.prepared.record.plan
    assert prepare(PROJECT, RunOptions.like(plan)).record.plan == plan


def test_applications_of_an_older_campaign_are_named_with_the_command_for_them(
    tmp_path: Path, measured: CampaignRecord
) -> None:
    kept(tmp_path, measured, id="old", created_at=1.0, locks=other_locks(measured, "flask", "starlette"))
    cells = tuple(one for one in measured.plan.cells if one.app != "flask")
    newer = measured.plan.model_copy(update={"cells": cells})
    kept(tmp_path, measured, id="new", created_at=2.0, plan=newer, locks=other_locks(measured, "starlette"))
    upgrade = upgrade_of(PROJECT, tmp_path, asked())
    assert upgrade is not None
    assert (upgrade.before.path.name, upgrade.changed) == ("new", ("starlette",))
    (notice,) = upgrade.elsewhere
    assert notice.seen.startswith("flask: the lock changed too")
    assert notice.mend == f"afterwards: harness upgraded {tmp_path / 'old'}"
    named = upgrade_of(PROJECT, tmp_path, asked(tmp_path / "old"))
    assert named is not None
    assert named.changed == ("flask", "starlette")


def test_what_could_not_be_compared_is_refused_before_anything_is_measured(
    tmp_path: Path, measured: CampaignRecord
) -> None:
    other = measured.machine.model_copy(update={"cpu_model": "another"})
    kept(tmp_path, measured, machine=other, locks=other_locks(measured, "flask"))
    with pytest.raises(UsageError, match=r"machine.cpu_model: another then(?s:.*)--across-machines"):
        upgrade_of(PROJECT, tmp_path, asked())
    across = Asked(None, Selection(servers=("all",)), PlatformOptions(), {}, across_machines=True)
    assert upgrade_of(PROJECT, tmp_path, across) is not None
