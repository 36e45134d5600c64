"""Django Ninja with the renderer that its documentation shows for orjson; everything else is as in `apps/django-ninja`.

https://django-ninja.dev/guides/response/response-renderers/#orjson-renderer-example
"""

# ruff: noqa: ARG001, E402 - it hands over `request` by this name, and reads the settings while it is imported
from harness_django.bare import configure

configure(__name__)

import orjson
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from harness_data import row_count
from harness_data import sync as data
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer


class ORJSONRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:  # noqa: ARG002 - Ninja's
        return orjson.dumps(data)


api = NinjaAPI(renderer=ORJSONRenderer())


@api.get("/json")
def json(request: HttpRequest):
    return {"message": "Hello, World!"}


@api.get("/plaintext")
def plaintext(request: HttpRequest):
    return HttpResponse("Hello, World!", content_type="text/plain")


@api.get("/db")
def db(request: HttpRequest):
    return data.random_world()


@api.get("/queries")
def queries(request: HttpRequest, queries: str | None = None):
    return data.random_worlds(row_count(queries))


@api.get("/updates")
def updates(request: HttpRequest, queries: str | None = None):
    return data.updated_worlds(row_count(queries))


@api.get("/cached-worlds")
def cached_worlds(request: HttpRequest, count: str | None = None):
    return data.cached_worlds(row_count(count))


urlpatterns = [path("", api.urls)]
application = get_wsgi_application()
