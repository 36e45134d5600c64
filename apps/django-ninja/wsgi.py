"""Django Ninja on WSGI, as its guide writes it: an operation returns plain data, which the renderer makes JSON of.

https://django-ninja.dev/guide/responses/: data without a Schema is not validated, and a response of Django goes out as
it is. Middleware is Django's.
"""

# ruff: noqa: ARG001, ARG002, E402 - it hands over `request` by this name, and reads the settings while it is imported
from harness_django.bare import configure

configure(__name__)

from functools import cache

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from harness_data import events, row_count, upstream
from harness_data import sync as data
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
    """https://django-ninja.dev/guide/authentication/: what is returned becomes `request.auth`; None is a 401."""

    def authenticate(self, request: HttpRequest, token: str):
        user = user_of_token(token)
        return data.world(user) if user else None


@api.get("/json")
def json(request: HttpRequest):
    return {"message": "Hello, World!"}


@api.get("/plaintext")
def plaintext(request: HttpRequest):
    return HttpResponse("Hello, World!", content_type="text/plain")


@api.get("/db")
def db(request: HttpRequest):
    return data.random_world()


# `str`, not `int`: to the contract a parameter that is no number means 1, not an error.
@api.get("/queries")
def queries(request: HttpRequest, queries: str | None = None):
    return data.random_worlds(row_count(queries))


@api.get("/updates")
def updates(request: HttpRequest, queries: str | None = None):
    return data.updated_worlds(row_count(queries))


@api.get("/cached-worlds")
def cached_worlds(request: HttpRequest, count: str | None = None):
    return data.cached_worlds(row_count(count))


@api.get("/fortunes")
def fortunes(request: HttpRequest):
    return render(request, "fortunes.html", {"fortunes": data.fortunes()})


@api.post("/validate", response=Order)
def validate(request: HttpRequest, order: Order):
    return order


@api.get("/auth", auth=Bearer())
def auth(request: HttpRequest):
    return request.auth


@api.post("/upload")
def upload(request: HttpRequest):
    return digest(pieces_of(request, int(request.headers.get("Content-Length") or 0)))


@api.get("/wait")
def wait(request: HttpRequest, key: str):
    return upstream.asked(key)


@api.get("/stream")
def stream(request: HttpRequest, seed: str, pause_ms: str | None = None):
    return StreamingHttpResponse(events.streamed(seed, pause_ms), content_type="text/event-stream")


@api.get("/mixed")
def mixed(request: HttpRequest, work: int, seed: int):
    return computed(work, seed)


def count(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return get_response(request)

    return middleware


@layers.get("")
def passed(request: HttpRequest):
    return HttpResponse(str(getattr(request, "passed", 0)), content_type="text/plain")


def item_of(k: int):
    def item(request: HttpRequest, name: str):
        return HttpResponse(f"{k} {name}", content_type="text/plain")

    return item


@cache
def table(n: int) -> type:
    routed = NinjaAPI(urls_namespace="table", openapi_url=None)
    for k in range(1, n + 1):
        routed.get(f"/{k}/items/{{name}}")(item_of(k))
    return urlconf(path(f"routes/{n}/", routed.urls))


STACKS = stacks_of(layers.urls, f"{__name__}.count")


def stacks(request: HttpRequest, **_: str) -> HttpResponse:
    handler, request.urlconf = STACKS[asked(request.path, MIDDLEWARES)]
    return handler.get_response(request)


def tables(request: HttpRequest, **_: str) -> HttpResponse:
    request.urlconf = table(asked(request.path, ROUTES))
    return STACKS[0][0].get_response(request)


urlpatterns = [path("middleware/<path:_>", stacks), path("routes/<path:_>", tables), path("", api.urls)]
application = get_wsgi_application()
