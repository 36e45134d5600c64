"""What the filters leave of what was found."""

from dataclasses import dataclass, replace

from harness.campaign.options import Selection
from harness.campaign.planning import Choice
from harness.campaign.profiles import EVERYTHING, Profile
from harness.campaign.project import Project
from harness.catalog.applications import Application, find_applications
from harness.catalog.filters import choose_applications, choose_scenarios, choose_servers
from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.errors import UsageError
from harness.target.servers import SERVERS


@dataclass(frozen=True)
class Selected:
    """Applications, each with the servers chosen for it, and scenarios."""

    applications: tuple[Application, ...]
    choices: tuple[Choice, ...]
    scenarios: tuple[Scenario, ...]


def select(project: Project, wanted: Selection, profile: Profile = EVERYTHING) -> Selected:
    """Find everything and apply the filters. An application named by folder is taken beside those `only` names. The
    profile decides where a filter says nothing.

    Raises UsageError for faults in manifests, for a filter that matches nothing, and where nothing is left.
    """
    scenarios = find_scenarios(project.scenarios)
    found = find_applications(
        project.apps,
        wanted.app_folders,
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=[scenario.id for scenario in scenarios],
    )
    chosen = _loaded(choose_scenarios(scenarios, wanted.scenarios), wanted, profile)
    applications, pairs = _chosen(project, found, wanted, profile)
    answered = {scenario.id for scenario in chosen}
    choices = tuple(
        Choice(application.manifest, server)
        for application, server in pairs
        if answered.intersection(application.manifest.scenarios)
    )
    if not choices:
        raise UsageError(
            "no application that is left answers a scenario that is left on a server that is left",
            where="--only, --skip, --server, --scenario",
            mend="see what there is with: harness list",
        )
    kept = {choice.application.id for choice in choices}
    return Selected(tuple(a for a in applications if a.id in kept), choices, chosen)


def _loaded(scenarios: tuple[Scenario, ...], wanted: Selection, profile: Profile) -> tuple[Scenario, ...]:
    """The scenarios that belong to the profile, or were named, at the levels of the profile."""
    if not wanted.scenarios:
        scenarios = tuple(one for one in scenarios if one.manifest.core or not profile.core)
    if not profile.techempower:
        return scenarios
    theirs = tuple(one for one in scenarios if one.manifest.techempower)
    return tuple(replace(one, manifest=one.manifest.loaded_as(one.manifest.techempower)) for one in theirs)


def _chosen(
    project: Project, found: tuple[Application, ...], wanted: Selection, profile: Profile
) -> tuple[tuple[Application, ...], tuple[tuple[Application, str], ...]]:
    if wanted.pairs:
        missing = sorted({app for app, _ in wanted.pairs} - {application.id for application in found})
        if missing:
            raise UsageError(
                f"the campaign measured {', '.join(missing)}, of which nothing is found now",
                where="--resume",
                mend="give the folder of each application outside apps/ again: --app DIR",
            )
        known = {
            application.id: application for application in choose_applications(found, [a for a, _ in wanted.pairs])
        }
        return tuple(known.values()), tuple((known[app], server) for app, server in wanted.pairs)
    # An application whose folder was given is wanted, whatever else --only names.
    given = [application.id for application in found if application.folder.parent != project.apps]
    core = [application.id for application in found if application.manifest.core]
    only = [*(wanted.only or core), *given] if wanted.only or profile.core else []
    applications = choose_applications(found, only, wanted.skip)
    return applications, choose_servers(applications, wanted.servers or profile.servers)
