"""What is known of right bodies where a manifest cannot say them, and which ones check.py is to look at."""

import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

from harness.load.engine.shapes import RUNS, Shapes, skeleton
from harness.model.measured.load import SAMPLES

MAX_SUSPECTS: Final = 256
"""Unknown shapes of which a body is kept a slice. Beyond them none is taken for right."""
MAX_KNOWN: Final = 256
MAX_KNOWN_BODY: Final = 16_384
"""Longer bodies cost more to look up than to judge."""
LEAST_SAMPLES: Final = 128
"""Of a slice, also when the block has as many as it needs."""
SHARE_OF_THE_REST: Final = 0.6
"""Of the samples still wanted, in one slice: nobody knows how many slices follow, and there may be three."""
KEPT_BYTES: Final = 32 * 1024 * 1024


class Taken(NamedTuple):
    """A body for check.py. `times`: how many responses had it, or an unknown shape like it; `sampled`: how many of them
    are part of the random sample."""

    body: bytes
    times: int
    sampled: int


@dataclass(slots=True)
class Suspect:
    """A body of an unknown shape, and how many had that shape."""

    body: bytes
    times: int = 0


class Sample:
    """A random sample of what is offered, each body as likely (reservoir sampling: Li 1994, algorithm L)."""

    def __init__(self) -> None:
        self._dice = random.Random()
        self.begin(LEAST_SAMPLES)

    def begin(self, size: int) -> None:
        self.kept: list[bytes] = []
        self._size, self._bytes, self.skip, self._threshold = size, 0, 0, 1.0

    def offer(self, body: bytes) -> None:
        """Take it into the sample, or pass it over."""
        if self.skip:
            self.skip -= 1
            return
        if len(self.kept) < self._size:
            self.kept.append(body)
            self._bytes += len(body)
            if self._bytes > KEPT_BYTES:
                self._size = len(self.kept)
            if len(self.kept) < self._size:
                return
        else:
            self.kept[self._dice.randrange(self._size)] = body
        self._threshold *= (1.0 - self._dice.random()) ** (1 / self._size)
        among = -math.log1p(-min(self._threshold, 1 - 1e-16))
        self.skip = int(-math.log(1.0 - self._dice.random()) / max(among, 1e-12))


class Lore:
    """Of one scenario at one level, for one target. `together`: whether bodies must be judged as a set too, so that
    one known to be right is worth a look again."""

    def __init__(self, *, together: bool) -> None:
        self.together = together
        self._known: set[bytes] = set()
        self._shapes = Shapes()
        self._sample = Sample()
        self._sampled = 0
        self._suspects: dict[tuple[bytes, ...], Suspect] = {}
        self._suspected_bytes = 0

    def begin(self) -> None:
        """A slice begins."""
        self._sample.begin(max(LEAST_SAMPLES, math.ceil(SHARE_OF_THE_REST * (SAMPLES - self._sampled))))

    def is_known(self, body: bytes) -> bool:
        """Whether the body was found right, and the very same need not be looked at again."""
        return not self.together and len(body) <= MAX_KNOWN_BODY and body in self._known

    def is_plausible(self, body: bytes) -> bool:
        """Whether the body may be right. One of an unknown shape is kept for check.py; there is room for so many."""
        sample = self._sample
        if sample.skip:  # asked here and not there, for every response
            sample.skip -= 1
        else:
            sample.offer(body)
        if self._shapes.fits(body):
            return True
        shape, _ = skeleton(body, RUNS[0])
        suspect = self._suspects.get(shape)
        if suspect is None:
            if len(self._suspects) >= MAX_SUSPECTS or self._suspected_bytes > KEPT_BYTES:
                return False
            suspect = self._suspects[shape] = Suspect(body)
            self._suspected_bytes += len(body)
        suspect.times += 1
        return True

    def take(self) -> list[Taken]:
        """What check.py is to look at since the last time."""
        sampled = Counter(self._sample.kept)
        suspects = {suspect.body: suspect.times for suspect in self._suspects.values()}
        self._sampled += len(self._sample.kept)
        self._suspects, self._suspected_bytes = {}, 0
        self.begin()
        return [
            Taken(body, max(sampled[body], suspects.get(body, 0)), sampled[body]) for body in {**sampled, **suspects}
        ]

    def learn(self, body: bytes) -> None:
        """The body was found right."""
        self._shapes.learn(body)
        if len(self._known) < MAX_KNOWN and len(body) <= MAX_KNOWN_BODY:
            self._known.add(body)
