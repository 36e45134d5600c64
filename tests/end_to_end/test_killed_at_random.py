"""A harness that is killed, at whatever moment: nothing outlives it, nothing measured is lost, and the campaign is gone
on with to what it would have become.

Four moments are tried, several at a time, since what is asked does not depend on speed. With HARNESS_TEST_KILLS set, as
many as it says, every second one on PostgreSQL: HARNESS_TEST_KILLS=20 pytest tests/end_to_end/test_killed_at_random.py
"""

import json
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.model.campaign import CampaignRecord
from harness.store.folder import ResultsFolder
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place, until

ASKED = os.environ.get("HARNESS_TEST_KILLS", "")
KILLS = int(ASKED or 4)
AT_A_TIME = 4
pytestmark = [pytest.mark.alone, pytest.mark.timeout(120 + 30 * KILLS)]

SHORT = ("--quick", "--rotations", "300ms", "--blocks", "2", "--seed", "5")
SHOPS = ("--only", "shop*", "--scenario", "json")
WITH_DATABASE = ("--only", "raw-wsgi", "--scenario", "db", "--scenario", "json")
ENDED_WELL = (0, 3)
"""3: on a busy machine a trial may fail a gate."""

LINES = ("slices.jsonl", "trials.jsonl")


def test_nothing_is_lost_at_whatever_moment_the_harness_is_killed(tmp_path_factory: pytest.TempPathFactory) -> None:
    kinds = [SHOPS, WITH_DATABASE] if ASKED else [SHOPS]
    places = [Place(tmp_path_factory.mktemp("k")) for _ in range(len(kinds) + KILLS)]
    started = time.monotonic()
    whole = {kind: uninterrupted(place, kind) for kind, place in zip(kinds, places, strict=False)}
    lasts_s = (time.monotonic() - started) / len(kinds)
    dice = random.Random(ASKED)
    with ThreadPoolExecutor(AT_A_TIME) as together:
        tries = [
            together.submit(
                killed_and_gone_on_with, place, kind, (number + dice.random()) / KILLS * lasts_s, whole[kind]
            )
            for number, place in enumerate(places[len(kinds) :])
            for kind in [kinds[number % len(kinds)]]
        ]
    reached = Counter(one.result() for one in tries)
    assert KILLS < 20 or len(reached) == 3, f"moments are spread over the campaign: {reached}"


def uninterrupted(place: Place, kind: tuple[str, ...]) -> dict[str, object]:
    """What the campaign becomes when nobody kills it."""
    ended = place.measure(*shops(place, kind), *kind, *SHORT)
    assert ended.code in ENDED_WELL, ended
    return form(place)


def killed_and_gone_on_with(place: Place, kind: tuple[str, ...], moment_s: float, whole: dict[str, object]) -> str:
    """Kill a campaign so many seconds after its start, and resume it. Returns what it was in the middle of."""
    with place.measuring(*shops(place, kind), *kind, *SHORT) as command:
        deadline = time.monotonic() + moment_s
        until(lambda: time.monotonic() > deadline or command.process.poll() is not None, "the moment has come")
        command.kill()
    until(lambda: not place.left(), f"all that was started is gone, {moment_s:.1f} s after the start", 30)
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
            shop(place.folder, folder.name)
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
