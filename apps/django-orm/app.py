"""Django with its ORM, its pool, its templates and its cache: the views of a project whose models, and most of whose
settings, are in `harness_django`."""

from threading import Lock

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from harness_data import ADDED_FORTUNE, WORLD_ROWS, different_ids, random_id, random_number, row_count, upstream
from harness_data.work import computed

application = get_wsgi_application()

from harness_django.models import Fortune, World  # noqa: E402 - models are imported when Django is set up

filling = Lock()


def json(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"message": "Hello, World!"})


def plaintext(_: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain")


def db(_: HttpRequest) -> JsonResponse:
    return JsonResponse(World.objects.get(id=random_id()).as_json())


def queries(request: HttpRequest) -> JsonResponse:
    ids = [random_id() for _ in range(row_count(request.GET.get("queries")))]
    return JsonResponse([World.objects.get(id=world).as_json() for world in ids], safe=False)


def fortunes(request: HttpRequest) -> HttpResponse:
    found = [*Fortune.objects.all(), Fortune(**ADDED_FORTUNE._asdict())]
    return render(request, "fortunes.html", {"fortunes": sorted(found, key=lambda fortune: fortune.message)})


def updates(request: HttpRequest) -> JsonResponse:
    ids = different_ids(row_count(request.GET.get("queries")))
    worlds = [World.objects.get(id=world) for world in ids]
    for world in worlds:
        world.random_number = random_number()
    World.objects.bulk_update(worlds, ["random_number"])
    return JsonResponse([world.as_json() for world in worlds], safe=False)


def cached_worlds(request: HttpRequest) -> JsonResponse:
    ids = [random_id() for _ in range(row_count(request.GET.get("count")))]
    found = cache.get_many(ids)
    if len(found) < len(set(ids)):
        fill_the_cache()
        found = cache.get_many(ids)
    return JsonResponse([found[world] for world in ids], safe=False)


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if WORLD_ROWS not in cache:
            cache.set_many({world.id: world.as_json() for world in World.objects.order_by("id")})


def wait(request: HttpRequest) -> JsonResponse:
    return JsonResponse(upstream.asked(request.GET["key"]))


def mixed(request: HttpRequest) -> JsonResponse:
    return JsonResponse(computed(int(request.GET["work"]), int(request.GET["seed"])))


urlpatterns = [
    path("json", json),
    path("plaintext", plaintext),
    path("db", db),
    path("queries", queries),
    path("fortunes", fortunes),
    path("updates", updates),
    path("cached-worlds", cached_worlds),
    path("wait", wait),
    path("mixed", mixed),
]
