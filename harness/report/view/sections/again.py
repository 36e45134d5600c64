"""How to measure the same again: a command made from the plan, and what else must be as it was."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.model.asked.application import AppManifest
from harness.model.asked.cell import short_names
from harness.model.asked.request import Request
from harness.model.asked.scenario import REQUESTS, USUAL_CONNECTIONS
from harness.model.asked.tuning import Tuning
from harness.model.measured.campaign import CampaignRecord, Plan, SliceShape
from harness.report.text import count, listing, shorten
from harness.report.view.names import python_of
from harness.report.view.source import Source

SHAPE: Final = {
    "length_s": "--slice",
    "burn_in_s": "--burn-in",
    "rotations_s": "--rotations",
    "warm_up_s": "--warm-up",
    "window_s": "--window",
    "levels_s": "--levels",
    "continuous_s": "--continuous",
}
"""The option of each part of a slice's shape. What is as usual is not written."""
USUAL_BLOCKS: Final = 1000
USUAL_DELTA: Final = 0.03
USUAL_SHARE: Final = 0.5
USUAL_POOL: Final = 16
WRONG: Final = 400
"""A status from here on is right only where that was said."""


@dataclass(frozen=True, slots=True)
class Again:
    """`command`: for a shell, in the folder of the project. `state`: what the project's own code was. `machine`: where
    it ran."""

    command: str
    state: str
    machine: str


def again(source: Source) -> Again:
    """Folders given with --app and --scenarios, interpreters given with --python, and a service's folder, environment
    and secrets are not known to a record: they are of its machine."""
    record = source.record
    commit = f", commit {shorten(record.commit, 60)}" if record.commit else ""
    return Again(
        command=shlex.join(_command(record)),
        state=f"harness {shorten(record.harness_version, 40)}{commit}",
        machine=_machine(record),
    )


def _command(record: CampaignRecord) -> list[str]:
    diff = record.diff
    if record.tuning:
        return ["harness", "tune", *_of_race(record, record.tuning)]
    if diff is None:
        return ["harness", "run", *options(record)]
    sides = [
        part for option, side in (("--a", diff.a), ("--b", diff.b)) for word in side.words for part in (option, word)
    ]
    kept = {"--scenario", "--server-workers", "--database", "--generator", "--budget", "--seed", "--blocks"}
    given = [part for name, text in _options(record) if name in kept for part in (name, text)]
    service = _service(record)
    compared = [part for pair in _of_service(service, record.plan) for part in pair] if service else [diff.application]
    return ["harness", "diff", *compared, *sides, *given, "--until", _share(record.plan.delta)]


def _service(record: CampaignRecord) -> AppManifest | None:
    """What is known of a service without a manifest; None where there were manifests."""
    return next((one for one in record.applications.values() if one.service and one.scenarios == (REQUESTS,)), None)


def _of_service(service: AppManifest, plan: Plan) -> Iterator[tuple[str, str]]:
    """What names a service, and what it is asked: requests of an option's kind as such, others as a file of them."""
    target = service.targets.asgi or service.targets.wsgi
    if service.own:
        yield "--command", shlex.join(service.own.argv)
    elif target:
        yield "--target", target
    if service.before_block:
        yield "--before-block", shlex.join(service.before_block)
    [scenario] = plan.scenarios
    if scenario.before or any(one.headers or one.body for one in scenario.requests):
        yield "--requests", "FILE"
    else:
        for one in scenario.requests:
            yield "--request", f"{f'{one.weight} ' if one.weight > 1 else ''}{one.method} {one.path}"
        for one in scenario.requests if any(_status(one) >= WRONG for one in scenario.requests) else ():
            yield "--expect", str(_status(one))
    if scenario.rank.at.connections != USUAL_CONNECTIONS:
        yield "--connections", str(scenario.rank.at.connections)


def _status(request: Request) -> int:
    return request.expect.status if request.expect else 200


def _of_race(record: CampaignRecord, tuning: Tuning) -> Iterator[str]:
    if service := _service(record):
        yield from (part for pair in _of_service(service, record.plan) for part in pair)
    else:
        yield tuning.application
        yield from (part for scenario in record.plan.scenarios for part in ("--scenario", scenario.id))
    servers = dict.fromkeys(cell.server for cell in record.plan.cells if cell.server != "own")
    yield from (part for server in servers for part in ("--server", server))
    kept = {"--server-workers", "--threads", "--runtime-threads", "--pool"}
    kept |= {"--database", "--generator", "--budget", "--seed", "--blocks"}
    yield from (part for name, text in _options(record) if name in kept for part in (name, text))
    if tuning.p99_s is not None:
        yield from ("--p99", _time(tuning.p99_s), "--latency-share", _share(record.plan.latency_share))
    yield from ("--until", _share(record.plan.delta))


def _machine(record: CampaignRecord) -> str:
    machine, pythons = record.machine, listing([python_of(one) for one in record.interpreters])
    processor = shorten(machine.cpu_model or machine.architecture, 80)
    return f"{count(machine.logical_cpus, 'logical CPU')} of {processor}, {shorten(pythons, 200)}"


def options(record: CampaignRecord) -> tuple[str, ...]:
    """What makes the plan again."""
    return tuple(part for pair in _options(record) for part in pair if part)


def _options(record: CampaignRecord) -> Iterator[tuple[str, str]]:
    plan, own, service = record.plan, [cell for cell in record.plan.cells if not cell.twin], _service(record)
    if service:
        yield from _of_service(service, plan)
    else:
        yield "--profile", plan.profile
        yield from (("--only", app) for app in dict.fromkeys(cell.app for cell in own))
    usual = {cell.app: record.applications[cell.app].servers[:1] for cell in own if cell.app in record.applications}
    if any((cell.server,) != usual.get(cell.app) for cell in own):
        yield from (("--server", server) for server in dict.fromkeys(cell.server for cell in own))
    if not service:
        yield from (("--scenario", scenario.id) for scenario in plan.scenarios)
    yield "--reference", short_names(plan.cells)[plan.reference]
    yield "--server-workers", _listed(plan.workers)
    if plan.threads:
        yield "--threads", _listed(plan.threads)
    if plan.runtime_threads:
        yield "--runtime-threads", _listed(plan.runtime_threads)
    if plan.database != "none":
        yield "--database", plan.database
    yield "--generator", plan.waiting
    yield "--budget", _time(plan.budget_s)
    yield "--seed", str(plan.seed)
    yield from _unusual(plan)


def _unusual(plan: Plan) -> Iterator[tuple[str, str]]:
    """What is written only where it is not as usual."""
    usual = SliceShape()
    for name, option in SHAPE.items():
        seconds = getattr(plan.shape, name)
        if seconds != getattr(usual, name):
            yield option, _time(seconds) if seconds else "none"
    if not plan.latency_in_turn:
        yield from (("--latency", scenario) for scenario in plan.latency or ("none",))
    if plan.latency_share != USUAL_SHARE:
        yield "--latency-share", _share(plan.latency_share)
    if plan.delta != USUAL_DELTA:
        yield "--until", _share(plan.delta)
    if plan.max_blocks != USUAL_BLOCKS:
        yield "--blocks", str(plan.max_blocks)
    if plan.p99_s is not None:
        yield "--p99", _time(plan.p99_s)
    if plan.pools or plan.pool_size != USUAL_POOL:
        yield "--pool", _listed(plan.pools or (plan.pool_size,))
    if plan.start_timeout_s is not None:
        yield "--start-timeout", _time(plan.start_timeout_s)
    if plan.load_workers:
        yield "--workers", str(plan.load_workers)
    elif plan.load_processes != 1:
        yield "--load-processes", str(plan.load_processes)


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _time(seconds: float) -> str:
    return f"{seconds:g}s" if seconds >= 1 else f"{1000 * seconds:g}ms"


def _share(value: float) -> str:
    return f"{100 * value:g}%"
