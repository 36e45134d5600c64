"""What `harness diff` was asked, and the campaign that answers it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from harness.campaign.plan.cells import Choice
from harness.campaign.plan.options import Exactly, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected, choice_of, select
from harness.campaign.target.asking import Wanted
from harness.campaign.target.given import learned_of
from harness.campaign.target.service import Service, relocked
from harness.campaign.variants.making import LETTERS, Base, Pair, Variant, pair_of
from harness.campaign.variants.sides import side_of
from harness.catalog.applications import Application, application_in
from harness.catalog.scenarios import Scenario, find_scenarios
from harness.measure.interpreter import describe, in_path, with_labels_of_their_own
from harness.model.asked.application import AppManifest
from harness.model.asked.gate import Threshold
from harness.model.errors import UsageError
from harness.model.measured.campaign import Plan, Source
from harness.process.environment import passed_on
from harness.under_test.install.variant_locks import variant_lock
from harness.under_test.launch.servers import SERVERS
from harness.under_test.verify.learning import with_any_body

USUAL = "json"
"""The scenario where none is named and both sides answer it."""


@dataclass(frozen=True)
class Asked:
    """`a`, `b`: the values of the two options. `server`: for both sides. `scenarios`: patterns; none: the usual one.
    `folders`: of applications and scenarios outside the project. `options`: of RunOptions, those that were given.
    `thresholds`: of the gate, which decide how long it is measured. `service`: what is compared instead of an
    application with a manifest, and the `requests` that it is asked."""

    application: str | None
    a: tuple[str, ...]
    b: tuple[str, ...]
    folders: Selection
    server: str | None = None
    scenarios: tuple[str, ...] = ()
    platform: PlatformOptions = field(default_factory=PlatformOptions)
    options: dict[str, Any] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    service: Service | None = None
    requests: Wanted = field(default_factory=Wanted)


@dataclass(frozen=True)
class Question:
    """The campaign that would answer it, and the two variants."""

    prepared: Prepared
    pair: Pair


def question_of(project: Project, asked: Asked) -> Question:
    """Find the application, make its variants, and plan the campaign. Nothing is installed or started by it.

    Raises UsageError for words that mean nothing, with those of both sides, and EnvironmentRefused for what cannot be
    had.
    """
    read = [side_of(f"--{letter}", given) for letter, given in zip(LETTERS, (asked.a, asked.b), strict=True)]
    if asked.service:
        asked = replace(asked, platform=asked.service.running_on(asked.platform))
    base, found = _base_of_service(project, asked) if asked.service else _base(project, asked)
    sides = [side for side, _ in read]
    pair = pair_of(project, base, sides, [fault for _, faults in read for fault in faults])
    return Question(planned(project, asked, pair, _scenarios(asked, pair, found)), pair)


def planned(project: Project, asked: Asked, pair: Pair, scenarios: Sequence[Scenario]) -> Prepared:
    """The campaign of the two variants. Its record says what they are."""
    variants = (pair.a, pair.b)
    pythons, labels = _interpreters(asked.platform, variants)
    given = Selected(
        applications=tuple(one.application for one in variants),
        choices=tuple(_choice(one, label) for one, label in zip(variants, labels, strict=True)),
        scenarios=tuple(scenarios),
        notices=tuple(notice for one in variants for notice in one.notices),
    )
    platform = asked.platform.model_copy(update={"pythons": pythons})
    reference = f"{pair.a.application.id}@{pair.a.server}"
    prepared = prepare(project, RunOptions(**asked.options, platform=platform, reference=reference), given)
    _refuse_untimed(asked.thresholds, prepared.record.plan)
    _refuse_idle_pools(pair, prepared.record.plan)
    commits = {one.side.app: one.side.commit for one in variants if one.side.commit}
    sources = {app: _of_commit(source, commits.get(app)) for app, source in prepared.record.sources.items()}
    diff = pair.diff.model_copy(update={"thresholds": asked.thresholds})
    return replace(prepared, record=prepared.record.model_copy(update={"diff": diff, "sources": sources}))


def _refuse_untimed(thresholds: Sequence[Threshold], plan: Plan) -> None:
    """Raises UsageError where a threshold could never be decided: no response times are measured."""
    untimed = [scenario.id for scenario in plan.scenarios if scenario.id not in plan.latency]
    if untimed and any(threshold.metric == "p99" for threshold in thresholds):
        raise UsageError(
            f"p99 has a threshold, and no response times are measured in {', '.join(untimed)}",
            where="--fail-on",
            mend="leave --latency out, or p99",
        )


def _refuse_idle_pools(pair: Pair, plan: Plan) -> None:
    """Raises UsageError where a pool would change nothing: no scenario asks the database."""
    idle = [f'--{letter} "pool={one.pool}"' for letter, one in zip(LETTERS, (pair.a, pair.b), strict=True) if one.pool]
    if idle and all(cell.database == "none" for cell in plan.cells):
        raise UsageError(
            f"{', '.join(scenario.id for scenario in plan.scenarios)} asks no database",
            where=", ".join(idle),
            mend="choose a scenario that does: --scenario db",
        )


def _interpreters(platform: PlatformOptions, variants: Sequence[Variant]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The interpreters of the campaign, and the label of each side's: one for both where they are the same."""
    usual = platform.pythons[0] if platform.pythons else Path(sys.executable)
    paths = [in_path(one.python or usual) for one in variants]
    found = [describe(path, passed_on()) for path in paths]
    if all(one == found[0] for one in found):
        return (paths[0],), tuple(one.label for one in found)
    return tuple(paths), tuple(one.label for one in with_labels_of_their_own(found))


def _of_commit(source: Source, commit: str | None) -> Source:
    """An exported revision lies in the cache, where no commit is found around it."""
    return source.model_copy(update={"commit": commit}) if commit else source


def _choice(variant: Variant, interpreter: str) -> Choice:
    exactly = Exactly(
        app=variant.application.id,
        server=variant.server,
        workers=variant.workers,
        threads=variant.threads,
        runtime_threads=variant.runtime_threads,
        pool=variant.pool,
        interpreter=interpreter,
    )
    return choice_of(variant.application, exactly)


def _base(project: Project, asked: Asked) -> tuple[Base, tuple[Scenario, ...]]:
    """An application with a manifest, and the scenarios that are left to it."""
    application, server, found = _application(project, asked)
    scenarios = find_scenarios(project.scenarios, asked.folders.scenario_folders)

    def relock(application: Application, wanted: Sequence[Requirement], server: str, like: Path | None) -> Path:
        requirements = {server: SERVERS[server].requirements}
        return variant_lock(application, wanted, requirements, project.apps, project.cache, like=like)

    reread = partial(_reread, known_scenarios=[one.id for one in scenarios])
    return Base(application, reread, relock, server), found


def _base_of_service(project: Project, asked: Asked) -> tuple[Base, tuple[Scenario, ...]]:
    """A service without one, and what it is asked. A body may differ from one side to the other: that is no fault."""
    service = asked.service
    assert service is not None, "asked of a service alone"
    found = learned_of(service, asked.requests, project, asked.platform.start_timeout_s)
    scenario = found.scenario.model_copy(update={"requests": tuple(map(with_any_body, found.scenario.requests))})

    def relock(application: Application, wanted: Sequence[Requirement], server: str, like: Path | None) -> Path:
        return relocked(service, application.folder, server, project.cache, wanted=wanted, like=like)

    def reread(folder: Path, app_id: str) -> Application:
        manifest = found.application.manifest.model_copy(update={"id": app_id})
        lock = None if service.venv else relocked(service, folder, manifest.servers[0], project.cache)
        return replace(found.application, manifest=manifest, folder=folder, lock=lock)

    base = Base(found.application, reread, relock, found.application.manifest.servers[0])
    return base, (Scenario(scenario, service.folder),)


def _application(project: Project, asked: Asked) -> tuple[Application, str, tuple[Scenario, ...]]:
    """The application as it is, the server of both sides, and the scenarios that are left to it."""
    assert asked.application is not None, "a service has none"
    wanted = asked.folders.model_copy(
        update={
            "only": (asked.application,),
            "servers": (asked.server,) if asked.server else (),
            "scenarios": asked.scenarios,
        }
    )
    try:
        chosen = select(project, wanted)
    except UsageError as fault:
        raise UsageError(fault.what, where=fault.where.replace("--only", "APP"), mend=fault.mend) from None
    choices = [one for one in chosen.choices if one.application.id == asked.application]
    if len(choices) != 1:
        what = "it names several servers" if choices else "it is a pattern, and one application is compared"
        raise UsageError(what, where=f"APP ({asked.application})", mend="name one application, and one server")
    [application] = [one for one in chosen.applications if one.id == asked.application]
    return application, choices[0].server, chosen.scenarios


def _reread(folder: Path, app_id: str, known_scenarios: Sequence[str]) -> Application:
    servers = {server.id: server.interface for server in SERVERS.values()}
    return application_in(folder, app_id, known_servers=servers, known_scenarios=known_scenarios)


def _scenarios(asked: Asked, pair: Pair, found: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Those that both sides answer: all that were named, else the usual one, else the first."""
    manifests = [pair.a.application.manifest, pair.b.application.manifest]
    common = {one.id: one for one in found if all(one.id in manifest.scenarios for manifest in manifests)}
    if not common:
        named = ", ".join(one.id for one in found)
        raise UsageError(f"the two sides have no scenario in common ({named})", where="--scenario")
    if asked.scenarios:
        return tuple(common.values())
    return (common.get(USUAL) or common[_first(manifests[0], common)],)


def _first(manifest: AppManifest, common: dict[str, Scenario]) -> str:
    return next(one for one in manifest.scenarios if one in common)
