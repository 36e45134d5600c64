"""Starlette, as its documentation writes it: a list of routes to functions that return a response."""

from harness_data import TEMPLATES, row_count, upstream
from harness_data import asynchronous as data
from harness_data.work import computed
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

templates = Jinja2Templates(directory=TEMPLATES)


async def json(_: Request) -> JSONResponse:
    return JSONResponse({"message": "Hello, World!"})


async def plaintext(_: Request) -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


async def db(_: Request) -> JSONResponse:
    return JSONResponse(await data.random_world())


async def queries(request: Request) -> JSONResponse:
    return JSONResponse(await data.random_worlds(row_count(request.query_params.get("queries"))))


async def updates(request: Request) -> JSONResponse:
    return JSONResponse(await data.updated_worlds(row_count(request.query_params.get("queries"))))


async def cached_worlds(request: Request) -> JSONResponse:
    return JSONResponse(await data.cached_worlds(row_count(request.query_params.get("count"))))


async def fortunes(request: Request) -> Response:
    return templates.TemplateResponse(request, "fortunes.html", context={"fortunes": await data.fortunes()})


async def wait(request: Request) -> JSONResponse:
    return JSONResponse(await upstream.awaited(request.query_params["key"]))


async def mixed(request: Request) -> JSONResponse:
    return JSONResponse(computed(int(request.query_params["work"]), int(request.query_params["seed"])))


app = Starlette(
    routes=[
        Route("/json", json),
        Route("/plaintext", plaintext),
        Route("/db", db),
        Route("/queries", queries),
        Route("/updates", updates),
        Route("/cached-worlds", cached_worlds),
        Route("/fortunes", fortunes),
        Route("/wait", wait),
        Route("/mixed", mixed),
    ]
)
