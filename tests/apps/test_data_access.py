"""The shared data access of the controlled tier, in processes of its own, on both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from harness.model.cell import DatabaseKind
from harness.model.dataset import worlds
from harness.target.services import provision

APPS = Path(__file__).parents[2] / "apps"
PROGRAMS = Path(__file__).parent / "programs"
POOL_SIZE = 3


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kind: DatabaseKind = request.param
    with provision(kind, tmp_path_factory.mktemp(kind), max_connections=40) as live:
        yield live.url


@contextmanager
def running(program: str, url: str) -> Iterator[tuple[subprocess.Popen[str], list[dict[str, int]]]]:
    """A program of this folder, and the rows it read."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(APPS / "_shared"),
        "DATABASE_URL": url,
        "HARNESS_POOL_SIZE": str(POOL_SIZE),
    }
    argv = [sys.executable, str(PROGRAMS / program)]
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


def test_without_a_database_the_module_can_be_imported_and_the_query_says_what_is_missing() -> None:
    code = "from harness_data import sync, asynchronous\nsync.random_world()"
    environment = {"PYTHONPATH": str(APPS / "_shared")}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "RuntimeError: DATABASE_URL must be postgresql://... or sqlite:///absolute/path" in ended.stderr
