"""Messages that differ from each other, so that none is the answer to another."""

import random
import string

from harness.model.asked.request import Expectation, Request

LETTERS = string.ascii_letters + string.digits
BYTES = 64


def prepare(count: int) -> list[Request]:
    """`count` messages, each of which must come back."""
    dice = random.Random(17)
    return [echoed("".join(dice.choices(LETTERS, k=BYTES))) for _ in range(count)]


def echoed(message: str) -> Request:
    expect = Expectation(content_type="", form="text", body=message)
    return Request(path="/websocket", body=message, expect=expect)
