"""The tables as Tortoise ORM's models, and where they lie.

As https://tortoise.github.io/databases.html says: a connection's credentials. `schema` is left out, since the URL's
`options` lead to the tables of this cell. On SQLite Tortoise has one connection, which requests take in turn.
"""

from harness_data import DATABASE_URL, ON_SQLITE, POOL_SIZE
from psycopg.conninfo import conninfo_to_dict
from tortoise import fields
from tortoise.models import Model


class World(Model):
    id = fields.IntField(primary_key=True)
    randomnumber = fields.IntField()

    class Meta:
        table = "world"

    def as_json(self) -> dict[str, int]:
        return {"id": self.id, "randomNumber": self.randomnumber}


class Fortune(Model):
    id = fields.IntField(primary_key=True)
    message = fields.CharField(2048)

    class Meta:
        table = "fortune"


def connection() -> dict[str, object]:
    """Of this worker."""
    if ON_SQLITE:
        path = "/" + DATABASE_URL.removeprefix("sqlite:").lstrip("/")
        return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": path, "busy_timeout": 20_000}}
    given = conninfo_to_dict(DATABASE_URL)
    credentials = {name: given.get(name) for name in ("host", "port", "user", "password")}
    credentials |= {"database": given["dbname"], "server_settings": {"options": given.get("options", "")}}
    credentials |= {"minsize": POOL_SIZE, "maxsize": POOL_SIZE}
    return {"engine": "tortoise.backends.asyncpg", "credentials": credentials}


def config() -> dict[str, object]:
    models = {"models": ["models"], "default_connection": "default"}
    return {"connections": {"default": connection()}, "apps": {"models": models}}
