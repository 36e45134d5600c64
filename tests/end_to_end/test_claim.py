"""A claim put to the test with a campaign that was really measured, references outside Python among its cells."""

import shlex
from pathlib import Path

import pytest

from harness.catalog.applications import find_applications
from harness.catalog.scenarios import find_scenarios
from harness.under_test.launch.programs import absent
from harness.under_test.launch.servers import SERVERS
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = pytest.mark.xdist_group("claim")

ROOT = Path(__file__).parents[2]
ASKED = ("raw-asgi", "raw-wsgi", "fastapi", "django", "rails", "nginx")


@pytest.fixture(scope="module")
def installed() -> set[str]:
    """Applications whose programs are there."""
    found = find_applications(
        ROOT / "apps",
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=[scenario.id for scenario in find_scenarios(ROOT / "scenarios")],
    )
    return {one.id for one in found if absent(one.manifest) is None}


@pytest.fixture(scope="module")
def measured(once: Once) -> tuple[Place, Ended]:
    only = [part for app in ASKED for part in ("--only", app)]
    short = ("--scenario", "json", "--latency", "none", "--continuous", "none", "--blocks", 2, "--rotations", "300ms")
    return once("claim", lambda place: place.measure(*only, *short, "--json"))


def test_references_are_measured_where_they_are_installed_and_are_no_failure(
    measured: tuple[Place, Ended], installed: set[str]
) -> None:
    place, ended = measured
    assert ended.code == 0, ended
    rows = {row["app"]: row for row in ended.json["scenarios"]["json"]}
    assert set(rows) == set(ASKED) & installed
    record = place.campaign.read_record()
    for app in {"rails", "nginx"} & installed:
        assert (rows[app]["league"], rows[app]["rank_low"], rows[app]["tie_groups"]) == ("reference", None, [])
        (facts,) = [facts for cell, facts in record.cells.items() if cell.startswith(f"{app}.own.")]
        assert facts.programs[app]
        assert facts.programs[app] in place.page.read_text()
        assert str(place.folder) not in " ".join(facts.command)
    assert {row["rank_low"] for app, row in rows.items() if app not in ("rails", "nginx")} >= {1}


def test_the_claim_is_answered_pair_by_pair_and_the_page_says_the_same(measured: tuple[Place, Ended]) -> None:
    place, _ = measured
    told = place.run("claim", place.results / "latest", "--scenario", "json", "--json")
    assert told.code == 6, told
    controlled = told.json["tiers"][0]
    pairs = {(pair["first"], pair["second"]): pair for pair in controlled["pairs"]}
    assert pairs["fastapi", "django"]["ratio"] > 1
    assert pairs["fastapi", "django"]["low"] < pairs["fastapi", "django"]["ratio"] < pairs["fastapi", "django"]["high"]
    assert pairs["fastapi", "flask"]["reason"] == "Flask: not in this campaign"
    cells = {cell["subject"]: cell for cell in controlled["cells"]}
    assert cells["django"]["server_cpu_us"] > cells["fastapi"]["server_cpu_us"] > 0
    assert cells["fastapi"]["framework_us"] > 0
    (exported,) = place.ranking["claims"]
    assert exported["tiers"] == told.json["tiers"]


def test_the_line_that_would_measure_what_is_missing_can_be_given(
    measured: tuple[Place, Ended], installed: set[str]
) -> None:
    place, _ = measured
    told = place.run("claim", place.results / "latest", "--scenario", "json")
    line = told.err.split("To measure what is missing or open: ")[1]
    planned = place.run(*shlex.split(line)[1:], "--plan", "--json")
    assert planned.code == 0, planned
    wanted = {"fastapi", "django", "flask", "rails", "fastapi-sqlalchemy", "django-orm", "flask-sqlalchemy"}
    assert {cell["app"] for cell in planned.json["cells"]} == (wanted & installed) | {"raw-asgi", "raw-wsgi"}
    assert [scenario["id"] for scenario in planned.json["scenarios"]] == ["json"]
