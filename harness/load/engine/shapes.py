"""What right bodies look like, compiled: literal text, with bounded runs where bodies of one kind differ."""

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Final

RUNS: Final = (rb"[0-9]", rb"[0-9A-Za-z]")
"""Where bodies may differ: in their numbers; in their words too, once there are too many shapes otherwise."""
MAX_SHAPES: Final = 16
LONGER: Final = 2
"""Of an outline: how many times as long as the longest body known, or shorter than the shortest, one may be."""

Match = Callable[[bytes], object]


class Shapes:
    """The shapes of bodies that were found right. A body fits when it has one of them, digits where digits must be.

    Where not even the words of bodies are alike, their outline is left: common beginning and end, and bounds of length.
    """

    def __init__(self) -> None:
        self._matches: list[Match] = []
        self._longest: dict[tuple[bytes, ...], int] = {}
        self._kind = 0
        self._outlined: list[bytes] = []

    def fits(self, body: bytes) -> bool:
        """Whether the body has a shape that is known."""
        for match in self._matches:  # noqa: SIM110  at half the cost of any(), for every response
            if match(body):
                return True
        return False

    def learn(self, body: bytes) -> None:
        """The body was found right: others may look like it."""
        if self.fits(body):
            return
        if self._kind < len(RUNS):
            self._add(body, RUNS[self._kind])
        else:
            self._outline(body)

    def _add(self, body: bytes, run: bytes) -> None:
        parts, longest = skeleton(body, run)
        self._longest[parts] = max(longest, self._longest.get(parts, 0))
        if len(self._longest) > MAX_SHAPES:
            self._kind, self._longest = self._kind + 1, {}
        self._matches = [pattern(parts, run, longest) for parts, longest in self._longest.items()] or self._matches

    def _outline(self, body: bytes) -> None:
        known = [*self._outlined, body]
        self._outlined = known[-MAX_SHAPES:]
        self._matches = [outline(known)]


def skeleton(body: bytes, run: bytes) -> tuple[tuple[bytes, ...], int]:
    """The literal text between the runs, and the length of the longest run."""
    runs = re.compile(run + b"+")
    return tuple(runs.split(body)), max(map(len, runs.findall(body)), default=0)


def pattern(parts: Sequence[bytes], run: bytes, longest: int) -> Match:
    return re.compile((b"%s{1,%d}" % (run, longest)).join(map(re.escape, parts))).fullmatch


def edges(bodies: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Common beginning and end, which do not overlap in the shortest."""
    start = beginning(bodies)
    left = min(map(len, bodies)) - len(start)
    return start, beginning([body[::-1][:left] for body in bodies])[::-1]


def beginning(bodies: Sequence[bytes]) -> bytes:
    """What all begin with."""
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*bodies, strict=False))
    return bytes(column[0] for column in alike)


def outline(bodies: Sequence[bytes]) -> Match:
    start, end = edges(bodies)
    least, most = min(map(len, bodies)) // LONGER, max(map(len, bodies)) * LONGER

    def match(body: bytes) -> bool:
        return least <= len(body) <= most and body.startswith(start) and body.endswith(end)

    return match
