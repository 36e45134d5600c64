"""`harness run` of a service that has no manifest: looked at, and prepared as a campaign."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.target.given import as_before, learned_of, selected
from harness.cli.console import messages
from harness.model.errors import UsageError
from harness.store.folder import ResultsFolder

if TYPE_CHECKING:
    from harness.cli.run.asked import RunAsked

OF_MANIFESTS: Final = ("only", "skip", "app", "scenario", "scenarios")
"""Options that choose among applications and scenarios with a manifest."""


def prepared_service(project: Project, asked: "RunAsked", options: RunOptions, resumed: Path | None) -> Prepared:
    """The service started once, and its campaign planned. Raises UsageError for options that cannot go together."""
    if given := [f"--{name}" for name in OF_MANIFESTS if getattr(asked, name)]:
        raise UsageError(
            "chooses among applications that have a manifest, and the service has none",
            where=", ".join(given),
            mend="leave it out; --server chooses servers for the service",
        )
    before = ResultsFolder.open(resumed).read_record().plan if resumed else None
    named = asked.server or (list(dict.fromkeys(cell.server for cell in before.cells)) if before else None)
    service = asked.service(named, next(iter(options.platform.pythons), None))
    messages.print("Making the service's environment, and asking it once", style="dim")
    found = learned_of(service, asked.wanted, project, options.platform.start_timeout_s)
    if before:
        found = as_before(found, before)
    options = options.model_copy(update={"platform": service.running_on(options.platform)})
    return prepare(project, options, selected(found, service.folder))
