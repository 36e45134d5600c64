"""Django REST framework with a ModelSerializer over Django's ORM, and generic views where they fit the contract.

https://www.django-rest-framework.org/api-guide/generic-views/
"""

# ruff: noqa: E402 - models are imported when Django is set up
from threading import Lock

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.urls import path
from django.utils.encoding import smart_str
from harness_data import ADDED_FORTUNE, WORLD_ROWS, different_ids, random_id, random_number, row_count

application = get_wsgi_application()

from harness_django.models import Fortune, World
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.renderers import BaseRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField, ModelSerializer

filling = Lock()


class WorldSerializer(ModelSerializer):
    randomNumber = IntegerField(source="random_number")  # noqa: N815 - the contract's name

    class Meta:
        model = World
        fields = ("id", "randomNumber")


class PlainTextRenderer(BaseRenderer):
    """https://www.django-rest-framework.org/api-guide/renderers/#custom-renderers"""

    media_type, format = "text/plain", "txt"

    def render(self, data: object, *_) -> str:
        return smart_str(data, encoding=self.charset)


@api_view()
def json(_: Request) -> Response:
    return Response({"message": "Hello, World!"})


@api_view()
@renderer_classes([PlainTextRenderer])
def plaintext(_: Request) -> Response:
    return Response("Hello, World!")


class Db(RetrieveAPIView):
    queryset = World.objects.all()
    serializer_class = WorldSerializer

    def get_object(self) -> World:
        return get_object_or_404(self.get_queryset(), id=random_id())


class Queries(ListAPIView):
    serializer_class = WorldSerializer

    def get_queryset(self) -> list[World]:
        asked = row_count(self.request.query_params.get("queries"))
        return [World.objects.get(id=random_id()) for _ in range(asked)]


@api_view()
@renderer_classes([TemplateHTMLRenderer])
def fortunes(_: Request) -> Response:
    found = [*Fortune.objects.all(), Fortune(**ADDED_FORTUNE._asdict())]
    found.sort(key=lambda fortune: fortune.message)
    return Response({"fortunes": found}, template_name="fortunes.html")


@api_view()
def updates(request: Request) -> Response:
    worlds = [World.objects.get(id=world) for world in different_ids(row_count(request.query_params.get("queries")))]
    for world in worlds:
        world.random_number = random_number()
    World.objects.bulk_update(worlds, ["random_number"])
    return Response(WorldSerializer(worlds, many=True).data)


@api_view()
def cached_worlds(request: Request) -> Response:
    ids = [random_id() for _ in range(row_count(request.query_params.get("count")))]
    found = cache.get_many(ids)
    if len(found) < len(set(ids)):
        fill_the_cache()
        found = cache.get_many(ids)
    return Response([found[world] for world in ids])


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if WORLD_ROWS not in cache:
            worlds = WorldSerializer(World.objects.order_by("id"), many=True).data
            cache.set_many({world["id"]: world for world in worlds})


urlpatterns = [
    path("json", json),
    path("plaintext", plaintext),
    path("db", Db.as_view()),
    path("queries", Queries.as_view()),
    path("fortunes", fortunes),
    path("updates", updates),
    path("cached-worlds", cached_worlds),
]
