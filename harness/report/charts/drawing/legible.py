"""What to draw where there are more cells than a chart can hold: one of each application."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class OfApplication(Protocol):
    """Something drawn of a cell."""

    @property
    def app(self) -> str: ...


Drawn = TypeVar("Drawn", bound=OfApplication)


def legible(found: Sequence[Drawn], most: int, key: Callable[[Drawn], float], best: str) -> tuple[Sequence[Drawn], str]:
    """At most `most` of them, in the order given, and a sentence on those left out. `key` is least for the `best`."""
    if len(found) <= most:
        return found, ""
    first: dict[str, Drawn] = {}
    for one in sorted(found, key=key):
        first.setdefault(one.app, one)
    drawn = list(first.values())[:most]
    of = "each application" if len(drawn) == len(first) else f"{len(drawn)} of {len(first)} applications"
    left_out = f" {len(drawn)} of {len(found)} configurations are drawn: {best} of {of}. The tables hold all."
    return [one for one in found if one in drawn], left_out
