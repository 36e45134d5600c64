"""Django Ninja with response Schemas over Django's ORM: the API of a project whose settings and models are in
`harness_django`.

https://django-ninja.dev/guide/responses/: a Schema takes what it declares from the ORM's objects; an alias names the
attribute that a field is read from.
"""

# ruff: noqa: ARG001, E402 - it hands over `request` by this name; models are imported when Django is set up
from threading import Lock
from typing import Annotated

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from harness_data import ADDED_FORTUNE, WORLD_ROWS, different_ids, random_id, random_number, row_count
from pydantic import BeforeValidator

application = get_wsgi_application()

from harness_django.models import Fortune, World
from ninja import Field, NinjaAPI, Schema

api = NinjaAPI()
filling = Lock()
Rows = Annotated[int, BeforeValidator(row_count)]


class Message(Schema):
    message: str


class WorldOut(Schema):
    id: int
    randomNumber: int = Field(alias="random_number")  # noqa: N815 - the contract's name


@api.get("/json", response=Message)
def json(request: HttpRequest):
    return {"message": "Hello, World!"}


@api.get("/plaintext")
def plaintext(request: HttpRequest):
    return HttpResponse("Hello, World!", content_type="text/plain")


@api.get("/db", response=WorldOut)
def db(request: HttpRequest):
    return World.objects.get(id=random_id())


@api.get("/queries", response=list[WorldOut])
def queries(request: HttpRequest, queries: Rows = 1):
    return [World.objects.get(id=random_id()) for _ in range(queries)]


@api.get("/fortunes")
def fortunes(request: HttpRequest):
    found = [*Fortune.objects.all(), Fortune(**ADDED_FORTUNE._asdict())]
    return render(request, "fortunes.html", {"fortunes": sorted(found, key=lambda fortune: fortune.message)})


@api.get("/updates", response=list[WorldOut])
def updates(request: HttpRequest, queries: Rows = 1):
    worlds = [World.objects.get(id=world) for world in different_ids(queries)]
    for world in worlds:
        world.random_number = random_number()
    World.objects.bulk_update(worlds, ["random_number"])
    return worlds


@api.get("/cached-worlds", response=list[WorldOut])
def cached_worlds(request: HttpRequest, count: Rows = 1):
    ids = [random_id() for _ in range(count)]
    found = cache.get_many(ids)
    if len(found) < len(set(ids)):
        fill_the_cache()
        found = cache.get_many(ids)
    return [found[world] for world in ids]


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if WORLD_ROWS not in cache:
            cache.set_many({world["id"]: world for world in World.objects.order_by("id").values()})


urlpatterns = [path("", api.urls)]
