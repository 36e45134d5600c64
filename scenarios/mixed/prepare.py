"""Requests of `mixed`: of each hundred one, at a random place, computes. Only the others are timed.

What is computed is a linear congruential generator (Knuth 1997, 3.3.4, table 1, line 26), so many steps on from a seed.
To compute it there is no way but step by step for an application that does not look for another; its answer is known
beforehand, since n steps are one step of another such generator, which repeated squaring finds.
"""

import json
import random

from harness.model.asked.request import Expectation, Request

FACTOR, ADDED, MODULUS = 6364136223846793005, 1442695040888963407, 2**64
ROUND = 100


def prepare(count: int, work: int) -> list[Request]:
    """`count` requests, each with a seed of its own, of which every hundred has one that takes `work` steps."""
    dice = random.Random(100)
    heavy = {start + dice.randrange(ROUND) for start in range(0, count, ROUND)}
    return [asking(work if place in heavy else 0, dice.randrange(2**48)) for place in range(count)]


def asking(work: int, seed: int) -> Request:
    body = json.dumps({"seed": seed, "result": after(work, seed)})
    expect = Expectation(content_type="application/json", form="json", body=body)
    return Request(path=f"/mixed?work={work}&seed={seed}", expect=expect, timed=work == 0)


def after(steps: int, seed: int) -> int:
    """What the generator gives after so many steps."""
    factor, added = 1, 0
    of_step, to_step = FACTOR, ADDED
    while steps:
        if steps & 1:
            factor, added = factor * of_step % MODULUS, (added * of_step + to_step) % MODULUS
        of_step, to_step = of_step * of_step % MODULUS, (to_step * of_step + to_step) % MODULUS
        steps >>= 1
    return (factor * seed + added) % MODULUS
