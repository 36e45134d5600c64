"""However a campaign ends, nothing of it is left running and nothing measured is lost; it can be gone on with."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.model.measured.campaign import CampaignRecord
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place, until

LONG = ("--rotations", "30s", "--blocks", "1", "--latency", "none", "--continuous", "none")
"""Far longer than any test waits: what is interrupted is always under way."""

WITH_DATABASE = ("--only", "raw-wsgi", "--scenario", "db", "--scenario", "json")


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Somebody else's program, which looks like one of ours."""
    argv = [sys.executable, "-c", "import time; time.sleep(600)", "uvicorn harness_entry:application gunicorn postgres"]
    with subprocess.Popen(argv, start_new_session=True) as process:
        yield process
        assert process.poll() is None, "the harness ended a program that it had not started"
        process.kill()


@pytest.fixture
def own(place: Place) -> tuple[str, ...]:
    """Options for a campaign that is up at once and never resolved: two shops that are the same, no database."""
    return (*shops(place), "--only", "shop*", "--scenario", "json")


def shops(place: Place) -> tuple[str, ...]:
    folders = [place.folder / name for name in ("shop", "shop-too")]
    for folder in folders:
        if not folder.exists():
            shop(place.folder, folder.name, "slow")
    return given(*folders)


def record_of(place: Place) -> CampaignRecord:
    return place.campaign.read_record()


def resumed(place: Place, *arguments: object) -> Ended:
    return place.run("run", "--resume", place.results / "latest", "--out", place.page.parent, *arguments)


def kept(place: Place) -> list[str]:
    return (place.results / "latest" / "slices.jsonl").read_text().splitlines()


def test_ctrl_c_ends_after_the_rotation_in_hand_and_reports(
    place: Place, own: tuple[str, ...], bystander: object
) -> None:
    with place.measuring(*own, *LONG) as command:
        until(lambda: place.slices() > 3, "some rotations are on disk")
        ended = command.end(signal.SIGINT)
    assert_reported(ended, place)


def test_being_terminated_does_the_same_under_nohup_too_and_nobody_else_writes_meanwhile(
    place: Place, own: tuple[str, ...]
) -> None:
    with place.measuring(*own, *LONG, under="nohup") as command:
        until(lambda: place.slices() > 3, "some rotations are on disk")
        command.process.send_signal(signal.SIGHUP)
        seen = place.slices()
        until(lambda: place.slices() > seen + 3, "the end of the terminal changes nothing")
        refused = resumed(place, *shops(place))
        assert refused.code == 2, refused
        assert "this campaign is being measured at this moment" in refused.err
        ended = command.end(signal.SIGTERM)
    assert_reported(ended, place)


def assert_reported(ended: Ended, place: Place) -> None:
    """Ended by a signal in its first block, with what is known."""
    assert ended.code == 130, ended
    assert place.left() == []
    record = record_of(place)
    assert (record.state, record.completed_blocks) == ("interrupted", ())
    assert record.ended_at
    rows = place.ranking["scenarios"]["json"]
    assert {row["app"] for row in rows} == {"shop", "shop-too"}
    assert all(row["rps"] > 0 for row in rows)
    assert "(estimate)" in ended.out
    assert f"harness run --resume {place.campaign.path.resolve()} --app {place.folder / 'shop'}" in ended.err


def test_an_interrupted_campaign_is_gone_on_with_and_ends_with_0(place: Place, own: tuple[str, ...]) -> None:
    short = ("--quick", "--rotations", "600ms", "--blocks", "2")
    with place.measuring(*own, *short) as command:
        until(lambda: len(place.slices_by_block()) > 1, "the second block is under way")
        assert command.end(signal.SIGINT).code == 130
    assert record_of(place).completed_blocks == (0,)
    before = kept(place)
    ended = resumed(place, *shops(place), "--json")
    assert ended.code == 0, ended
    record = record_of(place)
    assert (record.state, record.completed_blocks) == ("finished", (0, 2)), "a number is never used twice"
    assert kept(place)[: len(before)] == before
    rows = ended.json["scenarios"]["json"]
    assert [(row["blocks"], row["block_numbers"]) for row in rows] == [(2, [0, 2])] * 2
    assert place.left() == []


def test_a_second_signal_ends_at_once_and_what_is_known_is_reported(place: Place, own: tuple[str, ...]) -> None:
    with place.measuring(*own, "--slice", "20s", *LONG) as command:
        until(lambda: place.slices() == 3, "all are warm, and a long slice is under way")
        ended = command.end(signal.SIGINT, signal.SIGINT, timeout_s=15)
    assert ended.code == 130, ended
    assert place.left() == []
    assert record_of(place).state == "interrupted"
    assert place.page.exists()


def test_a_signal_before_the_first_block_ends_it_too(place: Place) -> None:
    with place.measuring(*WITH_DATABASE, *LONG) as command:
        until(lambda: list(place.results.glob("*/work/postgresql-*")), "the database is starting")
        ended = command.end(signal.SIGTERM)
    assert ended.code == 130, ended
    assert place.left() == []
    assert record_of(place).completed_blocks == ()
    assert place.ranking["scenarios"]["json"] == []


def test_nothing_outlives_a_harness_that_was_killed_in_the_middle_of_a_block_and_it_goes_on(
    place: Place, bystander: object
) -> None:
    with place.measuring(*WITH_DATABASE, "--quick", "--rotations", "600ms") as command:
        until(lambda: place.slices() > 3, "some rotations are on disk")
        names = " ".join(place.left())
        assert all(word in names for word in ("gunicorn", "harness.load.process", "postgres"))
        command.kill()
    until(lambda: not place.left(), "every server, the database and the load process are gone", 20)
    assert (record_of(place).state, record_of(place).completed_blocks) == ("running", ())
    before = kept(place)

    ended = resumed(place, "--json")
    assert ended.code == 0, ended
    record = record_of(place)
    assert (record.state, record.completed_blocks) == ("finished", (1,))
    assert kept(place)[: len(before)] == before
    assert {scenario: len(rows) for scenario, rows in ended.json["scenarios"].items()} == {"db": 1, "json": 1}
    assert place.left() == []
