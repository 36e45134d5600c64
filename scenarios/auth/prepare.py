"""Tokens, each with its user's row. Every 16th is bad in one of the ways of docs/contract.md, and refused."""

import json
import random

from harness.model.asked.dataset import WORLD_ROWS, worlds
from harness.model.asked.request import Expectation, Request
from harness.model.asked.tokens import NEVER, TOKEN_KEY, forged, token_of

SEED = 20_261_130
OF_WHICH_ONE_IS_BAD = 16
ISSUED = 1_767_225_600
"""Unix seconds: the first of January 2026."""
REFUSED = Expectation(status=401, status_to=403, content_type="", form="any")


def prepare(count: int) -> list[Request]:
    """`count` tokens, each of another user."""
    users = random.Random(SEED).sample(worlds(), count)
    return [
        bad(place, user.id) if place % OF_WHICH_ONE_IS_BAD == 15 else right(user.id, user.random_number)
        for place, user in enumerate(users)
    ]


def right(user: int, number: int) -> Request:
    row = json.dumps({"id": user, "randomNumber": number})
    expect = Expectation(content_type="application/json", form="json", body=row)
    return asked(token_of(claims(user)), expect)


def bad(place: int, user: int) -> Request:
    """One that must be refused, whether before the row is read or after."""
    tokens = (
        forged(token_of(claims(user)), claims(user % WORLD_ROWS + 1)),
        token_of(claims(user, expires=ISSUED + 3600)),
        token_of(claims(user), key=None),
        token_of(claims(user), key=f"not {TOKEN_KEY}"),
        None,
        token_of(claims(WORLD_ROWS + user)),
    )
    return asked(tokens[place // OF_WHICH_ONE_IS_BAD % len(tokens)], REFUSED, audited=False)


def claims(user: int, expires: int = NEVER) -> dict[str, object]:
    return {"sub": str(user), "iat": ISSUED, "exp": expires}


def asked(token: str | None, expect: Expectation, *, audited: bool = True) -> Request:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Request(path="/auth", headers=headers, expect=expect, audited=audited)
