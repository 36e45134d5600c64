"""The real thing, once: every core application of the project on a real server and PostgreSQL, in short slices."""

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.analysis.trials.gates import MAX_ERROR_SHARE
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.load import SliceRecord
from harness.model.measured.trial import Trial
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = pytest.mark.xdist_group("main job")

ROOT = Path(__file__).parents[2]


def core(manifests: str) -> list[str]:
    """The folders of those that count themselves to the core."""
    found = {path.parent.name: tomllib.loads(path.read_text()) for path in ROOT.glob(manifests)}
    return sorted(name for name, manifest in found.items() if manifest.get("core", True))


APPS = core("apps/*/app.toml")
SCENARIOS = core("scenarios/*/scenario.toml")
SHORT = ("--quick", "--rotations", "300ms")


@pytest.fixture(scope="module")
def measured(once: Once) -> tuple[Place, Ended]:
    return once("bench", lambda place: place.measure(*SHORT, "--seed", 20261122, "--json"))


@pytest.fixture(scope="module")
def shared_place(measured: tuple[Place, Ended]) -> Place:
    return measured[0]


@pytest.fixture(scope="module")
def ended(measured: tuple[Place, Ended]) -> Ended:
    return measured[1]


@pytest.fixture(scope="module")
def record(ended: Ended, shared_place: Place) -> CampaignRecord:
    return shared_place.campaign.read_record()


@pytest.fixture(scope="module")
def trials(ended: Ended, shared_place: Place) -> tuple[Trial, ...]:
    trials, notices = shared_place.campaign.read_trials()
    assert notices == ()
    return trials


@pytest.fixture(scope="module")
def slices(ended: Ended, shared_place: Place) -> tuple[SliceRecord, ...]:
    blocks, notices = shared_place.campaign.read_slices()
    assert notices == ()
    assert list(blocks) == [0]
    return blocks[0]


def test_it_ends_with_0_and_leaves_no_process(ended: Ended, shared_place: Place) -> None:
    assert ended.code == 0, ended
    assert shared_place.left() == []


def test_standard_output_is_the_ranking_as_json_and_nothing_else(ended: Ended, shared_place: Place) -> None:
    assert ended.json == shared_place.ranking
    assert str(shared_place.page) in ended.err


def test_every_application_is_ranked_in_every_scenario(ended: Ended) -> None:
    assert sorted(ended.json["scenarios"]) == SCENARIOS
    for scenario, rows in ended.json["scenarios"].items():
        assert sorted(row["app"] for row in rows) == APPS, scenario
        assert all(row["rps"] > 0 and row["completions"] > 0 for row in rows)
        assert all(row["error_share"] <= MAX_ERROR_SHARE for row in rows)
        assert [row["rps"] for row in rows] == sorted((row["rps"] for row in rows), reverse=True)
    assert (ended.json["state"], ended.json["seed"], ended.json["completed_blocks"]) == ("finished", 20261122, [0])


def test_the_page_is_one_file_that_names_every_application(record: CampaignRecord, shared_place: Place) -> None:
    page = shared_place.page.read_text()
    assert all(manifest.title in page for manifest in record.applications.values())
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert {path.name for path in shared_place.page.parent.iterdir()} == {"index.html", "ranking.json"}


def test_the_reference_has_a_hidden_twin_that_tells_the_noise(record: CampaignRecord, ended: Ended) -> None:
    assert record.plan.reference.startswith("raw-asgi.uvicorn.")
    (twin,) = [cell for cell in record.plan.cells if cell.twin]
    assert (twin.app, twin.server) == ("raw-asgi", "uvicorn")
    assert f'"{twin.id}"' not in json.dumps(ended.json["scenarios"])


def test_trials_are_the_sums_of_their_slices(trials: tuple[Trial, ...], slices: tuple[SliceRecord, ...]) -> None:
    assert {(trial.cell, trial.scenario) for trial in trials} == {
        (record.target, record.scenario) for record in slices if record.counted
    }
    for trial in trials:
        own = [
            record
            for record in slices
            if (record.target, record.scenario) == (trial.cell, trial.scenario)
            and record.counted
            and record.offered is None
            and record.rotation in trial.rotations
        ]
        assert trial.rotations == tuple(sorted(record.rotation for record in own))
        assert trial.completions == sum(record.completions for record in own) > 0
        assert trial.duration_s == pytest.approx(sum(record.duration_s for record in own))
        assert trial.bytes_received == sum(record.bytes_received for record in own)
        assert sum(trial.errors.values()) == sum(sum(record.errors.values()) for record in own)
        by_rotation = {record.rotation: record.completions / record.duration_s for record in own}
        assert trial.rates == pytest.approx([by_rotation[number] for number in trial.rotations])


def test_a_row_of_the_ranking_counts_what_its_trials_count(
    trials: tuple[Trial, ...], ended: Ended, record: CampaignRecord
) -> None:
    """In rotations that a cell missed the machine may have been faster or slower: by as much as the reference was."""
    last = {(trial.cell, trial.scenario): trial for trial in trials}
    for scenario, rows in ended.json["scenarios"].items():
        reference = [rate for rate in last[record.plan.reference, scenario].rates if rate]
        moved = max(reference) / min(reference)
        for row in rows:
            trial = last[row["cell"], scenario]
            assert (row["completions"], row["slices"]) == (trial.completions, len(trial.rates))
            assert min(trial.rates) * 0.9 / moved <= row["rps"] <= max(trial.rates) * 1.1 * moved


def test_each_rotation_drives_every_cell_once(slices: tuple[SliceRecord, ...], record: CampaignRecord) -> None:
    rotations: dict[tuple[str, int], list[str]] = {}
    for one in slices:
        if one.counted and one.offered is None:
            rotations.setdefault((one.scenario, one.rotation), []).append(one.target)
    first = {key: cells for key, cells in rotations.items() if key[1] < 3}
    assert len(first) == 3 * len(SCENARIOS)
    assert all(sorted(cells) == sorted(cell.id for cell in record.plan.cells) for cells in first.values())
    assert len({tuple(cells) for cells in first.values()}) > 1, "in random order"


def test_every_cell_kept_the_contract_before_and_after_it_was_measured(record: CampaignRecord) -> None:
    assert record.failures == ()
    for cell in record.plan.cells:
        assert sorted(record.cells[cell.id].verified) == SCENARIOS
        assert sorted(record.cells[cell.id].verified_after) == SCENARIOS


def test_versions_are_those_of_the_live_processes_and_of_the_locks(record: CampaignRecord) -> None:
    frameworks = set()
    for cell in record.plan.cells:
        facts, lock = record.cells[cell.id], (ROOT / "apps" / cell.app / "requirements.txt").read_text()
        assert facts.identity
        assert facts.identity.interpreter.version == record.interpreter.version == sys.version.split()[0]
        assert facts.lock_sha256 == record.locks[cell.app] == hashlib.sha256(lock.encode()).hexdigest()
        locked = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.MULTILINE))
        server = "gunicorn" if cell.server.startswith("gunicorn") else "uvicorn"
        assert facts.identity.packages[server] == locked[server]
        assert facts.command[0] == "python"
        assert server in facts.command
        framework = record.applications[cell.app].uses.framework.lower()
        if framework in locked:
            frameworks.add(framework)
            assert f"{framework}=={facts.identity.packages[framework]} " in lock, "a lock may fork by Python's version"
    assert frameworks == {"django", "fastapi", "flask", "starlette"}


def test_the_database_is_told_as_it_answered_and_its_data_are_gone(record: CampaignRecord, shared_place: Place) -> None:
    (service,) = record.services
    assert (record.plan.database, service.name) == ("postgresql", "PostgreSQL")
    assert int(service.version.split(".")[0]) >= 14
    assert service.settings["autovacuum"] == "off"
    assert list(shared_place.results.rglob("PG_VERSION")) == []


def test_the_output_of_every_process_is_kept(record: CampaignRecord, shared_place: Place) -> None:
    logs = {path.name for path in shared_place.campaign.logs.iterdir()}
    assert logs >= {"load.log", *(f"{cell.id}.log" for cell in record.plan.cells)}


def test_nothing_recorded_tells_a_path_of_this_machine(ended: Ended, shared_place: Place) -> None:
    kept = [*shared_place.campaign.path.glob("*.json*"), shared_place.page, shared_place.page.with_name("ranking.json")]
    for path in kept:
        text = path.read_text()
        for secret in (str(ROOT), str(shared_place.folder), str(Path.home())):
            assert f"{secret}/" not in text, f"{path.name} holds {secret}"


def test_the_phases_add_up_to_the_wall_time(record: CampaignRecord) -> None:
    assert record.ended_at
    wall_s = record.ended_at - record.created_at
    assert 0.85 * wall_s <= sum(record.phases_s.values()) <= wall_s
    assert set(record.phases_s) >= {"environments", "services", "start", "verify", "warm-up", "slices", "stop"}


def test_what_the_report_shows_can_be_made_again_from_the_results_alone(ended: Ended, shared_place: Place) -> None:
    again = shared_place.folder / "again"
    told = shared_place.run("report", shared_place.campaign.path, "--out", again)
    assert (told.code, told.out.strip()) == (0, str(again / "index.html"))
    for name in ("index.html", "ranking.json"):
        assert (again / name).read_bytes() == shared_place.page.with_name(name).read_bytes()


def rows(ranking: Any, scenario: str) -> dict[str, Any]:
    return {row["app"]: row for row in ranking["scenarios"][scenario]}


def test_on_sqlite_in_two_blocks_with_intervals(place: Place) -> None:
    chosen = ("--only", "flask", "--only", "starlette", "--scenario", "db", "--reference", "flask")
    ended = place.measure(*SHORT, *chosen, "--database", "sqlite", "--blocks", 2)
    assert ended.code == 0, ended
    record = place.campaign.read_record()
    assert (record.plan.database, [service.name for service in record.services]) == ("sqlite", ["SQLite"])
    assert record.completed_blocks == (0, 1)
    assert all("sqlite" in cell for cell in record.cells)
    ranked = rows(place.ranking, "db")
    assert set(ranked) == {"flask", "starlette"}
    for row in ranked.values():
        assert (row["blocks"], len(row["block_rps"])) == (2, 2)
        assert row["rps_low"] < row["rps"] < row["rps_high"]
    assert ranked["flask"]["ratio"] == 1.0
    for word in ("rank", "flask", "starlette", "uvicorn", "gunicorn-gthread", str(place.page)):
        assert word in ended.out, "the ranking is printed, and where the page is"
    [answer] = re.findall("<h1[^>]*><bdi>(.*?)</bdi></h1>", place.page.read_text())
    assert answer in ended.out, "the terminal ends with the page's answer"
    pids = {facts.identity.pid for facts in record.cells.values() if facts.identity}
    assert len(pids) == 3, "three cells, each in a process of its own"
