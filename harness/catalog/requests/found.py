"""What was found to be asked of an application: requests, and all that was not taken, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.model.asked.request import PLACEHOLDER, Expectation, Request, Step
from harness.model.given_file import shortened
from harness.model.notice import Notice

MOST_REQUESTS: Final = 50
MOST_IN_A_ROUND: Final = 500
"""Requests of a round, each as often as it weighs: every connection goes through all of them."""
MOST_LEFT_OUT: Final = 200
"""That are kept with their reasons; beyond them they are counted."""
MOST_BODY: Final = 64 * 1024
"""Characters of a request's body that is taken from a file."""


@dataclass(frozen=True)
class LeftOut:
    """Something of the source that is not asked, and why. Both are text of others: no longer than a line."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True)
class FoundRequests:
    """What one source gave. `before`: steps whose captured values the requests need. `notes`: what a reader must know
    of the set as a whole."""

    requests: tuple[Request, ...]
    before: tuple[Step, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Notice, ...] = ()


def status_alone(status: int) -> Expectation:
    """That an answer has this status. Without a body, and with a form other than `any`, what else is right is learned
    from the live application (harness.under_test.verify.learning)."""
    return Expectation(status=status, content_type="", form="text")


def is_json_type(content_type: str) -> bool:
    """Whether a media type is one of JSON (RFC 6839 for `+json`)."""
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def left_out(what: str, why: str) -> LeftOut:
    """Both made safe to show, and short."""
    return LeftOut(shortened(what, 160), shortened(why, 240))


def bounded(found: FoundRequests) -> FoundRequests:
    """At most MOST_REQUESTS, those that weigh most, in the order they came; a round of at most MOST_IN_A_ROUND."""
    heaviest = sorted(range(len(found.requests)), key=lambda place: -found.requests[place].weight)
    kept = set(heaviest[:MOST_REQUESTS])
    taken = tuple(request for place, request in enumerate(found.requests) if place in kept)
    others = [request for place, request in enumerate(found.requests) if place not in kept]
    why = f"at most {MOST_REQUESTS} requests are asked; others weigh more, or came first"
    more = tuple(left_out(f"{request.method} {request.path}", why) for request in others)
    weights = scaled([request.weight for request in taken], MOST_IN_A_ROUND)
    notes = list(found.notes)
    if weights != [request.weight for request in taken]:
        seen = (
            f"weights were reduced so that a round has {sum(weights)} requests: at most {MOST_IN_A_ROUND} are allowed"
        )
        notes.append(Notice(code="weights-reduced", seen=seen))
    together = (*found.left_out, *more)
    if len(together) > MOST_LEFT_OUT:
        count = len(together) - MOST_LEFT_OUT
        together = (*together[:MOST_LEFT_OUT], LeftOut(f"{count:,} more", "too many to list"))
    requests = tuple(
        request.model_copy(update={"weight": weight}) for request, weight in zip(taken, weights, strict=True)
    )
    return replace(found, requests=requests, left_out=together, notes=tuple(notes))


def scaled(weights: Sequence[int], most: int) -> list[int]:
    """Whole weights of at least 1 in about the same proportions, of at most `most` in all (as they are where they fit).

    There must be no more weights than `most`.
    """
    if sum(weights) <= most:
        return list(weights)
    # Each needs 1; what is left is shared by weight, rounded down, so that the sum is never too large.
    rest, total = most - len(weights), sum(weights)
    return [1 + (weight - 1) * rest // (total - len(weights)) for weight in weights]


def shares_as_weights(counts: Sequence[int], most: int = 100) -> list[int]:
    """Counts as weights of 1 to `most`: the largest is `most` where the smallest would otherwise be less than 1."""
    if not counts or max(counts) <= most:
        return list(counts)
    return [max(1, round(count * most / max(counts))) for count in counts]


def holds_a_name(*texts: str) -> bool:
    """Whether text that was found, not written for the harness, looks like the place of a value."""
    return any(PLACEHOLDER.search(text) for text in texts)


NAME_IN_IT: Final = "it holds {{...}}, which would stand for a captured value"
