"""Django REST framework, as its guide writes it: function based views that return a `Response`, for which a renderer is
found by content negotiation.

https://www.django-rest-framework.org/api-guide/views/#function-based-views
https://www.django-rest-framework.org/api-guide/settings/: JSON without the browsable API, and no user, since Django's
`auth` is not installed. Middleware and routes are Django's.
"""

# ruff: noqa: E402 - REST framework reads the settings while it is imported
from harness_django.bare import configure

configure(
    __name__,
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.encoding import smart_str
from harness_data import events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.work import computed
from harness_django.layers import stacks_of, table
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import api_view, authentication_classes, renderer_classes
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.renderers import BaseRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from serializers import OrderSerializer


class PlainTextRenderer(BaseRenderer):
    """https://www.django-rest-framework.org/api-guide/renderers/#custom-renderers"""

    media_type, format = "text/plain", "txt"

    def render(self, data: object, *_) -> str:
        return smart_str(data, encoding=self.charset)


class BearerAuthentication(BaseAuthentication):
    """https://www.django-rest-framework.org/api-guide/authentication/#custom-authentication"""

    def authenticate(self, request: Request) -> tuple[data.World, None]:
        user = user_of(request.headers.get("Authorization"))
        row = data.world(user) if user else None
        if row is None:
            raise AuthenticationFailed
        return row, None

    def authenticate_header(self, _: Request) -> str:
        return "Bearer"


@api_view()
def json(_: Request) -> Response:
    return Response({"message": "Hello, World!"})


@api_view()
@renderer_classes([PlainTextRenderer])
def plaintext(_: Request) -> Response:
    return Response("Hello, World!")


@api_view()
def db(_: Request) -> Response:
    return Response(data.random_world())


@api_view()
def queries(request: Request) -> Response:
    return Response(data.random_worlds(row_count(request.query_params.get("queries"))))


@api_view()
def updates(request: Request) -> Response:
    return Response(data.updated_worlds(row_count(request.query_params.get("queries"))))


@api_view()
def cached_worlds(request: Request) -> Response:
    return Response(data.cached_worlds(row_count(request.query_params.get("count"))))


@api_view()
@renderer_classes([TemplateHTMLRenderer])
def fortunes(_: Request) -> Response:
    return Response({"fortunes": data.fortunes()}, template_name="fortunes.html")


@api_view(["POST"])
def validate(request: Request) -> Response:
    order = OrderSerializer(data=request.data)
    order.is_valid(raise_exception=True)
    return Response(order.data)


@api_view()
@authentication_classes([BearerAuthentication])
def auth(request: Request) -> Response:
    return Response(request.user)


@api_view(["POST"])
def upload(request: Request) -> Response:
    return Response(digest(pieces_of(request.stream, int(request.headers.get("Content-Length") or 0))))


@api_view()
def wait(request: Request) -> Response:
    return Response(upstream.asked(request.query_params["key"]))


@api_view()
def stream(request: Request) -> StreamingHttpResponse:
    sent = events.streamed(request.query_params["seed"], request.query_params.get("pause_ms"))
    return StreamingHttpResponse(sent, content_type="text/event-stream")


@api_view()
def mixed(request: Request) -> Response:
    return Response(computed(int(request.query_params["work"]), int(request.query_params["seed"])))


def count(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        request.passed = getattr(request, "passed", 0) + 1
        return get_response(request)

    return middleware


@api_view()
@renderer_classes([PlainTextRenderer])
def passed(request: Request) -> Response:
    return Response(str(getattr(request, "passed", 0)))


@api_view()
@renderer_classes([PlainTextRenderer])
def item(_: Request, k: int, name: str) -> Response:
    return Response(f"{k} {name}")


STACKS = stacks_of(passed, f"{__name__}.count")


def stacks(request: HttpRequest, **_: str) -> HttpResponse:
    handler, request.urlconf = STACKS[asked(request.path, MIDDLEWARES)]
    return handler.get_response(request)


def tables(request: HttpRequest, **_: str) -> HttpResponse:
    request.urlconf = table(item, asked(request.path, ROUTES))
    return STACKS[0][0].get_response(request)


urlpatterns = [
    path("json", json),
    path("plaintext", plaintext),
    path("db", db),
    path("queries", queries),
    path("updates", updates),
    path("cached-worlds", cached_worlds),
    path("fortunes", fortunes),
    path("validate", validate),
    path("auth", auth),
    path("upload", upload),
    path("wait", wait),
    path("stream", stream),
    path("mixed", mixed),
    path("middleware/<path:_>", stacks),
    path("routes/<path:_>", tables),
]
application = get_wsgi_application()
