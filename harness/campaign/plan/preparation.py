"""From what was asked for to everything a campaign needs: found, chosen, installed, described."""

import hashlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import VERSION
from harness.campaign.plan.cells import (
    OTHER_PYTHON,
    Axes,
    cells_of,
    reference_of,
    short_of_workers,
    waiting_with_workers,
    whys_not_on,
    with_twin,
    without_database,
    without_option,
    without_python,
)
from harness.campaign.plan.commit import commit_around, commit_of
from harness.campaign.plan.options import GIVEN_BY, POOL_SIZE, Generator, PlatformOptions, RunOptions
from harness.campaign.plan.planning import latency_scenarios
from harness.campaign.plan.profiles import Profile, profile
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected, only_what_servers_can, select
from harness.catalog.applications import Application
from harness.catalog.content import tree_digest
from harness.catalog.scenarios import Scenario
from harness.measure.cores import split_cores
from harness.measure.interpreter import Python, found_of
from harness.measure.machine import fingerprint
from harness.measure.spinning import why_not_spin
from harness.model.asked.cell import DatabaseKind
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.measured.campaign import CampaignRecord, Plan, Source
from harness.model.measured.load import Waiting
from harness.model.measured.machine import Cores
from harness.model.notice import Notice
from harness.process.environment import passed_on
from harness.process.folders import refuse_unusable_temporary_folder
from harness.under_test.install.locks import lock_of
from harness.under_test.launch.programs import absent
from harness.under_test.launch.servers import SERVERS
from harness.under_test.services.choice import choose_database

MOST_SERVER_WORKERS = 8
READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Platform:
    """What applications will run on, as it was found on this machine."""

    pythons: tuple[Python, ...]
    cores: Cores
    database: DatabaseKind
    database_url: str | None
    axes: Axes
    waiting: Waiting
    notices: tuple[Notice, ...]

    def python(self, label: str) -> Path:
        """The interpreter with this label."""
        return next(one.path for one in self.pythons if one.interpreter.label == label)


@dataclass(frozen=True)
class Prepared:
    """A campaign that could start now. `record` holds its plan; nothing has been measured."""

    record: CampaignRecord
    platform: Platform
    generator: Generator
    applications: Mapping[str, Application]
    scenarios: Mapping[str, Scenario]


def find_platform(project: Project, asked: PlatformOptions, generator: Generator, needs_database: bool) -> Platform:
    """Look at the interpreters, the cores and the database. Raises EnvironmentRefused where one cannot be had; of
    several interpreters, where none can."""
    pythons, of_pythons = found_of(asked.pythons or (Path(sys.executable),), passed_on())
    cores = split_cores()
    url = asked.database_url.get_secret_value() if asked.database_url else None
    kind: DatabaseKind = "none"
    notices: tuple[Notice, ...] = ()
    if needs_database:
        kind, notices = choose_database(asked.database, url, workdir=project.cache)
        notices = (*notices, *not_asked_for(url))
    axes = Axes(
        workers=asked.server_workers or (max(1, min(MOST_SERVER_WORKERS, len(cores.server))),),
        interpreters=tuple(one.interpreter.label for one in pythons),
        threads=asked.threads,
        runtime_threads=asked.runtime_threads,
        pools=asked.pools if len(asked.pools) > 1 and kind != "none" else (),
    )
    waiting, of_generator = waiting_of(generator, cores)
    return Platform(
        pythons,
        cores,
        kind,
        url if kind == "postgresql" else None,
        axes,
        waiting,
        (*of_pythons, *notices, *without_database(asked.pools, kind), *of_generator),
    )


def waiting_of(generator: Generator, cores: Cores) -> tuple[Waiting, tuple[Notice, ...]]:
    """How the generator waits for answers; with a notice where it was left to the machine, and that speaks against
    spinning. Workers on other machines are woken there, at no cost of the server's."""
    if generator.waiting != "auto":
        return generator.waiting, ()
    if generator.workers:
        return "block", ()
    if generator.processes > len(cores.generator):
        why: str | None = f"there are more load processes ({generator.processes}) than CPUs for them"
    else:
        why = why_not_spin(cores)
    if why is None:
        return "spin", ()
    return "block", (
        Notice(
            code="generator-sleeps",
            seen=f"the load generator sleeps between answers: {why}. The servers pay for waking it, slow ones for"
            " nearly every answer: ratios to a fast one come out too low",
            mend="free a core for it, or keep it awake all the same: --generator spin",
        ),
    )


def not_asked_for(url: str | None) -> tuple[Notice, ...]:
    """That a database in the environment is left alone: it may be somebody's real one, and a campaign loads it."""
    if url is not None or "DATABASE_URL" not in os.environ:
        return ()
    return (
        Notice(
            code="database-url-ignored",
            seen="DATABASE_URL is set and ignored: a benchmark loads no database that was not named for it",
            mend=f'to measure on that one: --database-url "$DATABASE_URL", or set {GIVEN_BY}',
        ),
    )


def _profile_of(options: RunOptions) -> Profile:
    """The profile; its numbers of workers and threads give way to those of options."""
    given = options.platform
    return profile(options.profile).leaving(workers=bool(given.server_workers), threads=bool(given.threads))


def prepare(project: Project, options: RunOptions, given: Selected | None = None) -> Prepared:
    """Make the plan, and the record it is kept in. Nothing is installed or started by it. `given`: what to measure
    where that lies in no folder with a manifest; the options select nothing then.

    Raises UsageError for manifests and filters, EnvironmentRefused for what the machine lacks.
    """
    refuse_unusable_temporary_folder()
    chosen = given or select(project, options.selection, _profile_of(options))
    selected, left_out = runnable_here(only_what_servers_can(chosen))
    needs_database = any("database" in scenario.manifest.needs for scenario in selected.scenarios)
    platform = find_platform(project, options.platform, options.generator, needs_database)
    plan = plan_of(selected, platform, options)
    planned = {cell.app for cell in plan.cells}
    applications = {one.id: one for one in selected.applications if one.id in planned}
    created_at = time.time()
    record = CampaignRecord(
        id=time.strftime("%Y%m%d-%H%M%S", time.localtime(created_at)),
        created_at=created_at,
        harness_version=VERSION,
        commit=commit_of(project.root),
        plan=plan,
        applications={id_: application.manifest for id_, application in applications.items()},
        interfaces={cell.server: SERVERS[cell.server].interface for cell in plan.cells},
        cannot={cell.server: SERVERS[cell.server].cannot for cell in plan.cells},
        machine=fingerprint().model_copy(update={"cores": platform.cores}),
        interpreter=platform.pythons[0].interpreter,
        other_interpreters=tuple(one.interpreter for one in platform.pythons[1:]),
        sources={id_: source_of(application, project.apps) for id_, application in applications.items()},
        locks={id_: digest for id_, application in applications.items() if (digest := lock_digest(application))},
        notices=(
            *platform.notices,
            *chosen.notices,
            *left_out,
            *short_of_workers(plan.cells, platform.axes.workers),
            *without_option(plan.cells, platform.axes),
            *without_python(selected.choices, platform.axes.interpreters),
            *waiting_with_workers(plan.cells),
            *sharing_state([one for one in selected.scenarios if one.folder.parent != project.scenarios]),
        ),
    )
    return Prepared(
        record,
        platform,
        options.generator,
        applications,
        {scenario.id: scenario for scenario in selected.scenarios},
    )


def plan_of(selected: Selected, platform: Platform, options: RunOptions) -> Plan:
    """What will be measured. Raises UsageError where a name matches nothing, and for a limit that holds for nothing;
    EnvironmentRefused where no server can be installed for an interpreter here."""
    manifests = tuple(scenario.manifest for scenario in selected.scenarios)
    latency = latency_scenarios(manifests, options.latency)
    shape = options.shape.model_copy(update={"levels_s": options.levels_s})
    if options.p99_s is not None and not latency:
        raise UsageError(
            "a limit on p99 needs a scenario whose latency is measured",
            where="--p99",
            mend="name one with --latency, instead of none",
        )
    cells = cells_of(selected.choices, platform.axes, database=platform.database)
    if not cells:
        reasons = whys_not_on(selected.choices, platform.axes.interpreters)
        raise EnvironmentRefused("; ".join(reasons), where="--server", mend=OTHER_PYTHON)
    reference = reference_of(cells, options.reference)
    return Plan(
        seed=options.seed,
        profile=options.profile,
        cells=with_twin(cells, reference),
        scenarios=manifests,
        reference=reference.id,
        delta=options.delta,
        load_processes=options.generator.processes,
        load_workers=options.generator.workers,
        target_host=options.generator.target_host,
        waiting=platform.waiting,
        latency=latency,
        latency_in_turn=options.latency is None and len(latency) > 1,
        latency_share=options.latency_share,
        p99_s=options.p99_s,
        start_timeout_s=options.platform.start_timeout_s,
        shape=shape,
        budget_s=options.budget_s,
        max_blocks=options.max_blocks,
        min_blocks=options.min_blocks,
        database=platform.database,
        pool_size=options.platform.pools[0] if len(options.platform.pools) == 1 else POOL_SIZE,
    )


def source_of(application: Application, apps: Path) -> Source:
    """What its code is. The project's own applications are of the campaign's commit, which is recorded once."""
    outside = application.folder.parent != apps
    commit = commit_around(application.folder) if outside else None
    code_alone = application.manifest.service
    return Source(sha256=tree_digest(application.folder, apps / "_shared", code_alone=code_alone), commit=commit)


def sharing_state(scenarios: Sequence[Scenario]) -> tuple[Notice, ...]:
    """Which scenarios of the user's own write somewhere that the harness neither gives each cell nor puts back."""
    return tuple(
        Notice(
            code="shared-state",
            seen=f"{one.id} sends requests that write, and needs no database of the harness: what it writes elsewhere"
            " is shared by all cells, the reference's twin among them, and is not put back between blocks",
            mend='keep it at DATABASE_URL with needs = ["database"] in scenario.toml, or begin afresh at each start',
        )
        for one in scenarios
        if "database" not in one.manifest.needs and {each.method for each in one.requests} - READING
    )


def lock_digest(application: Application) -> str | None:
    """SHA-256 of the application's lock; None where it has none."""
    lock = lock_of(application)
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock and lock.is_file() else None


def runnable_here(selected: Selected) -> tuple[Selected, tuple[Notice, ...]]:
    """What of the selection can be run here, and a notice for each application whose programs this machine lacks: that
    is no failure.

    Raises EnvironmentRefused, with the commands that mend it, where nothing is left.
    """
    notices = {one.id: notice for one in selected.applications if (notice := absent(one.manifest))}
    left = replace(
        selected,
        applications=tuple(one for one in selected.applications if one.id not in notices),
        choices=tuple(choice for choice in selected.choices if choice.application.id not in notices),
    )
    if not left.choices:
        reasons = [f"{notice.seen}; {notice.mend}" for notice in notices.values()]
        raise EnvironmentRefused("\n".join(["no application is left that can be run", *reasons]))
    return left, tuple(notices.values())
