"""An ASGI application, slowed on purpose: each request first takes so many turns of a loop that does nothing.

A loop that counts, not one that looks at a clock: where the machine runs at half its speed, the loop does too, and its
share of a request stays what it was. An application that takes no turns has the loop all the same.
"""

import importlib
import os
from collections.abc import Awaitable, Callable
from itertools import repeat
from typing import Any

TURNS = int(os.environ["TURNS"])

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

original: Callable[[Scope, Receive, Send], Awaitable[None]] = importlib.import_module("app").app


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    for _ in repeat(None, TURNS):
        pass
    await original(scope, receive, send)
