"""Keeping the harness itself off the cores of what it measures."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def pinned(cpus: Sequence[int]) -> Iterator[None]:
    """This process on `cpus` alone, for the length of the with-block; nothing where none are given (not Linux)."""
    if not cpus:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
