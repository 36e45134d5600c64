"""How many middlewares and routes the scenarios `middleware` and `routes` ask for: an application makes each stack and
each table at the first request for it, so that it costs nothing where it is not asked for."""

MIDDLEWARES = frozenset({0, 1, 4, 16})
ROUTES = frozenset({10, 100, 1000})
NO_SUCH = -1
"""Of a number that the contract does not have. A stack or table of so many has no route, and everything is a 404."""


def asked(path: str, known: frozenset[int]) -> int:
    """16 of `/middleware/16`, and 100 of `/routes/100/42/items/7`; NO_SUCH where it is not among `known`."""
    text = f"{path}//".split("/", 3)[2]
    n = int(text) if text.isdecimal() else NO_SUCH
    return n if n in known else NO_SUCH
