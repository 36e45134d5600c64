"""Django in one file: its settings, its views, its WSGI handler. No application or middleware that is not needed.

Without CommonMiddleware no length is set and the server sends chunks; measured, that costs less than the middleware.
"""

import json as encoder

from django.conf import settings
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES]}],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django reads the settings while it is imported
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from harness_django.layers import stacks_of, table  # noqa: E402


def json(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"message": "Hello, World!"})


def plaintext(_: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain")


def db(_: HttpRequest) -> JsonResponse:
    return JsonResponse(data.random_world())


def queries(request: HttpRequest) -> JsonResponse:
    return JsonResponse(data.random_worlds(row_count(request.GET.get("queries"))), safe=False)


def updates(request: HttpRequest) -> JsonResponse:
    return JsonResponse(data.updated_worlds(row_count(request.GET.get("queries"))), safe=False)


def cached_worlds(request: HttpRequest) -> JsonResponse:
    return JsonResponse(data.cached_worlds(row_count(request.GET.get("count"))), safe=False)


def fortunes(request: HttpRequest) -> HttpResponse:
    return render(request, "fortunes.html", {"fortunes": data.fortunes()})


def validate(request: HttpRequest) -> JsonResponse:
    try:
        return JsonResponse(normalised(encoder.loads(request.body)))
    except InvalidOrder as error:
        return JsonResponse(error.errors, status=422)


def auth(request: HttpRequest) -> HttpResponse:
    user = user_of(request.headers.get("Authorization"))
    row = data.world(user) if user else None
    return JsonResponse(row) if row else HttpResponse(status=401)


def upload(request: HttpRequest) -> JsonResponse:
    return JsonResponse(digest(pieces_of(request, int(request.headers.get("Content-Length") or 0))))


def count(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return get_response(request)

    return middleware


def passed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "passed", 0)), content_type="text/plain")


def item(_: HttpRequest, k: int, name: str) -> HttpResponse:
    return HttpResponse(f"{k} {name}", content_type="text/plain")


STACKS = stacks_of(passed, f"{__name__}.count")


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
    path("updates", updates),
    path("cached-worlds", cached_worlds),
    path("fortunes", fortunes),
    path("stream", stream),
    path("validate", validate),
    path("auth", auth),
    path("upload", upload),
    path("middleware/<path:_>", stacks),
    path("routes/<path:_>", tables),
    path("wait", wait),
    path("mixed", mixed),
]
application = get_wsgi_application()
