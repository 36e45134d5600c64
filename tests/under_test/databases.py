"""Looking into a database of either kind, past whatever the harness says of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from harness.under_test.services.postgresql_programs import Programs, installed


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any] | sqlite3.Connection]:
    """A connection in autocommit, as an application may hold one."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(urlsplit(url).path, isolation_level=None)) as connection:
            yield connection
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement gives; writing statements give nothing."""
    with connected(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def real_programs() -> Programs:
    return next(installed())


def programs_that(folder: Path, postgres: str) -> Programs:
    """PostgreSQL programs whose `postgres` is a shell script; `$REAL` in it is the real one."""
    real = real_programs().folder
    folder.mkdir()
    scripts = {"initdb": 'exec "$REAL_INITDB" "$@"', "postgres": postgres}
    for name, body in scripts.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\nREAL={real / 'postgres'}\nREAL_INITDB={real / 'initdb'}\n{body}\n")
        script.chmod(0o755)
    return Programs("a wrapper", folder, ())
