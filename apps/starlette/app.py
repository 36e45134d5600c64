"""Starlette, as its documentation writes it: a list of routes to functions that return a response."""

from harness_data import asynchronous as data
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


async def json(_: Request) -> JSONResponse:
    return JSONResponse({"message": "Hello, World!"})


async def plaintext(_: Request) -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


async def db(_: Request) -> JSONResponse:
    return JSONResponse(await data.random_world())


app = Starlette(routes=[Route("/json", json), Route("/plaintext", plaintext), Route("/db", db)])
