"""`harness tune`, from four candidates to the command that runs the best."""

import shlex

import pytest

from tests.end_to_end.command import ASLEEP, Ended, Place
from tests.end_to_end.conftest import Once

FOUR = ("--server", "gunicorn-gthread", "--server-workers", "1,2", "--threads", "1,4")
SHORT = ("--rotations", "500ms", "--blocks", "2")


def tune(place: Place, *arguments: object) -> Ended:
    return place.run("tune", "raw-wsgi", *FOUR, *place.folders(), *ASLEEP, *SHORT, *arguments)


@pytest.fixture(scope="module")
def measured(once: Once) -> tuple[Place, Ended]:
    return once("tune", lambda place: tune(place, "--json"))


def test_the_best_are_a_tie_group_with_the_cheapest_first_and_the_command_to_run_it(
    measured: tuple[Place, Ended],
) -> None:
    _, ended = measured
    assert ended.code == 0, ended
    found = ended.json["tuned"]
    assert found["candidates"] == 4
    assert len(found["contenders"]) + len(found["gone"]) == 4
    together = [one["together"] for one in found["contenders"]]
    assert together == sorted(together)
    assert found["recommended"] == found["contenders"][0]["cell"]
    cell, command = ended.json["cells"][found["recommended"]], ended.json["command"]
    assert command[:3] == ["python", "-m", "gunicorn"]
    assert command[command.index("--workers") + 1] == str(cell["workers"])
    assert command[command.index("--threads") + 1] == str(cell["threads"])


def test_the_page_speaks_of_configurations_and_shows_the_command(measured: tuple[Place, Ended]) -> None:
    place, ended = measured
    page = place.page.read_text()
    assert "configurations of" in page
    assert 'id="tuning"' in page
    assert '<table class="lead"' not in page
    assert shlex.join(ended.json["command"]) in page
    assert "harness tune raw-wsgi" in page


def test_a_report_made_later_from_the_folder_gives_the_same_answer(measured: tuple[Place, Ended]) -> None:
    place, ended = measured
    again = place.folder / "again"
    assert place.run("report", place.results / "latest", "--out", again).code == 0
    assert ended.json["answer"] in (again / "index.html").read_text()


def test_run_does_not_resume_it_and_says_what_measures_it_again(measured: tuple[Place, Ended]) -> None:
    place, _ = measured
    ended = place.run("run", "--resume", place.results / "latest")
    assert ended.code == 2, ended
    assert "harness tune raw-wsgi" in ended.err


def test_a_plan_lists_the_candidates_and_measures_nothing(place: Place) -> None:
    ended = tune(place, "--plan")
    assert ended.code == 0, ended
    assert "4 configurations" in ended.out
    assert not place.results.exists()


def test_what_cannot_be_meant_is_refused_at_once(place: Place) -> None:
    assert "nothing is named" in place.run("tune").err
    assert "two are named" in place.run("tune", "raw-wsgi", "--target", "app:app").err
    assert "says something of a service" in place.run("tune", "raw-wsgi", "--request", "GET /").err
    assert "give --p99" in place.run("tune", "raw-wsgi", "--latency-share", "80%").err
