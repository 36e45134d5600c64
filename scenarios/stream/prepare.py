"""Streams that differ in every event: each follows from its seed."""

import json
import random

from harness.model.asked.request import Expectation, Request

EVENTS = 100


def prepare(count: int) -> list[Request]:
    """`count` streams, none of them asked for twice."""
    return [stream(seed) for seed in random.Random(16).sample(range(1, 2**31), count)]


def stream(seed: int) -> Request:
    body = "".join(event(seed, number) for number in range(EVENTS))
    expect = Expectation(content_type="text/event-stream", form="events", body=body)
    return Request(path=f"/stream?seed={seed}", expect=expect)


def event(seed: int, number: int) -> str:
    """As docs/contract.md has it."""
    value = (seed + number) * 2654435761 % 2**32
    return f"id: {number}\ndata: {json.dumps({'number': number, 'value': value})}\n\n"
