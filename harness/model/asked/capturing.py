"""Which values are captured where, and which are missing. Pure."""

from collections.abc import Collection, Iterator, Sequence

from harness.model.asked.scenario import Asked, Step


def uncaptured(
    before: Sequence[Step], requests: Sequence[Asked], known: Collection[str] = ()
) -> Iterator[tuple[str, str, str]]:
    """Names that stand in a step or request and have no value by then: the key, what is wrong, how to mend it.

    `known`: names whose values are given otherwise.
    """
    names = set(known)
    for number, step in enumerate(before):
        yield from _missing(f"before.{number}", step.value_names, names)
        names |= step.capture.keys()
    for number, request in enumerate(requests):
        yield from _missing(f"requests.{number}", request.value_names, names)


def _missing(key: str, needed: Sequence[str], names: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for name in needed:
        if name not in names:
            there = f"captured are: {', '.join(sorted(names))}" if names else "capture it in a [[before]]"
            yield key, f"{{{{{name}}}}} has no value", there
