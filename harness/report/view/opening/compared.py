"""What was compared, in a line: what a reader must know before using the answer."""

from collections.abc import Iterator, Sequence
from typing import Final

from harness.model.measured.audit import UPSTREAM
from harness.model.measured.campaign import CampaignRecord, ServiceFacts
from harness.report.text import count, listing, percent, place, shorten
from harness.report.view.names import version_of
from harness.report.view.sections.details import frameworks
from harness.report.view.sections.facts import noise_floors
from harness.report.view.source import Source

MOST_VERSIONS: Final = 8
TOO_NOISY: Final = 1.0
"""A share of 1. A bound beyond it comes from a twin that was measured in too few blocks, and says nothing."""


def compared(source: Source) -> str:
    """Workers, cores, versions, and from where on a difference is more than noise."""
    return f"{'; '.join(part for part in _parts(source) if part)}."


def _parts(source: Source) -> Iterator[str]:
    record = source.record
    yield _workers(record)
    yield _cores(record)
    yield _versions(source)
    yield _threads(record.plan.threads, "thread")
    yield _threads(record.plan.runtime_threads, "runtime thread")
    yield _pools(record)
    yield f"Python {shorten(listing([version_of(one) for one in record.interpreters]), 80)}"
    yield count(len(record.completed_blocks), "block")
    floors = noise_floors(source)
    if floors and floors[-1] < TOO_NOISY:
        yield f"differences up to {percent(floors[-1])} are noise"
    elif floors:
        yield "too few blocks to say which differences are noise"


def _workers(record: CampaignRecord) -> str:
    workers = sorted({cell.workers for cell in record.plan.cells})
    return f"{place(workers[0], workers[-1])} {'worker' if workers == [1] else 'workers'} each"


def _threads(numbers: Sequence[int], what: str) -> str:
    return f"{place(numbers[0], numbers[-1])} {what}{'' if numbers == (1,) else 's'} each" if numbers else ""


def _pools(record: CampaignRecord) -> str:
    pools = record.plan.pools
    return f"{place(pools[0], pools[-1])} database connections each" if pools else ""


def _cores(record: CampaignRecord) -> str:
    """Where servers ran, and whether the database and the load generator took their time from there."""
    cores, machine = record.machine.cores, record.machine
    if not cores.server:
        return f"servers, database and load generator on any of {count(machine.logical_cpus, 'core')}"
    beside = [_named(service) for service in record.services] if set(cores.services) & set(cores.server) else []
    beside += ["the load generator"] if cores.shared else []
    on = f"servers on {count(len(cores.server), 'core')}"
    return f"{on}, which {listing(beside)} {'shares' if len(beside) == 1 else 'share'}" if beside else on


def _named(service: ServiceFacts) -> str:
    return "the upstream" if service.name == UPSTREAM else "the database"


def _versions(source: Source) -> str:
    """Of the frameworks, each once."""
    found: dict[str, str] = {}
    for name in source.contestants:
        for package, version in frameworks(source.record, name.id).items():
            found.setdefault(package, version)
    named = [f"{package} {version}" for package, version in sorted(found.items())]
    left = len(named) - MOST_VERSIONS
    return ", ".join(named if left <= 0 else [*named[:MOST_VERSIONS], f"{left} more"])
