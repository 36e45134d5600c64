"""Several numbers of workers and threads, and several interpreters, in one campaign."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.measure.interpreter import describe
from harness.model.errors import EnvironmentRefused
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Place
from tests.report.dom import parse

SHORT = ("--quick", "--rotations", "300ms", "--scenario", "json")


def test_each_number_of_workers_with_each_number_of_threads_is_a_configuration(place: Place) -> None:
    axes = ("--server-workers", "1,2", "--threads", "1,4")
    ended = place.measure("--only", "raw-wsgi", *SHORT, *axes)
    assert ended.code == 0, ended
    record = place.campaign.read_record()
    planned = {(cell.workers, cell.threads): cell.id for cell in record.plan.cells if not cell.twin}
    assert planned.keys() == {(1, 1), (1, 4), (2, 1), (2, 4)}
    ranking = place.ranking
    assert {row["cell"] for row in ranking["scenarios"]["json"]} == set(planned.values())
    assert {(one["setting"], one["cell"], one["base"]) for one in ranking["settings"]} == {
        ("workers", planned[2, 1], planned[1, 1]),
        ("workers", planned[2, 4], planned[1, 4]),
        ("threads", planned[1, 4], planned[1, 1]),
        ("threads", planned[2, 4], planned[2, 1]),
    }
    for (workers, threads), cell in planned.items():
        assert f"--workers {workers} " in (command := " ".join(record.cells[cell].command))
        assert command.endswith(f"--threads {threads}")
    page = " ".join(parse(place.page.read_text()).text.split())
    for settings in ("1 worker, 1 thread", "1 worker, 4 threads", "2 workers, 1 thread", "2 workers, 4 threads"):
        assert f"Bare WSGI callable on gunicorn-gthread ({settings})" in page
        assert settings in ended.out
    again = place.run("run", "--plan", "--resume", place.campaign.path)
    assert again.code == 0, again


def other_pythons() -> Iterator[Path]:
    """Interpreters of this machine beside our own that the harness can use."""
    names = [f"python3.{minor}" for minor in range(11, 16)]
    found = [Path(path) for name in names if (path := shutil.which(name))]
    found += sorted(Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob("versions/*/bin/python3"))
    ours = describe(Path(sys.executable))
    for python in found:
        try:
            if describe(python).label != ours.label:
                yield python
        except EnvironmentRefused:
            continue


def test_an_application_runs_on_each_interpreter_and_one_that_is_not_there_is_left_out(place: Place) -> None:
    other = next(other_pythons(), None)
    if other is None:
        pytest.skip("this machine has one usable Python alone")
    pythons = ("--python", sys.executable, "--python", other, "--python", "/nowhere/python")
    ended = place.measure(*given(shop(place.folder, "shop")), "--only", "shop", *SHORT, *pythons)
    assert ended.code == 0, ended
    assert "/nowhere/python is left out: there is no such interpreter" in ended.err
    record = place.campaign.read_record()
    labels = [describe(Path(sys.executable)).label, describe(other).label]
    assert [one.label for one in record.interpreters] == labels
    assert [cell.interpreter for cell in record.plan.cells if not cell.twin] == labels
    assert len(record.cells) == len(record.plan.cells)
    (effect,) = place.ranking["settings"]
    assert effect["setting"] == "interpreter"
    assert "instead of" in ended.out
