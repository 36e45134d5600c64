"""The upstream's answers: `asked(key)` for threads, `awaited(key)` for event loops. Both ask over kept connections.

Each worker process has one client, made at its first request, so after every fork of the server. It opens as many
connections as requests wait at a time: nothing is queued here.
"""

import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp
    import urllib3

UPSTREAM_URL = os.environ.get("HARNESS_UPSTREAM_URL", "")
_MOST_THREADS = 256
"""Connections that are kept: more than a server has threads in any campaign."""

_opening = Lock()

Answer = dict[str, str | int]


def asked(key: str) -> Answer:
    """What the upstream answers for a key; the thread waits for it."""
    with _opening:  # `cache` alone would let two first requests open two pools
        pool = _pool()
    response = pool.request("GET", f"{UPSTREAM_URL}/{key}")
    if response.status != 200:
        raise RuntimeError(f"the upstream answers with status {response.status}")
    return response.json()


async def awaited(key: str) -> Answer:
    """What the upstream answers for a key; the event loop goes on meanwhile."""
    async with _session().get(f"{UPSTREAM_URL}/{key}", raise_for_status=True) as response:
        return await response.json()


@cache
def _pool() -> "urllib3.PoolManager":
    import urllib3  # noqa: PLC0415 - only this scenario needs it

    return urllib3.PoolManager(num_pools=1, maxsize=_MOST_THREADS, block=False, retries=False)


@cache
def _session() -> "aiohttp.ClientSession":
    """A worker has one event loop: so has the session."""
    import aiohttp  # noqa: PLC0415 - only this scenario needs it

    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
