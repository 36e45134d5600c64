"""Starlette, as its documentation writes it: a list of routes to functions that return a response."""

from harness_data import TEMPLATES, row_count
from harness_data import asynchronous as data
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
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


async def validate(request: Request) -> JSONResponse:
    try:
        return JSONResponse(normalised(await request.json()))
    except InvalidOrder as error:
        raise HTTPException(422, detail=str(error)) from error


async def auth(request: Request) -> JSONResponse:
    user = user_of(request.headers.get("Authorization"))
    row = await data.world(user) if user else None
    if row is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return JSONResponse(row)


async def upload(request: Request) -> JSONResponse:
    return JSONResponse(await digest_as_it_comes(request.stream()))


app = Starlette(
    routes=[
        Route("/json", json),
        Route("/plaintext", plaintext),
        Route("/db", db),
        Route("/queries", queries),
        Route("/updates", updates),
        Route("/cached-worlds", cached_worlds),
        Route("/fortunes", fortunes),
        Route("/validate", validate, methods=["POST"]),
        Route("/auth", auth),
        Route("/upload", upload, methods=["POST"]),
    ]
)
