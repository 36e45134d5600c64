"""The bare RSGI callable: the floor for granian's own interface. Only what the contract forces."""

import json as encoder
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count
from harness_data import asynchronous as data
from jinja2 import Environment, FileSystemLoader

PAGE = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("fortunes.html")


async def json(_: str) -> tuple[str, str]:
    return as_json({"message": "Hello, World!"})


async def plaintext(_: str) -> tuple[str, str]:
    return "text/plain; charset=utf-8", "Hello, World!"


async def db(_: str) -> tuple[str, str]:
    return as_json(await data.random_world())


async def queries(query: str) -> tuple[str, str]:
    return as_json(await data.random_worlds(rows_wanted(query, "queries")))


async def updates(query: str) -> tuple[str, str]:
    return as_json(await data.updated_worlds(rows_wanted(query, "queries")))


async def cached_worlds(query: str) -> tuple[str, str]:
    return as_json(await data.cached_worlds(rows_wanted(query, "count")))


async def fortunes(_: str) -> tuple[str, str]:
    return "text/html; charset=utf-8", PAGE.render(fortunes=await data.fortunes())


def as_json(value: object) -> tuple[str, str]:
    return "application/json", encoder.dumps(value)


def rows_wanted(query: str, name: str) -> int:
    return row_count(parse_qs(query).get(name, [None])[0])


ROUTES = {
    "/json": json,
    "/plaintext": plaintext,
    "/db": db,
    "/queries": queries,
    "/updates": updates,
    "/cached-worlds": cached_worlds,
    "/fortunes": fortunes,
}


async def app(scope, protocol) -> None:
    content_type, body = await ROUTES[scope.path](scope.query_string)
    protocol.response_str(200, [("content-type", content_type)], body)
