"""Requests of `wait`, each with a key of its own. Only the upstream knows the number that belongs to a key."""

import random

from harness.model.asked.request import Expectation, Request

KEYS = 2**48


def prepare(count: int) -> list[Request]:
    """`count` requests. The load generator sees that an answer is that of the key; its number is the upstream's, which
    the verifier knows."""
    dice = random.Random(50)
    return [asking(f"{dice.randrange(KEYS):012x}") for _ in range(count)]


def asking(key: str) -> Request:
    expect = Expectation(content_type="application/json", form="json", holds=f'"{key}"')
    return Request(path=f"/wait?key={key}", expect=expect)
