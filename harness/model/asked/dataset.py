"""The data every application serves: made from a fixed seed, identical on every database."""

import random
from functools import cache
from typing import Final, NamedTuple

WORLD_ROWS: Final = 10_000
MAX_NUMBER: Final = 10_000
SEED: Final = 20_200_816
ADDED_FORTUNE: Final = "Additional fortune added at request time."


class World(NamedTuple):
    """A row of table `world`: id 1..10000, a uniform number 1..10000."""

    id: int
    random_number: int


class Fortune(NamedTuple):
    """A row of table `fortune`: id 1..12, a message of at most 2048 characters."""

    id: int
    message: str


@cache
def worlds() -> tuple[World, ...]:
    """All rows of `world`, by id."""
    numbers = random.Random(SEED)
    return tuple(World(row, numbers.randint(1, MAX_NUMBER)) for row in range(1, WORLD_ROWS + 1))


# Eighth and ninth: a locale sorts "après" beside "apres" and before "zebra"; by code point "Zebra" < "apres" < "après".
_MESSAGES = (
    "A benchmark without an interval is a rumour with a decimal point.",
    '<script>alert("a template that does not escape has already lost")</script>',
    "測っていないものを、速いと言ってはいけない。",
    "\"Fast\" & 'slow' are adjectives; requests a second is a measurement.",
    "Warm up first — the machine was asleep, and so was the person reading it.",
    "The queue is where your latency lives.",
    "Zebra stripes are faster when nobody counts them twice.",
    "apres moi, the deluge of retries.",
    "après the coffee, the garbage collector.",
    "One thread is enough to be late.",
    "The median keeps its promises; the mean keeps its outliers.",
    "Measure twice, rank once.",
)


def fortunes() -> tuple[Fortune, ...]:
    """All rows of `fortune`, by id."""
    return tuple(Fortune(row, message) for row, message in enumerate(_MESSAGES, start=1))
