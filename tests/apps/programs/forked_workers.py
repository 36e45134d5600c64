"""Imports the module, forks as a pre-forking server does, and reads rows in each worker."""

import json
import multiprocessing
import sys

from harness_data import sync


def rows() -> list[dict[str, int]]:
    return [sync.random_world() for _ in range(20)]


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as workers:
        parts = [workers.apply_async(rows) for _ in range(3)]
        sys.stdout.write(json.dumps([row for part in parts for row in part.get(timeout=60)]) + "\n")
        sys.stdout.flush()
    sys.stdin.read()
