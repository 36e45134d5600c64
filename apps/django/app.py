"""Django in one file: its settings, its views, its WSGI handler. No application or middleware that is not needed.

Without CommonMiddleware no length is set and the server sends chunks; measured, that costs less than the middleware.
"""

from django.conf import settings
from harness_data import TEMPLATES, row_count, upstream
from harness_data import sync as data
from harness_data.work import computed

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES]}],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django reads the settings while it is imported
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


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


def wait(request: HttpRequest) -> JsonResponse:
    return JsonResponse(upstream.asked(request.GET["key"]))


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
    path("wait", wait),
    path("mixed", mixed),
]
application = get_wsgi_application()
