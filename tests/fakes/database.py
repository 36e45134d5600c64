"""The right application on a real database, and wrong ones whose answers are right: what is wrong is where they come
from, or where they go."""

import random
import sqlite3
import threading
from typing import Any
from urllib.parse import urlsplit

import psycopg

from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, worlds
from harness.under_test.services import Namespace
from tests.fakes.server import Right, Row


class Database:
    """One connection for all threads, in autocommit."""

    def __init__(self, url: str) -> None:
        self.lock = threading.RLock()
        self.on_sqlite = url.startswith("sqlite:")
        self.connection: Any
        if self.on_sqlite:
            self.connection = sqlite3.connect(urlsplit(url).path, isolation_level=None, check_same_thread=False)
        else:
            self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)

    def ask(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a statement whose parameters are written `?`."""
        with self.lock:
            cursor = self.connection.execute(self.worded(statement), parameters)
            return cursor.fetchall() if cursor.description else []

    def write(self, rows: list[Row]) -> None:
        """One batch."""
        numbers = [(row["randomNumber"], row["id"]) for row in rows]
        with self.lock:
            statement = self.worded("UPDATE world SET randomnumber = ? WHERE id = ?")
            self.connection.cursor().executemany(statement, numbers)

    def worded(self, statement: str) -> str:
        return statement if self.on_sqlite else statement.replace("?", "%s")

    def close(self) -> None:
        with self.lock:
            self.connection.close()


class RightOnDatabase(Right):
    """Reads and writes as the contract says. A wrong application overrides one thing."""

    def __init__(self, tables: Namespace) -> None:
        super().__init__()
        self.database = Database(tables.url)
        self.cache: dict[int, Row] = {}

    def close(self) -> None:
        self.database.close()

    def value(self, path: str, query: dict[str, list[str]]) -> object:
        if path == "/cached-worlds":
            return self.cached(self.row_count(query.get("count", [""])[0]))
        return super().value(path, query)

    def told(self, row: int) -> Row:
        ((number, name),) = self.database.ask("SELECT id, randomnumber FROM world WHERE id = ?", row)
        return {"id": number, "randomNumber": name}

    def updated(self, n: int) -> list[Row]:
        rows = [
            self.told(world.id) | {"randomNumber": random.randint(1, 10_000)} for world in random.sample(worlds(), n)
        ]
        self.write(rows)
        return rows

    def write(self, rows: list[Row]) -> None:
        self.database.write(rows)

    def fortunes(self) -> list[Fortune]:
        stored = [Fortune(*row) for row in self.database.ask("SELECT id, message FROM fortune")]
        return sorted((*stored, Fortune(0, ADDED_FORTUNE)), key=lambda fortune: fortune.message)

    def cached(self, n: int) -> list[Row]:
        with self.lock:
            self.fill()
        return [self.cache[random.randint(1, 10_000)] for _ in range(n)]

    def fill(self) -> None:
        if not self.cache:
            rows = self.database.ask("SELECT id, randomnumber FROM world")
            self.cache = {row: {"id": row, "randomNumber": number} for row, number in rows}


class EndsTransactionsLate(RightOnDatabase):
    """Right: what it did counts when its transaction ends, some time after the last answer was sent."""

    def __init__(self, tables: Namespace) -> None:
        super().__init__(tables)
        self.database.connection.autocommit = False
        self.over = threading.Event()
        self.ending = threading.Thread(target=self.end_transactions)
        self.ending.start()

    def end_transactions(self) -> None:
        while not self.over.wait(0.3):
            with self.database.lock:
                self.database.connection.commit()

    def close(self) -> None:
        self.over.set()
        self.ending.join()
        super().close()


class WrongOnDatabase(RightOnDatabase):
    """`code` is the fault that is found; `by_audit`: only the database's counters show it, else the table itself."""

    code: str
    scenario: str
    by_audit = True


class RowFromACache(WrongOnDatabase):
    code = "reads-missing"
    scenario = "db"

    def row(self) -> Row:
        return self.cached(1)[0]


class EveryOtherRowFromACache(RowFromACache):
    def row(self) -> Row:
        return self.cached(1)[0] if self.asked % 2 else super(WrongOnDatabase, self).row()


class RowsFromACache(WrongOnDatabase):
    code = "reads-missing"
    scenario = "queries"

    def rows(self, n: int) -> list[Row]:
        return self.cached(n)


class RowsByOneStatement(WrongOnDatabase):
    code = "reads-missing"
    scenario = "queries"

    def rows(self, n: int) -> list[Row]:
        ids = [world.id for world in random.sample(worlds(), n)]
        rows = self.database.ask(f"SELECT id, randomnumber FROM world WHERE id IN ({', '.join('?' * n)})", *ids)
        return [{"id": row, "randomNumber": number} for row, number in rows]


class ManyRowsByOneStatement(RowsByOneStatement):
    """Reads few rows one by one, and many not."""

    code = "reads-missing"

    def rows(self, n: int) -> list[Row]:
        return super().rows(n) if n > 15 else [self.row() for _ in range(n)]


class PageFromACache(WrongOnDatabase):
    code = "reads-missing"
    scenario = "fortunes"

    def fortunes(self) -> list[Fortune]:
        self.page_of: list[Fortune] = getattr(self, "page_of", None) or super().fortunes()
        return self.page_of


class PageThatOnlyAsksWhetherItIsStale(PageFromACache):
    code = "rows-not-read"

    def fortunes(self) -> list[Fortune]:
        self.database.ask("SELECT count(*) FROM fortune")
        return super().fortunes()


class CacheThatIsNone(WrongOnDatabase):
    code = "cache-not-used"
    scenario = "cached"

    def cached(self, n: int) -> list[Row]:
        return self.rows(n)


class UpdatesReadFromACache(WrongOnDatabase):
    code = "reads-missing"
    scenario = "updates"

    def told(self, row: int) -> Row:
        with self.lock:
            self.fill()
        return self.cache[row]


class UserFromACache(UpdatesReadFromACache):
    """Tokens are checked, and their users remembered."""

    scenario = "auth"


class NothingIsWritten(WrongOnDatabase):
    code = "updates-not-written"
    scenario = "updates"
    by_audit = False

    def write(self, rows: list[Row]) -> None:
        pass


class SomeRowsAreWritten(NothingIsWritten):
    """A batch that ends after ten."""

    def write(self, rows: list[Row]) -> None:
        self.database.write(rows[:10])


class WrittenAndTakenBack(NothingIsWritten):
    """Never commits."""

    def write(self, rows: list[Row]) -> None:
        with self.database.lock:
            self.database.ask("BEGIN")
            self.database.write(rows)
            self.database.ask("ROLLBACK")


class HeldAndNeverCommitted(NothingIsWritten):
    """One transaction, opened and forgotten."""

    code = "tables-not-restored"

    def write(self, rows: list[Row]) -> None:
        with self.database.lock:
            if not getattr(self, "begun", False):
                self.database.ask("BEGIN")
                self.begun = True
            self.database.write(rows)
