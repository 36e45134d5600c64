"""Requests that a scenario's prepare.py makes: more than a manifest can hold, so that no answer can be replayed."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from harness.catalog.fault import ManifestFault, refuse
from harness.catalog.scripts import DESCRIBED_IN, loaded_script
from harness.model.asked.request import Level, Request
from harness.model.measured.load import LoadScenario

SCRIPT: Final = "prepare.py"
MOST_CHARACTERS: Final = 64 * 1024 * 1024
"""Of all bodies together: verifier and load generator keep them in memory."""

SOME_LEVEL: Final = Level(connections=1, n=1)


@lru_cache(maxsize=32)
def prepared_requests(path: Path, *given: int) -> tuple[Request, ...]:
    """What `prepare(count)` of the file makes, or `prepare(count, work)`. Raises UsageError where it cannot be run, or
    makes something else."""
    made = _made(path, *given)
    if isinstance(made, ManifestFault):
        refuse([made], DESCRIBED_IN)
    assert isinstance(made, tuple)
    return made


def with_requests(scenario: LoadScenario) -> LoadScenario:
    """The scenario with its requests in it, where prepare.py makes them."""
    if scenario.prepare is None:
        return scenario
    requests = prepared_requests(Path(scenario.prepare), *scenario.prepared)
    return scenario.model_copy(update={"requests": requests, "prepare": None})


def _made(path: Path, count: int, *work: int) -> tuple[Request, ...] | ManifestFault:
    module = loaded_script(path)
    if isinstance(module, ManifestFault):
        return module
    prepare = getattr(module, "prepare", None)
    if not callable(prepare):
        return ManifestFault(path, "prepare", "missing", "write def prepare(count: int) -> list[Request]")
    try:
        made = tuple(prepare(count, *work))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever foreign code raises is what there is to report
        return ManifestFault(path, "prepare", f"cannot make requests: {type(error).__name__}: {error}")
    faults = (ManifestFault(path, "prepare", what, mend) for what, mend in _faults(made, count))
    return next(faults, made)


def _faults(made: Sequence[object], count: int) -> Iterator[tuple[str, str]]:
    """What is wrong with what was made, and how to mend it."""
    mend = f"return {count:,} requests, each with its own expect"
    if len(made) != count:
        yield f"makes {len(made):,} requests, not {count:,}", mend
    size = 0
    for number, one in enumerate(made):
        if not isinstance(one, Request):
            yield f"request {number} is a {type(one).__name__} and no Request", mend
            return
        if one.expect is None:
            yield f"request {number} has no expect", mend
        if one.value_names or one.path != one.at(SOME_LEVEL).path:
            yield f"request {number} holds {{n}} or {{{{name}}}}, which nothing fills in here", "write out what is sent"
        size += len(one.body)
    if size > MOST_CHARACTERS:
        what = f"the bodies hold {size:,} characters; at most {MOST_CHARACTERS:,} are taken"
        yield what, "make fewer requests, or shorter ones"
