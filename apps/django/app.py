"""Django in one file: its settings, its views, its WSGI handler. No application or middleware that is not needed.

Without CommonMiddleware no length is set and the server sends chunks; measured, that costs less than the middleware.
"""

from django.conf import settings

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django reads the settings while it is imported
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from harness_data import sync as data  # noqa: E402


def json(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"message": "Hello, World!"})


def plaintext(_: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain")


def db(_: HttpRequest) -> JsonResponse:
    return JsonResponse(data.random_world())


urlpatterns = [path("json", json), path("plaintext", plaintext), path("db", db)]
application = get_wsgi_application()
