"""A harness that is killed, at whatever moment: nothing outlives it, nothing measured is lost, and the campaign is gone
on with to what it would have become.

Two moments are tried. HARNESS_TEST_KILLS=20 in the environment makes it so many, every second one on PostgreSQL.
Several campaigns run at a time, since what is asked does not depend on speed.
"""

import json
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.model.measured.campaign import CampaignRecord
from harness.store.folder import ResultsFolder
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place, until

ASKED = os.environ.get("HARNESS_TEST_KILLS", "")
KILLS = int(ASKED or 2)
AT_A_TIME = 4
pytestmark = pytest.mark.timeout(240 + 60 * KILLS)

SHORT = ("--quick", "--rotations", "300ms", "--blocks", "2", "--seed", "5")
SHOPS = ("--only", "shop*", "--scenario", "json")
WITH_DATABASE = ("--only", "raw-wsgi", "--scenario", "db", "--scenario", "json")
ENDED_WELL = (0, 3)
"""3: on a busy machine a trial may fail a gate."""

LINES = ("slices.jsonl", "trials.jsonl")


@dataclass(frozen=True)
class Moment:
    """So many seconds after so many rotations are on disk; after the start where it is none."""

    rotations: int
    later_s: float


@dataclass(frozen=True)
class Whole:
    """A campaign that nobody killed: what it became, how many rotations it had, how long it took until the first."""

    form: dict[str, object]
    rotations: int
    first_after_s: float

    def moment(self, share: float, dice: random.Random) -> Moment:
        """The moment at a share of 1 of the campaign, a quarter of which is getting ready."""
        if share < 0.25:
            return Moment(0, 4 * share * self.first_after_s)
        return Moment(1 + int((share - 0.25) / 0.75 * self.rotations), 0.5 * dice.random())


def test_nothing_is_lost_at_whatever_moment_the_harness_is_killed(tmp_path_factory: pytest.TempPathFactory) -> None:
    kinds = [SHOPS, WITH_DATABASE] if ASKED else [SHOPS]
    places = [Place(tmp_path_factory.mktemp("k")) for _ in range(len(kinds) + KILLS)]
    whole = {kind: uninterrupted(place, kind) for kind, place in zip(kinds, places, strict=False)}
    dice = random.Random(ASKED)
    with ThreadPoolExecutor(AT_A_TIME) as together:
        tries = []
        for number, place in enumerate(places[len(kinds) :]):
            kind = kinds[number % len(kinds)]
            moment = whole[kind].moment((number + dice.random()) / KILLS, dice)
            tries.append(together.submit(killed_and_gone_on_with, place, kind, moment, whole[kind].form))
    reached = Counter(one.result() for one in tries)
    assert len(reached) > 1 or KILLS < 20, f"moments are spread over the campaign: {reached}"


def uninterrupted(place: Place, kind: tuple[str, ...]) -> Whole:
    started = time.time()
    ended = place.measure(*shops(place, kind), *kind, *SHORT)
    assert ended.code in ENDED_WELL, ended
    blocks, _ = place.campaign.read_slices()
    first = min(record.started_at for slices in blocks.values() for record in slices)
    return Whole(form(place), place.slices(), first - started)


def killed_and_gone_on_with(place: Place, kind: tuple[str, ...], moment: Moment, whole: dict[str, object]) -> str:
    """Kill a campaign at a moment, and resume it. Returns what it was in the middle of."""
    with place.measuring(*shops(place, kind), *kind, *SHORT) as command:
        until(lambda: place.slices() >= moment.rotations or command.process.poll() is not None, "it is so far", 200)
        time.sleep(moment.later_s)
        command.kill()
    until(lambda: not place.left(), f"all that was started is gone, killed at {moment}", 30)
    begun = next((path.parent for path in place.results.glob("2*/campaign.json")), None)
    before = ResultsFolder.open(begun).read_record() if begun else None
    lines = {name: kept(begun, name) for name in LINES}

    ended = gone_on(place, kind, begun) if begun else place.measure(*shops(place, kind), *kind, *SHORT)
    assert ended.code in ENDED_WELL, ended
    assert place.left() == []
    for name, whole_lines in lines.items():
        assert kept(begun, name)[: len(whole_lines)] == whole_lines, f"{name}: what was there is there unchanged"
    after = place.campaign.read_record()
    assert after.state == "finished"
    assert set(before.completed_blocks if before else ()) <= set(after.completed_blocks)
    assert form(place) == whole
    return stage_of(before, lines)


def gone_on(place: Place, kind: tuple[str, ...], folder: Path) -> Ended:
    return place.run("run", "--resume", folder, "--out", place.page.parent, *shops(place, kind))


def shops(place: Place, kind: tuple[str, ...]) -> tuple[str, ...]:
    """Two that are the same, so that nothing is ever resolved; none beside the project's own applications."""
    if kind is not SHOPS:
        return ()
    folders = [place.folder / name for name in ("shop", "shop-too")]
    for folder in folders:
        if not folder.exists():
            shop(place.folder, folder.name, "slow")
    return given(*folders)


def kept(folder: Path | None, name: str) -> list[str]:
    """The whole lines of a file of the campaign."""
    path = folder / name if folder else None
    return path.read_text().split("\n")[:-1] if path and path.exists() else []


def stage_of(record: CampaignRecord | None, lines: dict[str, list[str]]) -> str:
    if record is None or not lines["slices.jsonl"]:
        return "before the first slice"
    blocks = {json.loads(line)["block"] for line in lines["slices.jsonl"]}
    return "in a block" if blocks - set(record.completed_blocks) else "between blocks, or at the end"


def form(place: Place) -> dict[str, object]:
    """What a campaign holds, without its figures: cells, scenarios, how many blocks of each count, and every key."""
    record, ranking = place.campaign.read_record(), place.ranking
    trials, _ = place.campaign.read_trials()
    counted = {(one.cell, one.scenario, one.block) for one in trials if one.block in record.completed_blocks}
    return {
        "cells": [cell.id for cell in record.plan.cells],
        "blocks": len(record.completed_blocks),
        "trials": Counter((cell, scenario) for cell, scenario, _ in counted),
        "ranked or not": {
            scenario: sorted(one["cell"] for one in (*rows, *ranking["unranked"][scenario]))
            for scenario, rows in ranking["scenarios"].items()
        },
        "verified": {cell: sorted(seen.verified) for cell, seen in record.cells.items()},
        "keys of the ranking": keys(ranking),
        "keys of the record": sorted(json.loads((place.campaign.path / "campaign.json").read_text())),
        "files": sorted(path.name for path in place.campaign.path.iterdir()),
    }


def keys(value: Any) -> object:
    """The keys of a document, two levels deep: below them, what is measured decides."""
    return {name: sorted(part) if isinstance(part, dict) else None for name, part in value.items()}
