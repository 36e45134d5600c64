"""What the filters leave of what was found."""

import shlex
import tomllib
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from harness.campaign.plan.cells import Choice
from harness.campaign.plan.options import Exactly, Selection
from harness.campaign.plan.profiles import EVERYTHING, Profile
from harness.campaign.plan.project import Project
from harness.catalog.applications import Application, find_applications
from harness.catalog.filters import choose_applications, choose_scenarios, choose_servers, runs_not_on
from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.errors import UsageError
from harness.model.notice import Notice
from harness.under_test.launch.servers import SERVERS


@dataclass(frozen=True)
class Selected:
    """Applications, each with the servers chosen for it, and scenarios. `notices`: what the filters dropped of what a
    pattern of `--only` named."""

    applications: tuple[Application, ...]
    choices: tuple[Choice, ...]
    scenarios: tuple[Scenario, ...]
    notices: tuple[Notice, ...] = ()


def select(project: Project, wanted: Selection, profile: Profile = EVERYTHING) -> Selected:
    """Find everything and apply the filters. An application named by folder is taken beside those `only` names. The
    profile decides where a filter says nothing.

    Raises UsageError for faults in manifests, for a filter that matches nothing, and where nothing is left.
    """
    scenarios = find_scenarios(project.scenarios, wanted.scenario_folders)
    found = find_applications(
        project.apps,
        (*wanted.app_folders, *_beside(project, wanted, profile)),
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=[scenario.id for scenario in scenarios],
    )
    chosen = _loaded(choose_scenarios(scenarios, wanted.scenarios), wanted, profile)
    applications, exactly = _chosen(project, found, wanted, profile)
    known, answered = {application.id: application for application in applications}, {one.id for one in chosen}
    choices = tuple(
        choice_of(known[one.app], one) for one in exactly if answered.intersection(known[one.app].manifest.scenarios)
    )
    kept = {choice.application.id for choice in choices}
    notices = _dropped(project, applications, kept, wanted, profile, chosen=chosen)
    if not choices:
        raise UsageError(
            "These filters leave nothing to measure: "
            "no application answers the chosen scenarios on the chosen servers.",
            where=_filters_of(wanted),
            mend="see what there is with: harness list",
        )
    return Selected(tuple(a for a in applications if a.id in kept), choices, chosen, notices)


def _filters_of(wanted: Selection) -> str:
    """The filters that were given, as a person wrote them."""
    given = {"--only": wanted.only, "--skip": wanted.skip, "--server": wanted.servers, "--scenario": wanted.scenarios}
    return " ".join(f"{option} {value}" for option, values in given.items() for value in values) or "the profile"


def _dropped(
    project: Project,
    applications: tuple[Application, ...],
    kept: Set[str],
    wanted: Selection,
    profile: Profile,
    *,
    chosen: tuple[Scenario, ...],
) -> tuple[Notice, ...]:
    """A notice for each application that a pattern of `--only` named and the other filters drop; raises UsageError for
    those that were named by id or by folder."""
    if wanted.exactly:
        return ()
    servers = wanted.servers or profile.servers
    lost = [(one, _why_dropped(one, servers, chosen)) for one in applications if one.id not in kept]
    named = [why for one, why in lost if one.id in wanted.only or _was_given(project, one, profile)]
    if named:
        raise UsageError(
            "\n".join(named), where=_filters_of(wanted), mend="leave the application out, or change the other filter"
        )
    return tuple(Notice(code="filtered-out", seen=why, mend="it is not measured") for _, why in lost if wanted.only)


def _why_dropped(application: Application, servers: Sequence[str], chosen: tuple[Scenario, ...]) -> str:
    ids = [scenario.id for scenario in chosen]
    answered = application.manifest.scenarios
    if not set(ids) & set(answered):
        seen = f"{application.id} answers none of the chosen scenarios ({', '.join(ids)})"
        return f"{seen}; it answers {', '.join(answered)}"
    return runs_not_on(application, servers)


def choice_of(application: Application, exactly: Exactly) -> Choice:
    """The application where it is wanted, with what its server can run there."""
    return Choice(
        application.manifest,
        exactly.server,
        most_workers=most_workers(application, exactly.server),
        workers=exactly.workers,
        threads=exactly.threads,
        runtime_threads=exactly.runtime_threads,
        pool=exactly.pool,
        interpreter=exactly.interpreter,
    )


def most_workers(application: Application, server: str) -> int | None:
    """What the server can run of this application; None for any number."""
    alone = SERVERS[server].argv is None and not application.own_takes_workers
    return 1 if alone else SERVERS[server].most_workers


def _loaded(scenarios: tuple[Scenario, ...], wanted: Selection, profile: Profile) -> tuple[Scenario, ...]:
    """The scenarios that belong to the profile, or were named, at the levels of the profile."""
    if not wanted.scenarios:
        ours = (one for one in scenarios if one.manifest.core or not profile.core)
        scenarios = tuple(one for one in ours if not _is_left_to_techempower(one, profile))
    if not profile.techempower:
        return scenarios
    theirs = tuple(one for one in scenarios if one.manifest.techempower)
    return tuple(replace(one, manifest=one.manifest.loaded_as(one.manifest.techempower)) for one in theirs)


def _is_left_to_techempower(scenario: Scenario, profile: Profile) -> bool:
    listed = not profile.scenarios or scenario.id in profile.scenarios
    return scenario.manifest.techempower is not None and not listed


def _beside(project: Project, wanted: Selection, profile: Profile) -> tuple[Path, ...]:
    """Folders of the applications that stand for statements, but for those that somebody named."""
    named = {folder.resolve() for folder in wanted.app_folders}
    return tuple(folder for folder in project.applications_in(profile.beside) if folder.resolve() not in named)


def _was_given(project: Project, application: Application, profile: Profile) -> bool:
    """Whether somebody named its folder: it lies neither in apps/ nor where the profile looks too."""
    return application.folder.parent not in (project.apps, project.apps / profile.beside)


def _chosen(
    project: Project, found: tuple[Application, ...], wanted: Selection, profile: Profile
) -> tuple[tuple[Application, ...], tuple[Exactly, ...]]:
    if wanted.exactly:
        missing = sorted({one.app for one in wanted.exactly} - {application.id for application in found})
        if missing:
            raise UsageError(
                f"the campaign measured {', '.join(missing)}, of which nothing is found now",
                where="--resume",
                mend="give the folder of each application outside apps/ again: --app DIR",
            )
        return choose_applications(found, [one.app for one in wanted.exactly]), wanted.exactly
    # An application whose folder was given is wanted, whatever else --only names.
    given = [application.id for application in found if _was_given(project, application, profile)]
    core = [application.id for application in found if application.manifest.core]
    of_profile = profile.only or (core if profile.core else ())
    only = [*(wanted.only or of_profile), *given] if wanted.only or of_profile else []
    _refuse_those_of_other_folders(found, wanted.only)
    applications = choose_applications(found, only, wanted.skip)
    chosen = choose_servers(applications, wanted.servers or profile.servers, SERVERS)
    pairs = [(application.id, server) for application, server in chosen]
    return applications, tuple(one for app, server in pairs for one in _settings_of(app, server, profile))


def _settings_of(app: str, server: str, profile: Profile) -> tuple[Exactly, ...]:
    """The application with each number of threads that the profile gives it, where its server has an option for it."""
    numbers = profile.threads.get(app, (None,)) if SERVERS[server].threads else (None,)
    return tuple(Exactly(app=app, server=server, workers=profile.workers, threads=one) for one in numbers)


def only_what_servers_can(selected: Selected) -> Selected:
    """The selection without servers that can do none of its scenarios. Raises UsageError where none is left."""

    def can(choice: Choice) -> bool:
        answered = [one for one in selected.scenarios if one.id in choice.application.scenarios]
        return any(not _why_lacking(choice, one) for one in answered)

    left = tuple(choice for choice in selected.choices if can(choice))
    if not left:
        reasons = {_why_lacking(choice, one) for choice in selected.choices for one in selected.scenarios} - {""}
        raise UsageError(
            f"no server that was chosen can do these scenarios: {'; '.join(sorted(reasons))}",
            where="--server",
            mend="choose another server, or another scenario: harness list",
        )
    return replace(selected, choices=left)


def _why_lacking(choice: Choice, scenario: Scenario) -> str:
    """Why the server cannot do the scenario, at all or with this application; empty where it can."""
    lacked = choice.application.lacks.get(choice.server, {})
    return SERVERS[choice.server].cannot.get(scenario.manifest.kind) or lacked.get(scenario.id, "")


def _refuse_those_of_other_folders(found: tuple[Application, ...], only: Sequence[str]) -> None:
    """An application outside apps/ is found by its folder alone; where that is near, the message says so."""
    known = {application.id for application in found}
    for name in only:
        if name not in known and (folder := _folder_here(name)):
            raise UsageError(
                f'"{name}" matches nothing below apps/; it is the application in {folder}',
                where="--only",
                mend=f"name its folder instead of --only {name}: --app {shlex.quote(str(folder))}",
            )


def _folder_here(name: str) -> Path | None:
    """The current folder, or one right below it, that holds the manifest of an application with this id."""
    for manifest in (Path("app.toml"), *sorted(Path().glob("*/app.toml"))):
        try:
            if tomllib.loads(manifest.read_text(encoding="utf-8")).get("id") == name:
                return manifest.parent
        except (OSError, ValueError):  # not there, not ours to judge
            continue
    return None
