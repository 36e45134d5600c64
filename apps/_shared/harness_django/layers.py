"""Several stacks of middlewares and tables of URLs in one Django project: a handler of Django's own for each stack, and
for each table an URLconf, which a view hands the request on to."""

from functools import cache

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.urls import path
from harness_data.layers import MIDDLEWARES, NO_SUCH


def urlconf(*patterns) -> type:
    """What `request.urlconf` may be."""
    return type("URLconf", (), {"urlpatterns": patterns})


def stacks_of(view, middleware: str, *, is_async: bool = False) -> dict[int, tuple[BaseHandler, type]]:
    """By number, a handler with so many of the middleware, which Django reads from the settings, and its URLs. To be
    called before the first request: the settings are changed meanwhile."""
    before, found = settings.MIDDLEWARE, {}
    for n in MIDDLEWARES | {NO_SUCH}:
        settings.MIDDLEWARE = [middleware] * n
        handler = BaseHandler()
        handler.load_middleware(is_async=is_async)
        found[n] = handler, urlconf(path(f"middleware/{n}", view))
    settings.MIDDLEWARE = before
    return found


@cache
def table(view, n: int) -> type:
    """An URLconf of `n` routes to the view, each with a number `k` of its own and a `name` from the path."""
    return urlconf(*(path(f"routes/{n}/{k}/items/<name>", view, {"k": k}) for k in range(1, n + 1)))
