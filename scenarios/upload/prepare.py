"""Bodies of 1 MiB that are alike but for a short stretch somewhere in their second half, so that no beginning of a body
tells its hash."""

import hashlib
import json
import random

from harness.model.asked.request import Expectation, Request

SEED = 20_261_201
SIZE = 1_048_576
OWN = 64
"""Bytes in which a body differs from the others."""


def prepare(count: int) -> list[Request]:
    """`count` bodies, in letters and digits."""
    dice = random.Random(SEED)
    common = dice.randbytes(SIZE // 2).hex()
    return [posted(with_own_stretch(common, dice)) for _ in range(count)]


def with_own_stretch(common: str, dice: random.Random) -> str:
    place = dice.randrange(SIZE // 2, SIZE - OWN)
    return common[:place] + dice.randbytes(OWN // 2).hex() + common[place + OWN :]


def posted(body: str) -> Request:
    answer = json.dumps({"sha256": hashlib.sha256(body.encode()).hexdigest(), "size": len(body)})
    return Request(
        method="POST",
        path="/upload",
        headers={"Content-Type": "application/octet-stream"},
        body=body,
        expect=Expectation(content_type="application/json", form="json", body=answer),
    )
