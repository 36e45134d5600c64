"""Stacks of Python functions, each completed by the native functions that were seen below it at another time.

Where a library was built without unwind tables, the profiler cannot read a native stack, and leaves the whole sample
out: 134 of 249 of a server that validates. It never fails to read a stack of Python functions. So these say how often,
and the native ones only what was below the innermost of them.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from typing import NamedTuple


class Named(NamedTuple):
    """A function and its file, as the profiler names them."""

    function: str
    file: str


Names = tuple[Named, ...]
"""A stack, the outermost function first."""
Counted = tuple[Names, int]


def joined(python: Sequence[Counted], native: Iterable[Counted]) -> Iterator[Counted]:
    """One stack for each sample of `python`, with a count of one.

    It is a native stack with the same Python functions; without any, the native functions that were seen below the same
    innermost one are put below it. All that were seen are used in turn, in random order.
    """
    known = {name for names, _ in python for name in names}
    whole: defaultdict[Names, list[Names]] = defaultdict(list)
    below: defaultdict[Named, list[Names]] = defaultdict(list)
    for names, samples in native:
        functions = tuple(name for name in names if name in known or is_python(name))
        if functions:
            last = len(names) - names[::-1].index(functions[-1])
            whole[functions] += [names] * samples
            below[functions[-1]] += [names[last:]] * samples
    dice = random.Random(0)
    for seen in (*whole.values(), *below.values()):
        dice.shuffle(seen)
    wholes = {functions: cycle(seen) for functions, seen in whole.items()}
    tails = {function: cycle(seen) for function, seen in below.items()}
    for names, samples in python:
        for _ in range(samples):
            if names in wholes:
                yield next(wholes[names]), 1
            elif names and names[-1] in tails:
                yield names + next(tails[names[-1]]), 1
            else:
                yield names, 1


def is_python(name: Named) -> bool:
    """Whether a function is Python's by its file."""
    return name.file.endswith(".py") or name.file.startswith("<")
