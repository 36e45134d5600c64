"""The candidates of `harness tune`, and the campaign in which they race."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.campaign.plan.cells import NO_OPTION, with_twin
from harness.campaign.plan.options import POOL_SIZE, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.campaign.plan.preparation import MOST_SERVER_WORKERS, Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected, select
from harness.campaign.target.service import DEFAULT_SERVER
from harness.catalog.filters import ALL
from harness.catalog.scenarios import Scenario
from harness.measure.cores import split_cores
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.model.asked.scenario import Loads, Ranked
from harness.model.asked.tuning import Tuning
from harness.model.errors import UsageError
from harness.model.measured.campaign import Plan
from harness.under_test.launch.command import SOURCES
from harness.under_test.launch.servers import SERVERS

USUAL: Final = "json"
"""The scenario where none is named and the application answers it."""
THREADS_TRIED: Final = (1, 4, 8, 16, 32)
GRANIANS_OWN: Final = 1
"""Runtime threads of the servers that have an option for them, where nobody chooses their number."""
FEW_CORES: Final = 4
"""Up to which every number of workers is tried."""


@dataclass(frozen=True)
class Asked:
    """`p99_s`: the limit; None: none. `connections`: at a time, instead of those of the scenario. `platform`,
    `options`: of PlatformOptions and RunOptions, those that were given."""

    platform: PlatformOptions = field(default_factory=PlatformOptions)
    p99_s: float | None = None
    connections: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def selected_application(
    project: Project, app: str, folders: Selection, servers: Sequence[str], scenario: str | None
) -> Selected:
    """The application on every server that it names, or on those of `servers`, in one scenario.

    Raises UsageError where it is not there, where `app` or `scenario` is a pattern of several, and for filters that
    leave nothing.
    """
    wanted = folders.model_copy(
        update={"only": (app,), "servers": tuple(servers) or (ALL,), "scenarios": (scenario,) if scenario else ()}
    )
    try:
        chosen = select(project, wanted)
    except UsageError as fault:
        raise UsageError(fault.what, where=fault.where.replace("--only", "APP"), mend=fault.mend) from None
    found = [one for one in chosen.applications if one.id == app]
    if not found:
        raise UsageError("it is a pattern, and one application is tuned", where=f"APP ({app})", mend="name its id")
    choices = tuple(choice for choice in chosen.choices if choice.application.id == app)
    answered = [one for one in chosen.scenarios if one.id in found[0].manifest.scenarios]
    return Selected(tuple(found), choices, (_one_scenario(found[0].manifest, answered, scenario),), chosen.notices)


def _one_scenario(manifest: AppManifest, answered: Sequence[Scenario], asked: str | None) -> Scenario:
    """The one that was named, else the usual one, else the first of the application."""
    by_id = {one.id: one for one in answered}
    if asked and len(by_id) > 1:
        raise UsageError(
            f"{asked} matches {', '.join(by_id)}, and a configuration is looked for in one scenario",
            where="--scenario",
            mend="name one of them",
        )
    return by_id.get(USUAL) or by_id[next(one for one in manifest.scenarios if one in by_id)]


def workers_tried(cores: int) -> tuple[int, ...]:
    """Numbers of workers on so many cores of the servers: 1 to all of them, and twice as many. Beyond FEW_CORES those
    between are powers of two."""
    if cores <= FEW_CORES:
        return (*range(1, cores + 1), 2 * cores)
    powers = [2**power for power in range(cores.bit_length()) if 2**power < cores]
    return (*powers, cores, 2 * cores)


def planned(project: Project, chosen: Selected, asked: Asked) -> Prepared:
    """The campaign of all candidates; the reference is the configuration that `harness run` would measure, or the first
    candidate where that is none.

    Raises UsageError where there are fewer than two candidates.
    """
    cores = max(1, len(split_cores().server))
    platform = asked.platform.model_copy(
        update={
            "server_workers": asked.platform.server_workers or workers_tried(cores),
            "threads": asked.platform.threads or THREADS_TRIED,
        }
    )
    chosen = _comparable(_loaded(chosen, asked.connections))
    latency = None if asked.p99_s else (NONE,)
    options = RunOptions(**{**asked.options, "platform": platform, "latency": latency})
    prepared = prepare(project, options, chosen)
    plan, record = prepared.record.plan, prepared.record
    cells = [cell for cell in plan.cells if not cell.twin]
    if len(cells) < 2:
        raise UsageError(
            f"there is one candidate, {cells[0].label}: nothing to choose between",
            where="--server, --server-workers, --threads",
            mend="leave more of them; a --command that names {workers} can be given several numbers",
        )
    (application,) = chosen.applications
    default = default_of(cells, usual_server(application.manifest), min(MOST_SERVER_WORKERS, cores))
    tuning = Tuning(
        application=application.id,
        title=application.manifest.title,
        default=default.id if default else None,
        p99_s=asked.p99_s,
        src=(application.root / SOURCES).is_dir(),
    )
    record = record.model_copy(update={"tuning": tuning, "plan": _beside(plan, default or cells[0])})
    kept = tuple(one for one in record.notices if one.code not in EXPECTED)
    return replace(prepared, record=record.model_copy(update={"notices": kept}))


EXPECTED: Final = ("fewer-workers", *NO_OPTION.values())
"""Notices that say no more than the list of candidates does."""


def usual_server(manifest: AppManifest) -> str:
    """The one that `harness run` starts it on: the first of a manifest; of a service, its interface's usual one."""
    usual = {server for server in DEFAULT_SERVER.values() if server in manifest.servers}
    return next(iter(usual)) if manifest.service and usual else manifest.servers[0]


def default_of(cells: Sequence[Cell], server: str, workers: int) -> Cell | None:
    """What `harness run` would measure: the default server with its usual workers, threads and pool."""
    return next(
        (
            cell
            for cell in cells
            if cell.server == server
            and cell.workers == min(workers, SERVERS[server].most_workers or workers)
            and cell.threads in {None, USUAL_THREADS}
            and cell.runtime_threads in {None, GRANIANS_OWN}
            and cell.pool in {None, POOL_SIZE}
        ),
        None,
    )


def _beside(plan: Plan, reference: Cell) -> Plan:
    """The plan with another reference and its twin."""
    cells = [cell for cell in plan.cells if not cell.twin]
    return plan.model_copy(update={"cells": with_twin(cells, reference), "reference": reference.id})


def _loaded(chosen: Selected, connections: int | None) -> Selected:
    """With so many connections at a time in the place of the scenario's."""
    if connections is None:
        return chosen
    (scenario,) = chosen.scenarios
    at = scenario.manifest.rank.at.model_copy(update={"connections": connections})
    manifest = scenario.manifest.loaded_as(Loads(levels=(at,), rank=Ranked(at=at)))
    return replace(chosen, scenarios=(replace(scenario, manifest=manifest),))


def _comparable(chosen: Selected) -> Selected:
    """References hold no place beside others; configurations of one are compared like any."""
    (application,) = chosen.applications
    if application.manifest.tier != "reference":
        return chosen
    manifest = application.manifest.model_copy(update={"tier": "controlled"})
    return replace(
        chosen,
        applications=(replace(application, manifest=manifest),),
        choices=tuple(replace(choice, application=manifest) for choice in chosen.choices),
    )
