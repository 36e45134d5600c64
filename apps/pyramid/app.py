"""Pyramid, as its quick tour writes it: views that a scan finds, each with a renderer for the plain data it returns.

https://docs.pylonsproject.org/projects/pyramid/en/latest/quick_tour.html; tweens as
https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/hooks.html#registering-tweens writes them.
"""

from collections.abc import Callable
from functools import cache

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPUnauthorized, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW
from pyramid.view import view_config
from pyramid.wsgi import wsgiapp


@view_config(route_name="json", renderer="json")
def json(_: Request) -> dict[str, str]:
    return {"message": "Hello, World!"}


@view_config(route_name="plaintext", renderer="string")
def plaintext(_: Request) -> str:
    return "Hello, World!"


@view_config(route_name="db", renderer="json")
def db(_: Request) -> data.World:
    return data.random_world()


@view_config(route_name="queries", renderer="json")
def queries(request: Request) -> list[data.World]:
    return data.random_worlds(row_count(request.GET.get("queries")))


@view_config(route_name="updates", renderer="json")
def updates(request: Request) -> list[data.World]:
    return data.updated_worlds(row_count(request.GET.get("queries")))


@view_config(route_name="cached-worlds", renderer="json")
def cached_worlds(request: Request) -> list[data.World]:
    return data.cached_worlds(row_count(request.GET.get("count")))


@view_config(route_name="fortunes", renderer="fortunes.html")
def fortunes(_: Request) -> dict[str, object]:
    return {"fortunes": data.fortunes()}


@view_config(route_name="validate", request_method="POST", renderer="json")
def validate(request: Request) -> dict[str, object]:
    try:
        return normalised(request.json_body)
    except InvalidOrder as error:
        raise HTTPUnprocessableEntity(str(error)) from error


@view_config(route_name="auth", renderer="json")
def auth(request: Request) -> data.World:
    user = user_of(request.headers.get("Authorization"))
    row = data.world(user) if user else None
    if row is None:
        raise HTTPUnauthorized
    return row


@view_config(route_name="upload", request_method="POST", renderer="json")
def upload(request: Request) -> Digest:
    return digest(pieces_of(request.body_file, request.content_length or 0))


@view_config(route_name="wait", renderer="json")
def wait(request: Request) -> upstream.Answer:
    return upstream.asked(request.GET["key"])


@view_config(route_name="stream")
def stream(request: Request) -> Response:
    sent = events.streamed(request.GET["seed"], request.GET.get("pause_ms"))
    return Response(app_iter=map(str.encode, sent), content_type="text/event-stream")


@view_config(route_name="mixed", renderer="json")
def mixed(request: Request) -> dict[str, int]:
    return computed(int(request.GET["work"]), int(request.GET["seed"]))


def count(handler: Callable[[Request], Response], _: object) -> Callable[[Request], Response]:
    """A tween."""

    def tween(request: Request) -> Response:
        request.environ["passed"] = request.environ.get("passed", 0) + 1
        return handler(request)

    return tween


def passed(request: Request) -> str:
    return str(request.environ.get("passed", 0))


@cache
def stack(n: int):
    """Tweens ordered explicitly, in the settings; without `autocommit` one name twice is a conflict."""
    tweens = [f"{__name__}.count"] * n + [EXCVIEW]
    with Configurator(settings={"pyramid.tweens": tweens}, autocommit=True) as stacked:
        stacked.add_route("passed", f"/middleware/{n}")
        stacked.add_view(passed, route_name="passed", renderer="string")
        return stacked.make_wsgi_app()


def item_of(k: int) -> Callable[[Request], str]:
    def item(request: Request) -> str:
        return f"{k} {request.matchdict['name']}"

    return item


@cache
def table(n: int):
    with Configurator() as routed:
        for k in range(1, n + 1):
            routed.add_route(f"item{k}", f"/routes/{n}/{k}/items/{{name}}")
            routed.add_view(item_of(k), route_name=f"item{k}", renderer="string")
        return routed.make_wsgi_app()


@view_config(route_name="stacks")
@wsgiapp
def stacks(environ, start_response):
    return stack(asked(environ["PATH_INFO"], MIDDLEWARES))(environ, start_response)


@view_config(route_name="tables")
@wsgiapp
def tables(environ, start_response):
    return table(asked(environ["PATH_INFO"], ROUTES))(environ, start_response)


TECHEMPOWER = ("json", "plaintext", "db", "queries", "fortunes", "updates", "cached-worlds")

with Configurator() as config:
    config.include("pyramid_jinja2")
    config.add_jinja2_renderer(".html")
    config.add_jinja2_search_path(str(TEMPLATES), name=".html")
    for name in (*TECHEMPOWER, "validate", "auth", "upload", "wait", "stream", "mixed"):
        config.add_route(name, f"/{name}")
    config.add_route("stacks", "/middleware/*rest")
    config.add_route("tables", "/routes/*rest")
    config.scan(__name__)
    app = config.make_wsgi_app()
