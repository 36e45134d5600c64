"""`harness explain` as a user runs it: on an application of their own, against one of the project's."""

import json
from pathlib import Path
from statistics import mean

import pytest

from harness.analysis.layers.residence import residence as residence_of
from harness.store.folder import ResultsFolder
from tests.end_to_end.applications import changed, given
from tests.end_to_end.command import ASLEEP, Ended, Place
from tests.end_to_end.conftest import Once

DEAR = """
import json as _library

_ns: dict = {}
exec(compile("def turn(count):\\n    for _ in range(count):\\n        pass\\n", _library.__file__, "exec"), _ns)


async def db(_: bytes) -> tuple[bytes, bytes]:
    _ns["turn"](300_000)
    await data.random_world()
"""
"""A loop of milliseconds in a file of the serialiser's, far more than all the rest, and a read too many."""

BRIEFLY = ("--scenario", "db", "--budget", "1s", "--stretch", "600ms", "--json")


def explained(place: Place) -> Ended:
    """Against one whose server has a pool of threads."""
    root = Path(__file__).parents[2]
    dear = changed(
        root / "apps" / "raw-asgi", place.folder, "dear", "async def db(_: bytes) -> tuple[bytes, bytes]:", DEAR
    )
    return place.run("explain", "dear", "--against", "raw-wsgi", *place.folders(), *given(dear), *BRIEFLY, *ASLEEP)


@pytest.fixture(scope="session")
def explanation(once: Once) -> tuple[Place, Ended]:
    return once("explained", explained)


pytestmark = pytest.mark.xdist_group("explained")


def test_a_loop_is_found_in_the_layer_and_the_function_that_it_is_in(explanation: tuple[Place, Ended]) -> None:
    _, ended = explanation
    assert ended.code == 0, ended
    [pair] = ended.json["differences"]
    assert pair["first"].startswith("dear.")
    assert max(pair["layers"], key=lambda layer: pair["layers"][layer]["us"]) == "serialiser"
    assert pair["layers"]["serialiser"]["us"] > 0.8 * pair["total"]["us"]
    assert pair["functions"][0]["function"] == "turn"
    assert pair["functions"][0]["file"] == "json/__init__.py"
    assert pair["functions"][0]["second_us"] is None
    for cell in ended.json["cells"]:
        assert sum(one["us"] for one in cell["layers"].values()) == pytest.approx(cell["total"]["us"])
        assert cell["layers"].get("other", {"us": 0.0})["us"] < 0.1 * cell["total"]["us"]


def test_the_database_says_who_reads_more_often_than_the_scenario_asks(explanation: tuple[Place, Ended]) -> None:
    place, ended = explanation
    dear, bare = ended.json["cells"]
    assert dear["database"]["reads"] == pytest.approx(2.0, rel=0.02)
    assert bare["database"]["reads"] == pytest.approx(1.0, rel=0.02)
    assert {cell["database"]["reads_asked"] for cell in (dear, bare)} == {1}
    for cell in (dear, bare):
        share = cell["database"]
        assert share["calls"] >= share["reads"]
        assert share["executing"]["us"] > 0
        assert share["statements"][0]["text"] == "SELECT id, randomnumber FROM world WHERE id = $1"
        assert share["sent"] > 20 * share["reads"]
        assert share["received"] > 20 * share["reads"]
    page = place.page.read_text()
    assert "reads the database 2.00 times per answer, and the scenario asks for 1 (N+1)" in page
    assert page.count("(N+1)") == 1


def test_where_a_request_waits_adds_up_to_the_response_time(explanation: tuple[Place, Ended]) -> None:
    place, ended = explanation
    [folder] = [folder for folder in place.results.iterdir() if (folder / "campaign.json").exists()]
    profiles, _ = ResultsFolder.open(folder).read_profiles()
    dear, bare = ({where: one["us"] for where, one in cell["residence"].items()} for cell in ended.json["cells"])
    assert sum(dear.values()) > sum(bare.values()), "64 connections wait for a server that is slower"
    for residence, cell in zip((dear, bare), ended.json["cells"], strict=True):
        own = [one for one in profiles if one.cell == cell["cell"] and one.block < cell["blocks"]]
        found = [residence_of(one) for one in own]
        assert residence["work"] == pytest.approx(mean(one["work"] for one in found))
        # Only where looks at the sockets of a busy machine find nearly all requests elsewhere is it less than the CPU.
        for block, one in zip(found, own, strict=True):
            assert block["work"] == pytest.approx(one.cpu_us) or block["inside"] == 0
        assert residence["database"] <= cell["database"]["executing"]["us"] * (1 + 1e-6)
        assert residence["inside"] + residence["socket"] > 10 * residence["work"], "all others are served first"
        assert min(residence.values()) >= 0


def test_the_page_shows_it_with_flame_graphs_and_as_finished(
    explanation: tuple[Place, Ended],
) -> None:
    place, ended = explanation
    page = place.page.read_text()
    assert "µs more CPU time per request than Bare WSGI callable on gunicorn-gthread on One database row" in page
    assert "nterrupted" not in page
    assert "where a request" in page.lower()
    flames = sorted((place.page.parent / "flames").glob("*.svg"))
    assert len(flames) == 3
    assert all("turn (json/__init__.py" in flames[at].read_text() for at in (0, 2))
    assert place.ranking["explanations"]["db"]["differences"][0]["total"]["us"] > 0
    assert "The report:" in ended.err


def test_asked_again_it_adds_blocks_to_the_same_campaign(explanation: tuple[Place, Ended]) -> None:
    place, before = explanation
    dear = place.folder / "dear"
    again = place.run(
        *(
            "explain",
            "raw-wsgi",
            *place.folders(),
            *given(dear),
            *BRIEFLY,
            "--quiet",
        )
    )
    assert again.code == 0, again
    [campaign] = [folder for folder in place.results.iterdir() if (folder / "campaign.json").exists()]
    profiles = [json.loads(line) for line in (campaign / "profiles.jsonl").read_text().splitlines()]
    assert [cell["cell"] for cell in again.json["cells"]] == [before.json["cells"][1]["cell"]]
    own = [one["block"] for one in profiles if one["cell"] == again.json["cells"][0]["cell"]]
    assert len(own) == len(set(own)) >= 3
    assert again.json["cells"][0]["blocks"] == len(own)


def test_a_server_that_answers_wrongly_is_named_and_leaves_no_campaign_behind(place: Place) -> None:
    root = Path(__file__).parents[2]
    wrong = changed(root / "apps" / "raw-asgi", place.folder, "wrong", '"Hello, World!"})', '"Hello!"})')
    ended = place.run("explain", "wrong", *place.folders(), *given(wrong), *ASLEEP)
    assert ended.code == 3, ended
    assert "body-differs" in ended.err
    assert not list(place.results.iterdir())
