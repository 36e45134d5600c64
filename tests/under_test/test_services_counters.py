"""PostgreSQL's statement counters: what they are taken to mean, and where they cannot be had."""

import os
from pathlib import Path

import psycopg
import pytest

from harness.under_test.services import Wanted, provision
from harness.under_test.services.live import Counts
from harness.under_test.services.postgresql import private
from harness.under_test.services.postgresql_counters import by_text, sum_up
from harness.under_test.services.postgresql_programs import WAYS, as_ourselves
from tests.under_test.databases import programs_that, rows


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id, randomnumber FROM world WHERE id = $1",
        'SELECT "world"."id", "world"."randomnumber" FROM "world" WHERE "world"."id" = $1 LIMIT $2',
        "/* a comment that says update world set */ select * from World where id = $1",
        "SELECT randomnumber FROM world WHERE id = $1 FOR UPDATE",
        "WITH one AS (SELECT $1::int AS id) SELECT world.* FROM world JOIN one USING (id)",
        "SELECT id, message FROM fortune -- all of them",
    ],
)
def test_statements_that_read_the_tables_are_counted_with_their_rows(text: str) -> None:
    assert sum_up(by_text([(text, 3, 5, 0.5)])) == Counts(3, 5, 0)


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE world SET randomnumber = $1 WHERE id = $2",
        'UPDATE "world" SET "randomnumber" = CASE WHEN ("world"."id" = $1) THEN $2 END WHERE "world"."id" IN ($3)',
        "UPDATE world AS w SET randomnumber = v.n FROM (VALUES ($1, $2)) AS v (id, n) WHERE w.id = v.id",
        "UPDATE world w\nSET randomnumber = d.n FROM (SELECT unnest($1) AS id, unnest($2) AS n) d WHERE w.id = d.id",
        "WITH v AS (SELECT id FROM world) UPDATE world SET randomnumber = $2 FROM v WHERE v.id = world.id",
        "INSERT INTO world (id, randomnumber) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET randomnumber = $2",
        "MERGE INTO world USING other ON other.id = world.id WHEN MATCHED THEN UPDATE SET randomnumber = other.n",
        "COPY world (id, randomnumber) FROM STDIN",
    ],
)
def test_rows_of_statements_that_write_the_tables_are_written(text: str) -> None:
    assert sum_up(by_text([(text, 3, 5, 0.5)])) == Counts(0, 0, 5)


@pytest.mark.parametrize("text", ["SELECT 1", "BEGIN", "COMMIT", "SELECT * FROM pg_type", "VACUUM world", None])
def test_other_statements_do_not_count(text: str | None) -> None:
    assert sum_up(by_text([(text, 3, 5, 0.5)])) == Counts(0, 0, 0)


def test_the_rows_of_a_cursor_are_those_it_was_fetched() -> None:
    declared = "DECLARE c CURSOR FOR SELECT id, message FROM fortune"
    assert sum_up(by_text([(declared, 1, 0, 0.5), ("FETCH FORWARD $1 FROM c", 1, 12, 0.5)])) == Counts(1, 12, 0)


def test_a_server_that_counts_tells_what_was_asked_of_the_tables(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=5, counting=True) as live:
        assert live.facts.settings["shared_preload_libraries"] == "pg_stat_statements"
        assert live.count is not None
        before, url = live.count(), live.namespace("a cell").url
        before = live.count()
        with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
            for row in (1, 2, 3):
                connection.execute("SELECT id, randomnumber FROM world WHERE id = %s", (row,)).fetchone()
            connection.execute("SELECT id, message FROM fortune").fetchall()
            connection.execute("UPDATE world SET randomnumber = 1 WHERE id IN (7, 8)")
            connection.execute("SELECT 1")
        assert live.count().since(before) == Counts(reads=4, rows_read=15, rows_written=2)


def test_a_server_that_was_not_asked_to_count_has_no_counters_loaded(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=5) as live:
        assert (live.count, live.uncounted) == (None, "")
        assert rows(live.url, "SHOW shared_preload_libraries") == [("",)]


def test_sqlite_says_that_it_counts_nothing(tmp_path: Path) -> None:
    with provision("sqlite", tmp_path, max_connections=5, counting=True) as live:
        assert (live.count, live.uncounted) == (None, "SQLite counts no statements")


def test_programs_without_the_library_serve_without_counters_and_say_so(tmp_path: Path) -> None:
    refuses = """
        case "$*" in *pg_stat_statements*) echo 'FATAL:  could not access file "pg_stat_statements"' >&2; exit 1;; esac
        exec "$REAL" "$@"
    """
    ways = [way for way in WAYS if way is not as_ourselves] if os.geteuid() == 0 else [as_ourselves]
    wanted = Wanted(tmp_path, max_connections=5, counting=True)
    with private(wanted, candidates=[programs_that(tmp_path / "bin", refuses)], ways=ways) as live:
        assert live.count is None
        assert "pg_stat_statements" in live.uncounted
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]


def test_a_given_server_is_asked_and_not_changed(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path / "theirs", max_connections=60) as theirs:
        given = theirs.url.partition("?")[0]
        with provision("postgresql", tmp_path / "ours", url=given, max_connections=5, counting=True) as live:
            assert live.count is None
            assert "has no extension pg_stat_statements" in live.uncounted
        rows(given, "CREATE EXTENSION pg_stat_statements")  # its library is not loaded
        with provision("postgresql", tmp_path / "ours", url=given, max_connections=5, counting=True) as live:
            assert live.count is None
            assert "must be loaded" in live.uncounted


def test_a_given_server_that_counts_is_counted_by(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path / "theirs", max_connections=60, counting=True) as theirs:
        given = theirs.url.partition("?")[0]
        with provision("postgresql", tmp_path / "ours", url=given, max_connections=5, counting=True) as live:
            assert live.count is not None
            url, before = live.namespace("a cell").url, live.count()
            rows(url, "SELECT * FROM fortune")
            assert live.count().since(before) == Counts(1, 12, 0)
        rows(given, "ALTER SYSTEM SET pg_stat_statements.track = 'none'")
        rows(given, "SELECT pg_reload_conf()")
        with provision("postgresql", tmp_path / "ours", url=given, max_connections=5, counting=True) as live:
            assert (live.count, live.uncounted) == (None, "pg_stat_statements did not count a statement of our own")
