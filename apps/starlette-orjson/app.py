"""Starlette with orjson in the place of the standard library's json: a response class, as its documentation shows it.

https://www.starlette.io/responses/#custom-json-serialization. Only what answers JSON, and plain text beside it, which
must not differ from that of `starlette`.
"""

import orjson
from harness_data import asynchronous as data
from harness_data import row_count
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


class OrjsonResponse(JSONResponse):
    def render(self, content: object) -> bytes:
        return orjson.dumps(content)


async def json(_: Request) -> OrjsonResponse:
    return OrjsonResponse({"message": "Hello, World!"})


async def plaintext(_: Request) -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


async def db(_: Request) -> OrjsonResponse:
    return OrjsonResponse(await data.random_world())


async def queries(request: Request) -> OrjsonResponse:
    return OrjsonResponse(await data.random_worlds(row_count(request.query_params.get("queries"))))


async def updates(request: Request) -> OrjsonResponse:
    return OrjsonResponse(await data.updated_worlds(row_count(request.query_params.get("queries"))))


async def cached_worlds(request: Request) -> OrjsonResponse:
    return OrjsonResponse(await data.cached_worlds(row_count(request.query_params.get("count"))))


app = Starlette(
    routes=[
        Route("/json", json),
        Route("/plaintext", plaintext),
        Route("/db", db),
        Route("/queries", queries),
        Route("/updates", updates),
        Route("/cached-worlds", cached_worlds),
    ]
)
