"""FastAPI, as the first pages of its tutorial write it: path operations that return plain data.

No response model here: validating what goes out is a feature of its own, and belongs to an idiomatic variant.
"""

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from harness_data import TEMPLATES, row_count, upstream
from harness_data import asynchronous as data
from harness_data.work import computed

app = FastAPI()
templates = Jinja2Templates(directory=TEMPLATES)


@app.get("/json")
async def json():
    return {"message": "Hello, World!"}


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/db")
async def db():
    return await data.random_world()


# `str`, not `int`: to the contract a parameter that is no number means 1, not an error.
@app.get("/queries")
async def queries(queries: str | None = None):
    return await data.random_worlds(row_count(queries))


@app.get("/updates")
async def updates(queries: str | None = None):
    return await data.updated_worlds(row_count(queries))


@app.get("/cached-worlds")
async def cached_worlds(count: str | None = None):
    return await data.cached_worlds(row_count(count))


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request):
    return templates.TemplateResponse(
        request=request, name="fortunes.html", context={"fortunes": await data.fortunes()}
    )


@app.get("/wait")
async def wait(key: str):
    return await upstream.awaited(key)


@app.get("/mixed")
async def mixed(work: int, seed: int):
    return computed(work, seed)
