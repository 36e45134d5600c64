"""Every function of the data access that `argv[1]` names (`sync` or `asynchronous`), called by many at once."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

data = import_module(f"harness_data.{sys.argv[1]}")
AT_ONCE = 12


async def answers(function: Callable[..., object], *arguments: object) -> list[object]:
    """What AT_ONCE callers are given, threads or tasks."""
    if not inspect.iscoroutinefunction(function):
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(lambda _: function(*arguments), range(AT_ONCE)))
    return await asyncio.gather(*(function(*arguments) for _ in range(AT_ONCE)))


async def main() -> None:
    told = {
        "cached_worlds": await answers(data.cached_worlds, 30),
        "random_worlds": await answers(data.random_worlds, 20),
        "fortunes": await answers(data.fortunes),
        "updated_worlds": await answers(data.updated_worlds, 500),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


asyncio.run(main())
sys.stdin.read()
