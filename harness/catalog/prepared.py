"""Requests that a scenario's prepare.py makes: more than a manifest can hold, so that no answer can be replayed."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from harness.catalog.fault import ManifestFault, refuse
from harness.catalog.scripts import DESCRIBED_IN, loaded_script
from harness.model.asked.scenario import Request
from harness.model.measured.load import LoadScenario

SCRIPT: Final = "prepare.py"


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
    except Exception as error:  # noqa: BLE001 - whatever foreign code raises is what there is to report
        return ManifestFault(path, "prepare", f"cannot make requests: {type(error).__name__}: {error}")
    if len(made) != count or not all(isinstance(one, Request) and one.expect is not None for one in made):
        mend = f"return {count} requests, each with its own expect"
        return ManifestFault(path, "prepare", f"makes {len(made)} things that are not all requests with expect", mend)
    return made
