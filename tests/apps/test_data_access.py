"""The shared data access of the controlled tier, in processes of its own, on both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from harness.model.asked.cell import DatabaseKind
from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, fortunes, worlds
from harness.under_test.services import LiveService, provision

APPS = Path(__file__).parents[2] / "apps"
PROGRAMS = Path(__file__).parent / "programs"
POOL_SIZE = 3


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    kind: DatabaseKind = request.param
    with provision(kind, tmp_path_factory.mktemp(kind), max_connections=40) as live:
        yield live


@pytest.fixture
def database(service: LiveService) -> str:
    return service.url


@contextmanager
def running(program: str, url: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """A program of this folder, and what it read."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(APPS / "_shared"),
        "DATABASE_URL": url,
        "HARNESS_POOL_SIZE": str(POOL_SIZE),
    }
    argv = [sys.executable, str(PROGRAMS / program), *arguments]
    with subprocess.Popen(
        argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield process, json.loads(line or "[]")
        finally:
            _, complaints = process.communicate(timeout=60)
            assert complaints == ""
            assert process.returncode == 0


def connections(process: subprocess.Popen[str], url: str) -> int:
    """How many connections to the database the process holds open."""
    if url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///")
        return sum(opened.path == path for opened in psutil.Process(process.pid).open_files())
    with psycopg.connect(url) as own:
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        (count,) = own.execute(others).fetchone() or (0,)
        return int(count)


def seeded(row: dict[str, int]) -> bool:
    return row == {"id": row["id"], "randomNumber": worlds()[row["id"] - 1].random_number}


@pytest.mark.parametrize("program", ["many_threads.py", "many_tasks.py"])
def test_rows_are_the_seeded_ones_and_no_more_connections_are_opened_than_granted(program: str, database: str) -> None:
    with running(program, database) as (process, rows):
        assert len(rows) == 240
        assert all(seeded(row) for row in rows)
        assert len({row["id"] for row in rows}) > 200, "random ids are spread"
        opened = connections(process, database)
        # SQLite's are opened when they are first needed: on a busy machine one thread may have done all the work.
        assert opened == POOL_SIZE or (database.startswith("sqlite:") and 0 < opened < POOL_SIZE)


def test_workers_forked_after_the_import_open_connections_of_their_own(database: str) -> None:
    with running("forked_workers.py", database) as (_, rows):
        assert len(rows) == 60
        assert all(seeded(row) for row in rows)
        assert len({row["id"] for row in rows}) > 30, "each worker draws ids of its own"


@pytest.mark.parametrize("module", ["sync", "asynchronous"])
def test_every_function_answers_many_at_once_as_the_contract_says(module: str, service: LiveService) -> None:
    tables = service.namespace(f"every function of {module}")
    with running("every_function.py", tables.url, module) as (_, told):
        stored = tables.numbers()
    for function, n in (("cached_worlds", 30), ("random_worlds", 20)):
        assert [len(rows) for rows in told[function]] == [n] * 12
        assert all(seeded(row) for rows in told[function] for row in rows)
        assert len({row["id"] for rows in told[function] for row in rows}) > 200, "random ids are spread"
    right = sorted((*fortunes(), Fortune(0, ADDED_FORTUNE)), key=lambda fortune: fortune.message)
    assert [[tuple(fortune) for fortune in page] for page in told["fortunes"]] == [right] * 12
    last: dict[int, set[int]] = {}
    for rows in told["updated_worlds"]:
        assert len({row["id"] for row in rows}) == 500, "the rows of one answer are different ones"
        for row in rows:
            last.setdefault(row["id"], set()).add(row["randomNumber"])
    assert all(stored[row] in numbers for row, numbers in last.items()), "what was told was written"
    assert all(number == worlds()[row - 1].random_number for row, number in stored.items() if row not in last)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (None, 1),
        ("", 1),
        ("foo", 1),
        ("1.5", 1),
        ("-7", 1),
        ("0", 1),
        ("1", 1),
        ("20", 20),
        ("500", 500),
        ("501", 500),
        ("9" * 40, 500),
    ],
)
def test_a_parameter_asks_for_1_to_500_rows(text: str | None, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(APPS / "_shared")
    assert import_module("harness_data").row_count(text) == rows


def test_without_a_database_the_module_can_be_imported_and_the_query_says_what_is_missing() -> None:
    code = "from harness_data import sync, asynchronous\nsync.random_world()"
    environment = {"PYTHONPATH": str(APPS / "_shared")}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "RuntimeError: DATABASE_URL must be postgresql://... or sqlite:///absolute/path" in ended.stderr
