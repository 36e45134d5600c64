"""Server-sent events, compared one by one (WHATWG HTML, section 9.2)."""

from collections.abc import Iterator, Sequence
from typing import Final

from harness.contract.response import clipped
from harness.model.fault import Fault

END: Final = "\n\n"


def events_in(text: str) -> list[str]:
    """The events of a stream, each with the empty line that ends it; what follows the last one is an event too."""
    *whole, rest = text.split(END)
    return [event + END for event in whole] + ([rest] if rest else [])


def events_faults(text: str, wanted: str) -> Iterator[Fault]:
    """The first thing that is wrong with a stream of events that must be `wanted`."""
    if text == wanted:
        return
    came, due = events_in(text), events_in(wanted)
    place = next((n for n, (one, other) in enumerate(zip(came, due, strict=False)) if one != other), None)
    place = min(len(came), len(due)) if place is None else place
    expected, seen = (clipped("".join(events[place : place + 1])) or "the end" for events in (due, came))
    if sorted(came) == sorted(due):
        what = "the events are not in their order"
        yield Fault(code="events-unordered", what=what, expected=expected, seen=seen)
    elif _is_part(came, due):
        what = f"{len(due) - len(came)} of {len(due)} events are missing"
        yield Fault(code="event-missing", what=what, expected=expected, seen=seen)
    else:
        yield Fault(code="event-differs", what="an event is not the expected one", expected=expected, seen=seen)


def _is_part(came: Sequence[str], due: Sequence[str]) -> bool:
    """Whether all that came was due, in this order, and less than that."""
    left = iter(due)
    return len(came) < len(due) and all(event in left for event in came)
