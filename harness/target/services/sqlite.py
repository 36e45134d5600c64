"""SQLite: a file in the working folder, shared by all workers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from harness.model.campaign import ServiceFacts
from harness.target.folders import private_folder
from harness.target.services.live import LiveService, Wanted
from harness.target.services.seeding import A_SEEDED_ROW, check_seeded, seed_sqlite

TOLD: Final = ("journal_mode", "page_size", "encoding")
"""Settings that live in the file; `synchronous`, `cache_size` and the like are each connection's own."""


@contextmanager
def provision(wanted: Wanted) -> Iterator[LiveService]:
    """A fresh folder of files, one a namespace, removed at the end."""
    with private_folder(wanted.workdir, "sqlite") as folder:
        files = Files(folder)
        url = files.url_of("main")
        yield LiveService("sqlite", url, files.facts(), None, files.url_of, files.settle)


class Files:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Path] = {}

    def url_of(self, name: str) -> str:
        """The namespace's url; its file is made and read back when first asked for."""
        if name not in self._made:
            path = self._folder / f"{len(self._made)}.sqlite3"
            seed_sqlite(path)
            with closing(sqlite3.connect(path)) as connection:
                check_seeded(connection.execute(A_SEEDED_ROW).fetchone())
            self._made[name] = path
        return f"sqlite:///{self._made[name]}"

    def settle(self) -> None:
        for path in self._made.values():
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("ANALYZE")

    def facts(self) -> ServiceFacts:
        """The version is that of the library that wrote the file; each application reads it with its interpreter's."""
        with closing(sqlite3.connect(next(iter(self._made.values())))) as connection:
            settings = {name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in TOLD}
        return ServiceFacts(
            name="SQLite", version=sqlite3.sqlite_version, source="the harness's own library", settings=settings
        )
