"""Django with asynchronous views and the ORM's asynchronous interface: the views of a project whose settings and models
are in `harness_django`.

None of Django's middleware, so that nothing synchronous is in the way of a request; the servers send chunks.
"""

import json as encoder
from threading import Lock

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.decorators import async_only_middleware
from harness_data import ADDED_FORTUNE, WORLD_ROWS, different_ids, events, random_id, random_number, row_count, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.work import computed

application = get_asgi_application()

from harness_django.forms import OrderForm  # noqa: E402 - models are imported when Django is set up
from harness_django.layers import stacks_of, table  # noqa: E402
from harness_django.models import Fortune, World  # noqa: E402 - the same

filling = Lock()


async def json(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"message": "Hello, World!"})


async def plaintext(_: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain")


async def db(_: HttpRequest) -> JsonResponse:
    world = await World.objects.aget(id=random_id())
    return JsonResponse(world.as_json())


async def queries(request: HttpRequest) -> JsonResponse:
    ids = [random_id() for _ in range(row_count(request.GET.get("queries")))]
    worlds = [await World.objects.aget(id=world) for world in ids]
    return JsonResponse([world.as_json() for world in worlds], safe=False)


async def fortunes(request: HttpRequest) -> HttpResponse:
    found = [fortune async for fortune in Fortune.objects.all()]
    found.append(Fortune(**ADDED_FORTUNE._asdict()))
    return render(request, "fortunes.html", {"fortunes": sorted(found, key=lambda fortune: fortune.message)})


async def updates(request: HttpRequest) -> JsonResponse:
    ids = different_ids(row_count(request.GET.get("queries")))
    worlds = [await World.objects.aget(id=world) for world in ids]
    for world in worlds:
        world.random_number = random_number()
    await World.objects.abulk_update(worlds, ["random_number"])
    return JsonResponse([world.as_json() for world in worlds], safe=False)


async def cached_worlds(request: HttpRequest) -> JsonResponse:
    ids = [random_id() for _ in range(row_count(request.GET.get("count")))]
    found = await cache.aget_many(ids)
    if len(found) < len(set(ids)):
        await sync_to_async(fill_the_cache)()
        found = await cache.aget_many(ids)
    return JsonResponse([found[world] for world in ids], safe=False)


async def validate(request: HttpRequest) -> JsonResponse:
    form = OrderForm(encoder.loads(request.body))
    return JsonResponse(form.normalised()) if form.is_valid() else JsonResponse(form.errors.get_json_data(), status=400)


async def auth(request: HttpRequest) -> HttpResponse:
    user = user_of(request.headers.get("Authorization"))
    row = await World.objects.filter(id=user).afirst() if user else None
    return JsonResponse(row.as_json()) if row else HttpResponse(status=401)


async def upload(request: HttpRequest) -> JsonResponse:
    return JsonResponse(digest(pieces_of(request, int(request.headers.get("Content-Length") or 0))))


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if WORLD_ROWS not in cache:
            cache.set_many({world.id: world.as_json() for world in World.objects.order_by("id")})


@async_only_middleware
def count(get_response):
    async def middleware(request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return await get_response(request)

    return middleware


async def passed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "passed", 0)), content_type="text/plain")


async def item(_: HttpRequest, k: int, name: str) -> HttpResponse:
    return HttpResponse(f"{k} {name}", content_type="text/plain")


STACKS = stacks_of(passed, f"{__name__}.count", is_async=True)


async def stacks(request: HttpRequest, **_: str) -> HttpResponse:
    handler, request.urlconf = STACKS[asked(request.path, MIDDLEWARES)]
    return await handler.get_response_async(request)


async def tables(request: HttpRequest, **_: str) -> HttpResponse:
    request.urlconf = table(item, asked(request.path, ROUTES))
    return await STACKS[0][0].get_response_async(request)


async def wait(request: HttpRequest) -> JsonResponse:
    return JsonResponse(await upstream.awaited(request.GET["key"]))


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    sent = events.streaming(request.GET["seed"], request.GET.get("pause_ms"))
    return StreamingHttpResponse(sent, content_type="text/event-stream")


async def mixed(request: HttpRequest) -> JsonResponse:
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
