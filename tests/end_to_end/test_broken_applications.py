"""One campaign of applications that break in every way, some of them only while they are measured: each fails for its
own reason, and the others are ranked."""

import re
from typing import Any

import pytest

from harness.campaign.block.idling import IDLE_BOUND
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Failure
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = pytest.mark.xdist_group("broken applications")

SHOPS = {
    "good": "right",
    "forked": "double-forks",
    "restless": "restless",
    "closed": "dies-on-start",
    "mute": "NeverAnswers",
    "mortal": "dies-in-the-middle",
    "busy": "ErrorUnderLoad",
    "turncoat": "wrong-later",
    "lost": "NotFound",
    "chatty": "chatty",
    "logger": "logs",
    "opener": "opens-a-port",
}
"""Application -> what it does."""

TURNS_AFTER = 1500
"""Right answers of the turncoat, at most: ENOUGH in programs/shop.py."""

RANKED = {"raw-asgi", "good", "forked", "chatty"}
FAILED = SHOPS.keys() - RANKED - {"restless"}


def measure(place: Place) -> Ended:
    folders = [shop(place.folder, name, how) for name, how in SHOPS.items()]
    options = ("--only", "raw-asgi", "--scenario", "json", "--quick", "--rotations", "300ms", "--json")
    return place.measure(*given(*folders), *options, "--warm-up", "500ms")


@pytest.fixture(scope="module")
def campaign(once: Once) -> tuple[Place, Ended]:
    return once("broken", measure)


@pytest.fixture(scope="module")
def ended(campaign: tuple[Place, Ended]) -> Ended:
    return campaign[1]


@pytest.fixture(scope="module")
def record(campaign: tuple[Place, Ended]) -> CampaignRecord:
    return campaign[0].campaign.read_record()


def failure(record: CampaignRecord, app: str) -> Failure:
    (found,) = [failure for failure in record.failures if failure.cell.startswith(f"{app}.")]
    return found


def unranked(ended: Ended) -> dict[str, str]:
    cells: list[Any] = ended.json["unranked"]["json"]
    return {cell["app"]: cell["reason"] for cell in cells}


def test_some_cell_failed_and_the_others_are_measured_and_ranked(ended: Ended) -> None:
    assert ended.code == 3, ended
    rows = ended.json["scenarios"]["json"]
    assert {row["app"] for row in rows} == RANKED
    assert all(row["rps"] > 0 for row in rows)
    assert set(unranked(ended)) == SHOPS.keys() - RANKED


def test_each_that_failed_is_told_once_with_its_phase_at_the_moment_it_failed(
    ended: Ended, record: CampaignRecord
) -> None:
    assert {failure.cell.partition(".")[0] for failure in record.failures} == FAILED
    for one in record.failures:
        assert ended.err.count(f"failed: {one.cell} ({one.phase}):") == 1


def test_one_that_dies_on_start_is_told_with_the_end_of_its_log(ended: Ended, record: CampaignRecord) -> None:
    seen = failure(record, "closed")
    assert (seen.phase, seen.log_tail.splitlines()[-2:]) == ("start", ["opening the shop", "SHOP_KEY is not set"])
    assert "ended with exit code 1: SHOP_KEY is not set" in seen.reason
    assert "opening the shop" in ended.err


def test_one_that_accepts_and_never_answers_is_given_up_after_its_deadline(record: CampaignRecord) -> None:
    seen = failure(record, "mute")
    assert seen.phase == "answer"
    assert "it accepts connections and does not answer GET /json in 30 s" in seen.reason


def test_one_that_dies_while_it_is_measured_is_told_with_its_last_words(ended: Ended, record: CampaignRecord) -> None:
    seen = failure(record, "mortal")
    assert (seen.phase, seen.reason) == ("measure", "the server ended with exit code 7 while it was measured")
    assert "the till is out of paper" in seen.log_tail
    assert "the till is out of paper" in ended.err


def test_one_that_errs_when_many_ask_at_once_fails_before_it_is_measured(ended: Ended, record: CampaignRecord) -> None:
    assert failure(record, "busy").phase == "verify"
    assert "seen 503" in unranked(ended)["busy"]
    assert "64 at once" in unranked(ended)["busy"]


def test_one_that_turns_to_wrong_answers_under_load_is_never_ranked(ended: Ended, record: CampaignRecord) -> None:
    assert failure(record, "turncoat").phase == "verify"
    assert 'the body.message is "Goodbye", not "Hello, World!"' in unranked(ended)["turncoat"]


def test_its_wrong_answers_were_errors_and_no_throughput(campaign: tuple[Place, Ended]) -> None:
    trials = [one for one in campaign[0].campaign.read_trials()[0] if one.cell.startswith("turncoat.")]
    assert trials
    assert sum(one.completions for one in trials) < TURNS_AFTER, "on a busy machine some were right before it turned"
    assert all(one.errors.get("body", 0) > 0 for one in trials)
    assert all({"nothing-measured", "errors"} & {gate.code for gate in one.failed_gates} for one in trials)


def test_one_that_logs_each_request_fails_with_an_example(record: CampaignRecord) -> None:
    seen = failure(record, "logger")
    assert seen.phase == "log"
    assert '127.0.0.1 - "GET /json HTTP/1.1" 200' in seen.reason
    found = re.search(r"about ([\d,]+) lines for ([\d,]+) requests", seen.reason)
    assert found
    lines, requests = (int(number.replace(",", "")) for number in found.groups())
    assert lines == pytest.approx(requests, rel=0.1)


def test_one_that_opens_a_port_to_other_machines_later_fails(record: CampaignRecord) -> None:
    seen = failure(record, "opener")
    assert seen.phase == "listen"
    assert re.fullmatch(r"it listens on 0\.0\.0\.0:\d+, which other machines can reach", seen.reason)


def test_memory_and_processes_are_recorded_with_each_trial(campaign: tuple[Place, Ended]) -> None:
    trials = [one for one in campaign[0].campaign.read_trials()[0] if one.cell.startswith("good.")]
    assert trials
    for trial in trials:
        assert trial.cost
        assert [requests for requests, _ in trial.cost.memory][:1] == [0]
        assert trial.cost.memory[-1][0] >= trial.answered
        assert all(used > 2**20 for _, used in trial.cost.memory)
        assert trial.cost.new_processes == 0


def test_one_whose_every_answer_is_wrong_is_told_so(ended: Ended) -> None:
    assert "json: GET /json: status; expected 200; seen 404" in unranked(ended)["lost"]


def test_one_that_double_forks_is_measured_like_any_other_and_gone_afterwards(
    campaign: tuple[Place, Ended], ended: Ended
) -> None:
    (row,) = [row for row in ended.json["scenarios"]["json"] if row["app"] == "forked"]
    assert row["completions"] > 0
    assert campaign[0].left() == []


def test_one_that_burns_cpu_while_idle_is_measured_alone_and_labelled(
    ended: Ended, record: CampaignRecord, campaign: tuple[Place, Ended]
) -> None:
    (cell,) = [cell for cell in record.plan.cells if cell.app == "restless"]
    assert (record.cells[cell.id].idle_cpu_share or 0) > IDLE_BOUND
    assert [notice.code for notice in record.notices if cell.id in notice.seen] == ["burns-while-idle"]
    assert re.search(r"of a core while idle.*measured alone: [\d,]+ requests/s", unranked(ended)["restless"])
    blocks = campaign[0].campaign.read_slices()[0]
    assert [{one.target for one in slices} for slices in blocks.values()].count({cell.id}) == 1


def test_every_cell_that_lives_was_in_a_complete_block(ended: Ended, record: CampaignRecord) -> None:
    """More than one group of cells, and one block asked for: each group has its own."""
    assert len(record.completed_blocks) >= 3
    assert all(row["blocks"] >= 1 for row in ended.json["scenarios"]["json"])
