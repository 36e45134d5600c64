"""Django with its ORM, its pool, its templates and its cache: the views of a project whose models, and most of whose
settings, are in `harness_django`."""

import json as encoder
from threading import Lock

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from harness_data import ADDED_FORTUNE, WORLD_ROWS, different_ids, events, random_id, random_number, row_count, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.work import computed

application = get_wsgi_application()

from harness_django.forms import OrderForm  # noqa: E402 - models are imported when Django is set up
from harness_django.layers import stacks_of, table  # noqa: E402
from harness_django.models import Fortune, World  # noqa: E402 - the same

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


def validate(request: HttpRequest) -> JsonResponse:
    form = OrderForm(encoder.loads(request.body))
    return JsonResponse(form.normalised()) if form.is_valid() else JsonResponse(form.errors.get_json_data(), status=400)


def auth(request: HttpRequest) -> HttpResponse:
    user = user_of(request.headers.get("Authorization"))
    row = World.objects.filter(id=user).first() if user else None
    return JsonResponse(row.as_json()) if row else HttpResponse(status=401)


def upload(request: HttpRequest) -> JsonResponse:
    return JsonResponse(digest(pieces_of(request, int(request.headers.get("Content-Length") or 0))))


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if WORLD_ROWS not in cache:
            cache.set_many({world.id: world.as_json() for world in World.objects.order_by("id")})


class Count:
    """The same as a class, the other way that Django's documentation shows."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return self.get_response(request)


def passed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "passed", 0)), content_type="text/plain")


def item(_: HttpRequest, k: int, name: str) -> HttpResponse:
    return HttpResponse(f"{k} {name}", content_type="text/plain")


STACKS = stacks_of(passed, f"{__name__}.Count")


def stacks(request: HttpRequest, **_: str) -> HttpResponse:
    handler, request.urlconf = STACKS[asked(request.path, MIDDLEWARES)]
    return handler.get_response(request)


def tables(request: HttpRequest, **_: str) -> HttpResponse:
    request.urlconf = table(item, asked(request.path, ROUTES))
    return STACKS[0][0].get_response(request)


def wait(request: HttpRequest) -> JsonResponse:
    return JsonResponse(upstream.asked(request.GET["key"]))


def stream(request: HttpRequest) -> StreamingHttpResponse:
    sent = events.streamed(request.GET["seed"], request.GET.get("pause_ms"))
    return StreamingHttpResponse(sent, content_type="text/event-stream")


def mixed(request: HttpRequest) -> JsonResponse:
    return JsonResponse(computed(int(request.GET["work"]), int(request.GET["seed"])))


urlpatterns = [
    path("json", json),
    path("plaintext", plaintext),
    path("db", db),
    path("queries", queries),
    path("fortunes", fortunes),
    path("stream", stream),
    path("validate", validate),
    path("auth", auth),
    path("upload", upload),
    path("updates", updates),
    path("cached-worlds", cached_worlds),
    path("middleware/<path:_>", stacks),
    path("routes/<path:_>", tables),
    path("wait", wait),
    path("mixed", mixed),
]
