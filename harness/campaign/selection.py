"""What the filters leave of what was found."""

from dataclasses import dataclass

from harness.campaign.options import Selection
from harness.campaign.planning import Choice
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


def select(project: Project, wanted: Selection) -> Selected:
    """Find everything and apply the filters. An application named by folder is taken beside those `only` names.

    Raises UsageError for faults in manifests, for a filter that matches nothing, and where nothing is left.
    """
    scenarios = find_scenarios(project.scenarios)
    found = find_applications(
        project.apps,
        wanted.app_folders,
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=[scenario.id for scenario in scenarios],
    )
    chosen = choose_scenarios(scenarios, wanted.scenarios)
    applications, pairs = _chosen(project, found, wanted)
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


def _chosen(
    project: Project, found: tuple[Application, ...], wanted: Selection
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
    only = [*wanted.only, *given] if wanted.only else []
    applications = choose_applications(found, only, wanted.skip)
    return applications, choose_servers(applications, wanted.servers)
