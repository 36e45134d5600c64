"""Applications that keep the contract when they are looked at, and break it while they are measured."""

import re

import pytest

from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("changing applications")]

SHOPS = {"good": "right", "chatty": "chatty", "logger": "logs", "opener": "opens-a-port"}


def measure(place: Place) -> Ended:
    folders = [shop(place.folder, name, how) for name, how in SHOPS.items()]
    options = ("--only", "raw-asgi", "--scenario", "json", "--quick", "--rotations", "600ms", "--json")
    return place.measure(*given(*folders), *options, "--warm-up", "500ms")


@pytest.fixture(scope="module")
def campaign(once: Once) -> tuple[Place, Ended]:
    return once("changing", measure)


def failures(campaign: tuple[Place, Ended]) -> dict[str, tuple[str, str]]:
    record = campaign[0].campaign.read_record()
    return {one.cell.partition(".")[0]: (one.phase, one.reason) for one in record.failures}


def test_only_what_breaks_the_contract_is_kept_out(campaign: tuple[Place, Ended]) -> None:
    ended = campaign[1]
    assert ended.code == 3, ended
    assert {row["app"] for row in ended.json["scenarios"]["json"]} == {"raw-asgi", "good", "chatty"}
    assert set(failures(campaign)) == {"logger", "opener"}


def test_one_that_logs_each_request_fails_with_an_example(campaign: tuple[Place, Ended]) -> None:
    phase, reason = failures(campaign)["logger"]
    assert phase == "log"
    assert '127.0.0.1 - "GET /json HTTP/1.1" 200' in reason
    found = re.search(r"about ([\d,]+) lines for ([\d,]+) requests", reason)
    assert found
    lines, requests = (int(number.replace(",", "")) for number in found.groups())
    assert lines == pytest.approx(requests, rel=0.1)


def test_one_that_opens_a_port_to_other_machines_later_fails(campaign: tuple[Place, Ended]) -> None:
    phase, reason = failures(campaign)["opener"]
    assert phase == "listen"
    assert re.fullmatch(r"it listens on 0\.0\.0\.0:\d+, which other machines can reach", reason)


def test_memory_and_processes_are_recorded_with_each_trial(campaign: tuple[Place, Ended]) -> None:
    (trial,) = [one for one in campaign[0].campaign.read_trials()[0] if one.cell.startswith("good.")]
    assert trial.cost
    assert [requests for requests, _ in trial.cost.memory][:1] == [0]
    assert trial.cost.memory[-1][0] >= trial.answered
    assert all(used > 2**20 for _, used in trial.cost.memory)
    assert trial.cost.new_processes == 0
