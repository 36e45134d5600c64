"""Workers, threads and interpreters make cells: each value with each of the others, as far as servers can."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from harness.campaign.cells.services import most_connections
from harness.campaign.plan.cells import (
    Axes,
    Choice,
    cells_of,
    reference_of,
    short_of_workers,
    without_option,
    without_python,
)
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.session.resume import differences
from harness.cli.run.plans import wanted_options
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell, change, labels, short_names
from harness.model.asked.cell import differences as told_apart
from harness.model.errors import EnvironmentRefused, UsageError
from harness.store.folder import ResultsFolder

PROJECT = Project(Path(__file__).parents[2])
PYTHON, FREE = "cpython-3.12.1", "cpython-3.13.0t"
SERVERS = ("gunicorn-gthread", "gunicorn-sync", "waitress")
TWO_AXES = RunOptions(
    selection=Selection(only=("raw-wsgi", "raw-asgi"), servers=("gunicorn-gthread", "waitress", "uvicorn")),
    platform=PlatformOptions(database="sqlite", server_workers=(1, 2), threads=(1, 4), pools=(24,)),
    seed=1,
)


def shop(language: str = "python") -> AppManifest:
    given = {"id": "shop", "title": "Shop", "targets": {"wsgi": "app:app"}, "servers": SERVERS, "scenarios": ("json",)}
    return AppManifest.model_validate(given | {"language": language})


def made(choices: Sequence[Choice], axes: Axes) -> list[tuple[str, int, int | None, str]]:
    cells = cells_of(choices, axes, database="none")
    return [(cell.server, cell.workers, cell.threads, cell.interpreter) for cell in cells]


def a_cell(**settings: object) -> Cell:
    given = {"app": "shop", "server": "waitress", "workers": 1, "database": "none", "interpreter": PYTHON}
    return Cell.model_validate(given | settings)


def test_each_value_of_a_setting_meets_each_of_the_others() -> None:
    found = made([Choice(shop(), "gunicorn-gthread")], Axes((2, 1), (PYTHON, FREE), (8, 1)))
    assert found == [
        ("gunicorn-gthread", workers, threads, python)
        for workers in (1, 2)
        for threads in (1, 8)
        for python in (PYTHON, FREE)
    ]


def test_without_a_number_of_threads_cells_are_as_they_ever_were() -> None:
    (cell,) = cells_of([Choice(shop(), "gunicorn-gthread")], Axes((2,), (PYTHON,)), database="none")
    assert cell.id == f"shop.gunicorn-gthread.w2.none.{PYTHON}"


def test_what_a_server_cannot_run_is_left_out_and_said_once_for_each_server() -> None:
    wanted = Axes((1, 2, 4), (PYTHON,), (1, 8))
    cells = cells_of([Choice(shop(), server) for server in SERVERS], wanted, database="none")
    settings = {server: [(c.workers, c.threads) for c in cells if c.server == server] for server in SERVERS}
    assert len(settings["gunicorn-gthread"]) == 6
    assert settings["gunicorn-sync"] == [(1, None), (2, None), (4, None)]
    assert settings["waitress"] == [(1, 1), (1, 8)]
    (fewer,), (threads,) = short_of_workers(cells, wanted.workers), without_option(cells, wanted)
    assert fewer.seen.startswith("waitress runs 1 worker process where others run 1, 2 and 4")
    assert threads.seen.startswith("gunicorn-sync has no option for its threads: it is not measured with 1 and 8")
    assert without_option(cells, Axes((1,), (PYTHON,))) == ()


def test_runtime_threads_are_an_axis_of_the_servers_that_have_an_option_for_them() -> None:
    application = shop().model_copy(update={"servers": ("granian-wsgi", "granian-asgi", "gunicorn-gthread")})
    wanted = Axes((1,), (PYTHON,), threads=(1, 8), runtime_threads=(2, 1))
    cells = cells_of([Choice(application, server) for server in application.servers], wanted, database="none")
    assert [(cell.server, cell.threads, cell.runtime_threads) for cell in cells] == [
        ("granian-asgi", None, 1),
        ("granian-asgi", None, 2),
        ("granian-wsgi", 1, 1),
        ("granian-wsgi", 1, 2),
        ("granian-wsgi", 8, 1),
        ("granian-wsgi", 8, 2),
        ("gunicorn-gthread", 1, None),
        ("gunicorn-gthread", 8, None),
    ]
    assert cells[3].id == f"shop.granian-wsgi.w1.t1.r2.none.{PYTHON}"
    assert labels(cells)[cells[3].id] == "shop on granian-wsgi (1 thread, 2 runtime threads)"
    assert change(cells[3], cells[2], "runtime_threads") == "2 runtime threads instead of 1"
    threads, runtime = without_option(cells, wanted)
    assert (threads.code, runtime.code) == ("no-threads", "no-runtime-threads")
    assert threads.seen.startswith("granian-asgi has no option for its threads: it is not measured with 1 and 8")
    assert runtime.seen.startswith("gunicorn-gthread has no option for its runtime threads: it is not measured with 1")


def test_a_server_is_left_out_on_interpreters_that_it_cannot_be_installed_for() -> None:
    new, choice = "cpython-3.14.1t-2", Choice(shop(), "bengal-pounce")
    assert [cell.interpreter for cell in cells_of([choice], Axes((1,), (PYTHON, new)), database="none")] == [new]
    assert cells_of([choice], Axes((1,), (PYTHON,)), database="none") == ()
    (notice,) = without_python([choice, Choice(shop(), "waitress")], [PYTHON, new])
    assert notice.seen == f"bengal-pounce needs Python >=3.14, which {PYTHON} is not: it is left out there"
    with pytest.raises(EnvironmentRefused, match=r"bengal-pounce needs Python >=3\.14"):
        cells_of([replace(choice, interpreter=PYTHON)], Axes((1,), (PYTHON, new)), database="none")


def test_what_no_interpreter_here_can_run_is_refused_and_the_rest_measured() -> None:
    if sys.version_info >= (3, 14):
        pytest.skip("it can")
    only = {"only": ("raw-asgi", "flask"), "scenarios": ("json",)}
    some = prepare(PROJECT, RunOptions(selection=Selection(**only, servers=("bengal-pounce", "bjoern"))))
    assert {cell.server for cell in some.record.plan.cells} == {"bjoern"}
    assert set(some.record.applications) == {"flask"}
    assert "server-skipped" in {notice.code for notice in some.record.notices}
    with pytest.raises(EnvironmentRefused, match="bengal-pounce needs Python"):
        prepare(PROJECT, RunOptions(selection=Selection(only=("raw-asgi",), servers=("bengal-pounce",))))


def test_each_size_of_the_pool_meets_each_other_setting_and_is_in_the_name() -> None:
    cells = cells_of(
        [Choice(shop(), "gunicorn-gthread")], Axes((2, 1), (PYTHON,), (8,), pools=(16, 4)), database="sqlite"
    )
    assert [(cell.workers, cell.pool) for cell in cells] == [(1, 4), (1, 16), (2, 4), (2, 16)]
    assert cells[0].id == f"shop.gunicorn-gthread.w1.t8.p4.sqlite.{PYTHON}"
    assert labels(cells)[cells[3].id] == "shop on gunicorn-gthread (2 workers, pool of 16)"


def test_an_application_in_another_language_runs_beside_one_interpreter() -> None:
    assert len(made([Choice(shop("ruby"), "waitress")], Axes((1,), (PYTHON, FREE)))) == 1


def test_a_choice_with_settings_of_its_own_keeps_them() -> None:
    choices = [Choice(shop(), "gunicorn-gthread", workers=3), Choice(shop(), "gunicorn-gthread", threads=5)]
    choices += [Choice(shop(), "gunicorn-gthread", interpreter=FREE)]
    assert made(choices, Axes((1,), (PYTHON, FREE))) == [
        ("gunicorn-gthread", 3, None, PYTHON),
        ("gunicorn-gthread", 3, None, FREE),
        ("gunicorn-gthread", 1, 5, PYTHON),
        ("gunicorn-gthread", 1, 5, FREE),
        ("gunicorn-gthread", 1, None, FREE),
    ]
    with pytest.raises(UsageError, match=f"shop is to run on {FREE}; the interpreters here are {PYTHON}"):
        made([Choice(shop(), "waitress", interpreter=FREE)], Axes((1,), (PYTHON,)))


def test_an_id_always_holds_the_threads_and_a_label_what_differs_in_its_campaign() -> None:
    one, other, twin = a_cell(threads=1), a_cell(threads=8), a_cell(threads=1, twin=1)
    assert one.id == f"shop.waitress.w1.t1.none.{PYTHON}"
    assert twin.id == f"{one.id}.twin1"
    assert set(labels([one]).values()) == {"shop on waitress"}
    assert list(labels([one, other]).values()) == ["shop on waitress (1 thread)", "shop on waitress (8 threads)"]
    assert told_apart([one, other, twin])[twin.id] == "1 thread, twin 1"
    several = [a_cell(workers=1), a_cell(workers=2, interpreter=FREE)]
    assert list(told_apart(several).values()) == ["1 worker, Python 3.12.1", "2 workers, Python 3.13.0t"]
    with pytest.raises(ValidationError):
        a_cell(threads=0)


def test_a_cell_of_an_older_record_is_the_one_it_was() -> None:
    old = '{"app":"shop","server":"waitress","workers":1,"database":"none","interpreter":"cpython-3.12.1","twin":0}'
    assert Cell.model_validate_json(old).id == "shop.waitress.w1.none.cpython-3.12.1"


def test_of_several_settings_the_reference_is_the_first_or_the_one_with_the_id() -> None:
    one, other, alone = a_cell(threads=1), a_cell(threads=8), a_cell(app="bare")
    assert reference_of([one, other], "shop@waitress") == one
    assert reference_of([one, other], other.id) == other
    assert list(short_names([one, other, alone]).values()) == [one.id, other.id, "bare@waitress"]
    with pytest.raises(UsageError, match="not among the cells") as refused:
        reference_of([one, other], "nobody")
    assert other.id in refused.value.mend


def test_a_plan_says_what_was_asked_and_makes_itself_again(tmp_path: Path) -> None:
    first = prepare(PROJECT, TWO_AXES)
    plan = first.record.plan
    assert (plan.workers, plan.threads, plan.pool_size) == ((1, 2), (1, 4), 24)
    cells = [(cell.app, cell.server, cell.workers, cell.threads) for cell in plan.cells if not cell.twin]
    assert cells == [
        ("raw-asgi", "uvicorn", 1, None),
        ("raw-asgi", "uvicorn", 2, None),
        *(("raw-wsgi", "gunicorn-gthread", workers, threads) for workers in (1, 2) for threads in (1, 4)),
        ("raw-wsgi", "waitress", 1, 1),
        ("raw-wsgi", "waitress", 1, 4),
    ]
    again = prepare(PROJECT, RunOptions.like(plan))
    assert again.record.plan == plan
    assert list(differences(first.record, again.record)) == []
    ResultsFolder.create(tmp_path / "one").write_record(first.record)
    assert prepare(PROJECT, wanted_options(tmp_path / "one", RunOptions())).record.plan == plan


def test_several_pools_are_cells_of_their_own_in_the_plan_and_after_resuming() -> None:
    asked = TWO_AXES.model_copy(
        update={
            "selection": Selection(only=("raw-asgi",), scenarios=("db",)),
            "platform": PlatformOptions(database="sqlite", server_workers=(1, 2), pools=(1, 4)),
        }
    )
    first = prepare(PROJECT, asked)
    plan = first.record.plan
    assert plan.pools == (1, 4)
    seen = [(cell.workers, plan.pool_of(cell), plan.connections_of(cell)) for cell in plan.cells if not cell.twin]
    assert seen == [(1, 1, 1), (1, 4, 4), (2, 1, 2), (2, 4, 4)], "each worker has a connection at least"
    assert most_connections(plan) == 1 + 4 + 2 + 4 + 1, "the reference has a twin"
    again = prepare(PROJECT, RunOptions.like(plan))
    assert again.record.plan == plan
    assert list(differences(first.record, again.record)) == []
    other = prepare(
        PROJECT, RunOptions.like(plan).on(PlatformOptions(pools=(8,))).model_copy(update={"reference": None})
    )
    assert (other.record.plan.pools, other.record.plan.pool_size) == ((), 8)


def test_pools_are_no_settings_where_nothing_needs_the_database() -> None:
    asked = TWO_AXES.model_copy(
        update={
            "selection": Selection(only=("raw-asgi",), scenarios=("json",)),
            "platform": PlatformOptions(server_workers=(1,), pools=(1, 4)),
        }
    )
    record = prepare(PROJECT, asked).record
    assert record.plan.pools == ()
    (notice,) = [one for one in record.notices if one.code == "no-database"]
    assert "pools of 1 and 4 connections are not measured" in notice.seen


def test_a_reference_among_several_settings_is_the_same_after_resuming() -> None:
    plan = prepare(PROJECT, TWO_AXES).record.plan
    chosen = next(cell.id for cell in plan.cells if (cell.workers, cell.threads) == (2, 4))
    other = prepare(PROJECT, TWO_AXES.model_copy(update={"reference": chosen})).record.plan
    assert other.reference == chosen
    assert prepare(PROJECT, RunOptions.like(other)).record.plan == other


@pytest.mark.parametrize(
    ("now", "changed"),
    [(PlatformOptions(server_workers=(1, 2)), 0), (PlatformOptions(server_workers=(3,)), 1)],
)
def test_settings_that_are_given_when_resuming_hold_for_all_cells(now: PlatformOptions, changed: int) -> None:
    asked = TWO_AXES.model_copy(update={"platform": TWO_AXES.platform.model_copy(update={"threads": ()})})
    first = prepare(PROJECT, asked).record
    again = prepare(PROJECT, RunOptions.like(first.plan).on(now).model_copy(update={"reference": None})).record
    assert bool(list(differences(first, again))) == bool(changed)


def test_interpreters_that_are_gone_when_resuming_are_named() -> None:
    plan = prepare(PROJECT, TWO_AXES).record.plan
    cells = tuple(cell.model_copy(update={"interpreter": "cpython-3.99.0"}) for cell in plan.cells if not cell.twin)
    both = plan.model_copy(update={"cells": (*plan.cells, *cells)})
    with pytest.raises(UsageError, match=r"is to run on cpython-3\.99\.0; the interpreters here are") as refused:
        prepare(PROJECT, RunOptions.like(both))
    assert "--python PATH" in refused.value.mend
