"""Rows read by many tasks at once; then waits, its connections open, until its input ends."""

import asyncio
import json
import sys

from harness_data import asynchronous


async def main() -> None:
    rows = await asyncio.gather(*(asynchronous.random_world() for _ in range(240)))
    sys.stdout.write(json.dumps(rows) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
