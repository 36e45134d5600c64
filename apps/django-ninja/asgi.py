"""Django Ninja on ASGI, as its guide writes it: operations are coroutine functions, and so is what they wait for.

https://django-ninja.dev/guide/async/
"""

# ruff: noqa: ARG001, ARG002, E402 - it hands over `request` by this name, and reads the settings while it is imported
from harness_django.bare import configure

configure(__name__)

from functools import cache

from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.decorators import async_only_middleware
from harness_data import asynchronous as data
from harness_data import events, row_count, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of_token
from harness_data.uploads import digest, pieces_of
from harness_data.work import computed
from harness_django.layers import stacks_of, urlconf
from ninja import NinjaAPI
from ninja.security import HttpBearer
from schemas import Order

api, layers = NinjaAPI(), NinjaAPI(urls_namespace="layers", openapi_url=None)


class Bearer(HttpBearer):
    async def authenticate(self, request: HttpRequest, token: str):
        user = user_of_token(token)
        return await data.world(user) if user else None


@api.get("/json")
async def json(request: HttpRequest):
    return {"message": "Hello, World!"}


@api.get("/plaintext")
async def plaintext(request: HttpRequest):
    return HttpResponse("Hello, World!", content_type="text/plain")


@api.get("/db")
async def db(request: HttpRequest):
    return await data.random_world()


# `str`, not `int`: to the contract a parameter that is no number means 1, not an error.
@api.get("/queries")
async def queries(request: HttpRequest, queries: str | None = None):
    return await data.random_worlds(row_count(queries))


@api.get("/updates")
async def updates(request: HttpRequest, queries: str | None = None):
    return await data.updated_worlds(row_count(queries))


@api.get("/cached-worlds")
async def cached_worlds(request: HttpRequest, count: str | None = None):
    return await data.cached_worlds(row_count(count))


@api.get("/fortunes")
async def fortunes(request: HttpRequest):
    return render(request, "fortunes.html", {"fortunes": await data.fortunes()})


@api.post("/validate", response=Order)
async def validate(request: HttpRequest, order: Order):
    return order


@api.get("/auth", auth=Bearer())
async def auth(request: HttpRequest):
    return request.auth


@api.post("/upload")
async def upload(request: HttpRequest):
    return digest(pieces_of(request, int(request.headers.get("Content-Length") or 0)))


@api.get("/wait")
async def wait(request: HttpRequest, key: str):
    return await upstream.awaited(key)


@api.get("/stream")
async def stream(request: HttpRequest, seed: str, pause_ms: str | None = None):
    return StreamingHttpResponse(events.streaming(seed, pause_ms), content_type="text/event-stream")


@api.get("/mixed")
async def mixed(request: HttpRequest, work: int, seed: int):
    return computed(work, seed)


@async_only_middleware
def count(get_response):
    async def middleware(request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return await get_response(request)

    return middleware


@layers.get("")
async def passed(request: HttpRequest):
    return HttpResponse(str(getattr(request, "passed", 0)), content_type="text/plain")


def item_of(k: int):
    async def item(request: HttpRequest, name: str):
        return HttpResponse(f"{k} {name}", content_type="text/plain")

    return item


@cache
def table(n: int) -> type:
    routed = NinjaAPI(urls_namespace="table", openapi_url=None)
    for k in range(1, n + 1):
        routed.get(f"/{k}/items/{{name}}")(item_of(k))
    return urlconf(path(f"routes/{n}/", routed.urls))


STACKS = stacks_of(layers.urls, f"{__name__}.count", is_async=True)


async def stacks(request: HttpRequest, **_: str) -> HttpResponse:
    handler, request.urlconf = STACKS[asked(request.path, MIDDLEWARES)]
    return await handler.get_response_async(request)


async def tables(request: HttpRequest, **_: str) -> HttpResponse:
    request.urlconf = table(asked(request.path, ROUTES))
    return await STACKS[0][0].get_response_async(request)


urlpatterns = [path("middleware/<path:_>", stacks), path("routes/<path:_>", tables), path("", api.urls)]
application = get_asgi_application()
