"""`harness run` of a service that has no manifest: looked at, and prepared as a campaign."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.campaign.plan.options import PlatformOptions, RunOptions
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected
from harness.campaign.target.given import as_before, learned_of, selected
from harness.campaign.target.learning import Learned
from harness.campaign.target.service import ALL, Service
from harness.cli.console import messages
from harness.cli.run.service import ServiceChoice
from harness.model.errors import UsageError
from harness.store.folder import ResultsFolder

if TYPE_CHECKING:
    from harness.cli.run.asked import RunAsked

OF_MANIFESTS: Final = ("only", "skip", "app", "scenario", "scenarios")
"""Options that choose among applications and scenarios with a manifest."""


def prepared_service(project: Project, asked: "RunAsked", options: RunOptions, resumed: Path | None) -> Prepared:
    """The service started once, and its campaign planned. Raises UsageError for options that cannot go together."""
    refuse_filters(asked)
    before = ResultsFolder.open(resumed).read_record().plan if resumed else None
    named = asked.server or (list(dict.fromkeys(cell.server for cell in before.cells)) if before else None)
    service = asked.service(named, next(iter(options.platform.pythons), None))
    found = asked_once(project, asked, service, options.platform)
    if before:
        found = as_before(found, before)
    options = options.model_copy(update={"platform": service.running_on(options.platform)})
    return prepare(project, options, selected(found, service.folder))


def selected_service(
    project: Project, asked: ServiceChoice, servers: list[str] | None, platform: PlatformOptions
) -> tuple[Selected, Service]:
    """The service started once, on all servers of its interface where none is named."""
    refuse_filters(asked)
    every = None if asked.command else [ALL]
    service = asked.service(servers or every, next(iter(platform.pythons), None))
    return selected(asked_once(project, asked, service, platform), service.folder), service


def refuse_filters(asked: ServiceChoice) -> None:
    """Raise UsageError for options that choose among applications with a manifest."""
    if given := [f"--{name}" for name in OF_MANIFESTS if getattr(asked, name, None)]:
        raise UsageError(
            "chooses among applications that have a manifest, and the service has none",
            where=", ".join(given),
            mend="leave it out; --server chooses servers for the service",
        )


def asked_once(project: Project, asked: ServiceChoice, service: Service, platform: PlatformOptions) -> Learned:
    """Its environment made, itself started and looked at."""
    messages.print("Making the service's environment, and asking it once", style="dim")
    return learned_of(service, asked.wanted, project, platform.start_timeout_s)
