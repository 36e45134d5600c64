"""SQLite: a file in the working folder, shared by all workers."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from harness.model.asked.dataset import worlds
from harness.model.measured.campaign import ServiceFacts
from harness.process.folders import private_folder
from harness.under_test.services.live import LiveService, Namespace, Wanted
from harness.under_test.services.seeding import (
    A_SEEDED_ROW,
    LOCKED_S,
    NUMBERS,
    check_seeded,
    rows_stay_locked,
    seed_sqlite,
)

TOLD: Final = ("journal_mode", "page_size", "encoding")
"""Settings that live in the file; `synchronous`, `cache_size` and the like are each connection's own."""


@contextmanager
def provision(wanted: Wanted) -> Iterator[LiveService]:
    """A fresh folder of files, one a namespace, removed at the end."""
    with private_folder(wanted.workdir, "sqlite") as folder:
        files = Files(folder)
        main = files.namespace("main")
        yield LiveService(
            kind="sqlite",
            url=main.url,
            facts=files.facts(),
            process=None,
            namespace=files.namespace,
            settle=files.settle,
            uncounted="SQLite counts no statements",
            tables_uncounted="SQLite has no counters of its tables",
            gone=files.gone,
        )


class Files:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Path] = {}

    def namespace(self, name: str) -> Namespace:
        """A file of its own, made and read back when first asked for."""
        if name not in self._made:
            path = self._folder / f"{len(self._made)}.sqlite3"
            seed_sqlite(path)
            with closing(sqlite3.connect(path)) as connection:
                check_seeded(connection.execute(A_SEEDED_ROW).fetchone())
            self._made[name] = path
        path = self._made[name]
        return Namespace(f"sqlite:///{path}", partial(_numbers, path), partial(_restore, path))

    def settle(self) -> None:
        for path in self._made.values():
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                _settle(connection)

    def gone(self) -> str:
        """Which of the files are no longer there; empty while all are."""
        missing = [str(path) for path in self._made.values() if not path.exists()]
        return f"its files were removed: {', '.join(missing)}" if missing else ""

    def facts(self) -> ServiceFacts:
        """The version is that of the library that wrote the file; each application reads it with its interpreter's."""
        with closing(sqlite3.connect(next(iter(self._made.values())))) as connection:
            settings = {name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in TOLD}
        return ServiceFacts(
            name="SQLite", version=sqlite3.sqlite_version, source="the harness's own library", settings=settings
        )


def _numbers(path: Path) -> Mapping[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute(NUMBERS).fetchall())


def _restore(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=LOCKED_S)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            raise rows_stay_locked() from fault
        statement = "UPDATE world SET randomnumber = :number WHERE id = :id AND randomnumber <> :number"
        connection.executemany(statement, ({"id": row, "number": number} for row, number in worlds()))
        connection.execute("COMMIT")
        _settle(connection)


def _settle(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("ANALYZE")
