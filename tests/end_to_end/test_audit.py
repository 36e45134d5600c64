"""Answers that are right and do not come from the database: found before anything is measured, or by what the tables
counted while it was."""

import re
import signal
from pathlib import Path

import pytest

from harness.model.errors import ExitCode
from harness.model.measured.campaign import CampaignRecord
from tests.end_to_end.applications import changed, given
from tests.end_to_end.command import Ended, Place, until
from tests.end_to_end.conftest import Once

of_the_campaign = pytest.mark.xdist_group("audited")
"""Tests in one process, of which none waits for another to have measured."""

APPS = Path(__file__).parents[2] / "apps"
QUICK = ("--quick", "--rotations", "300ms")


def caching(folder: Path) -> Path:
    return changed(
        APPS / "raw-asgi", folder, "caching", "await data.random_world()", "(await data.cached_worlds(1))[0]"
    )


def forgetful(folder: Path) -> Path:
    """Answers with new numbers that it writes nowhere."""
    wrong = "[row | {'randomNumber': row['randomNumber'] % 10_000 + 1} for row in await data.random_worlds"
    code = 'as_json(await data.updated_worlds(rows_wanted(query, "queries")))'
    return changed(APPS / "raw-asgi", folder, "forgetful", code, f"as_json({wrong}(rows_wanted(query, 'queries'))])")


REMEMBERED = """

asked = 0


async def remembered():
    global asked
    asked += 1
    return await data.random_world() if asked <= 300 else (await data.cached_worlds(1))[0]
"""
"""Counts its requests, and looks at nothing that tells who asks; its answers are right and random ever after."""


def remembering(folder: Path) -> Path:
    """Reads the database while it is looked at, and answers from memory under load. It answers one scenario alone."""
    home = changed(APPS / "raw-asgi", folder, "remembering", "await data.random_world()", "await remembered()")
    with (home / "app.py").open("a") as code:
        code.write(REMEMBERED)
    manifest = home / "app.toml"
    manifest.write_text(
        re.sub(r"^scenarios = \[.*?\]", 'scenarios = ["db"]', manifest.read_text(), flags=re.MULTILINE | re.DOTALL)
    )
    return home


CROWDED = """

in_hand = 0


async def row():
    global in_hand
    in_hand += 1
    try:
        return await data.random_world() if in_hand <= 16 else (await data.cached_worlds(1))[0]
    finally:
        in_hand -= 1
"""
"""Reads the database while no more ask at once than in an audit. The verifier's burst is larger."""


def crowded(folder: Path) -> Path:
    home = changed(APPS / "raw-asgi", folder, "crowded", "await data.random_world()", "await row()")
    with (home / "app.py").open("a") as code:
        code.write(CROWDED)
    return home


def measure(place: Place) -> Ended:
    apps = given(caching(place.folder), forgetful(place.folder), remembering(place.folder))
    options = ("--only", "raw-asgi", "--scenario", "db", "--scenario", "updates", "--json", *QUICK)
    return place.measure(*apps, *options, "--database", "postgresql")


@pytest.fixture(scope="module")
def campaign(once: Once) -> tuple[Place, Ended]:
    return once("audited", measure)


@pytest.fixture(scope="module")
def record(campaign: tuple[Place, Ended]) -> CampaignRecord:
    return campaign[0].campaign.read_record()


@of_the_campaign
def test_one_whose_answers_come_from_a_cache_fails_and_is_not_measured(
    campaign: tuple[Place, Ended], record: CampaignRecord
) -> None:
    place, ended = campaign
    assert ended.code == 3, ended
    (failure,) = [one for one in record.failures if one.cell.startswith("caching.")]
    assert failure.phase == "audit"
    assert "db: database audit: " in failure.reason
    assert "expected 64 reading statements" in failure.reason
    assert "[reads-missing]" in failure.reason
    assert f"failed: {failure.cell} (audit):" in ended.err
    assert not [
        one for slices in place.campaign.read_slices()[0].values() for one in slices if one.target == failure.cell
    ]


@of_the_campaign
def test_one_that_tells_numbers_that_it_writes_nowhere_fails(record: CampaignRecord) -> None:
    (failure,) = [one for one in record.failures if one.cell.startswith("forgetful.")]
    assert "[rows-not-written]" in failure.reason


@of_the_campaign
def test_one_that_answers_from_memory_under_load_fails_with_the_figure(
    campaign: tuple[Place, Ended], record: CampaignRecord
) -> None:
    (failure,) = [one for one in record.failures if one.cell.startswith("remembering.")]
    assert failure.phase == "counters"
    assert "does not keep the contract" in failure.reason
    assert "the database counted 301 reads, 10,300 rows" in failure.reason
    assert f"failed: {failure.cell} (counters):" in campaign[1].err


@of_the_campaign
def test_the_right_one_is_ranked_and_the_record_holds_what_was_counted(
    campaign: tuple[Place, Ended], record: CampaignRecord
) -> None:
    for scenario in ("db", "updates"):
        assert [row["app"] for row in campaign[1].json["scenarios"][scenario]] == ["raw-asgi"]
    accused = {one.cell.partition(".")[0] for one in record.failures}
    assert accused == {"caching", "forgetful", "remembering"}, "nobody else"
    (counted,) = [record.audits[cell.id] for cell in record.plan.cells if cell.app == "raw-asgi" and not cell.twin]
    assert [(one.scenario, one.requests) for one in counted] == [("db", 64), ("updates", 64)]
    assert counted[0].reads == 64
    assert counted[1].reads == counted[1].rows_written > 600
    page = campaign[0].page.read_text()
    assert "Database audit" in page
    assert "Database, table world, while measured" in page


@of_the_campaign
def test_the_counters_are_not_loaded_while_measuring_and_the_time_of_the_audit_is_told(record: CampaignRecord) -> None:
    (service,) = record.services
    assert service.name == "PostgreSQL"
    assert "pg_stat_statements" not in service.settings.get("shared_preload_libraries", "")
    assert 0 < record.phases_s["audit"] < 60


@of_the_campaign
def test_scenarios_that_know_the_seeded_rows_are_right_though_others_wrote(record: CampaignRecord) -> None:
    """`db` is asked in each block beside `updates`, in random order, and verified after it."""
    (cell,) = [cell for cell in record.plan.cells if cell.app == "raw-asgi" and not cell.twin]
    assert record.cells[cell.id].verified_after == ("db", "updates")


def test_on_sqlite_it_is_told_that_nothing_is_audited_and_what_is_written_is_read_all_the_same(place: Place) -> None:
    options = ("--only", "raw-asgi", "--scenario", "updates", "--database", "sqlite", "--json", *QUICK)
    ended = place.measure(*given(forgetful(place.folder)), *options)
    assert ended.code == 3, ended
    record = place.campaign.read_record()
    assert record.audits == {}
    assert [one.seen for one in record.notices if one.code == "audit-not-possible"] == [
        "whether every answer comes from the database was not audited: SQLite counts no statements"
    ]
    assert "was not audited: SQLite counts no statements" in ended.err
    (failure,) = record.failures
    assert failure.phase == "verify"
    assert "[updates-not-written]" in failure.reason
    assert [row["app"] for row in ended.json["scenarios"]["updates"]] == ["raw-asgi"]


def test_verify_audits_too_and_reads_what_the_tables_counted_for_all_answers(place: Place) -> None:
    options = ("--scenario", "db", "--scenario", "fortunes", "--server", "uvicorn", "--server-workers", "1")
    apps = (*given(caching(place.folder), crowded(place.folder)), "--only", "caching", "--only", "crowded")
    ended = place.run("verify", *apps, *options, "--database", "postgresql", "--json")
    assert ended.code == 3, ended
    verdicts = {verdict["app"]: verdict for verdict in ended.json}
    assert all(verdict["audited"] == ["db", "fortunes"] for verdict in verdicts.values())
    (fault,) = verdicts["caching"]["faults"]
    assert "[reads-missing]" in fault
    (fault,) = verdicts["crowded"]["faults"]
    assert fault.startswith("db: database counters: ")
    assert "[counted-too-little]" in fault


def test_verify_says_that_sqlite_cannot_be_audited(place: Place) -> None:
    options = ("--only", "raw-wsgi", "--scenario", "db", "--server", "gunicorn-gthread", "--database", "sqlite")
    ended = place.run("verify", *options, "--json")
    assert ended.code == 0, ended
    assert "was not audited: SQLite counts no statements" in ended.err
    assert "under load is not known: SQLite has no counters of its tables" in ended.err
    assert [verdict["audited"] for verdict in ended.json] == [[]]


def test_an_interrupted_audit_is_heard_and_made_up_for_on_a_resume(place: Place) -> None:
    options = ("--only", "raw-wsgi", "--scenario", "db", "--database", "postgresql", *QUICK)
    with place.measuring(*options) as command:
        until(lambda: "Auditing what reaches the database" in command.said(), "the audit has begun")
        ended = command.end(signal.SIGINT)
    assert ended.code == ExitCode.INTERRUPTED, ended
    assert place.campaign.read_record().audits == {}
    assert place.slices() == 0
    ended = place.measure("--resume", place.campaign.path)
    assert ended.code == 0, ended
    assert len(place.campaign.read_record().audits) == 1
