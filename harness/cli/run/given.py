"""`harness run` of a service that has no manifest: looked at, and prepared as a campaign."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.target.given import as_before, learned_of, selected
from harness.catalog.requests.written import to_toml
from harness.cli.console import messages
from harness.model.errors import EnvironmentRefused, UsageError
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
    named = asked.server or ([cell.server for cell in before.cells if cell.server != "own"] if before else None)
    service = asked.service(named, next(iter(options.platform.pythons), None))
    messages.print("Making the service's environment, and asking it once", style="dim")
    found = learned_of(service, asked.wanted, project, options.platform.start_timeout_s)
    if asked.save_requests:
        _save(to_toml(found.found), asked.save_requests)
    if before:
        found = as_before(found, before)
    if service.venv:
        platform = options.platform.model_copy(update={"pythons": (service.interpreter,)})
        options = options.model_copy(update={"platform": platform})
    return prepare(project, options, selected(found, service.folder))


def _save(text: str, file: Path) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentRefused(
            f"cannot be written: {error.strerror}", where=f"--save-requests {file}", mend="name another file"
        ) from None
