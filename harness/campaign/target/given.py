"""What a campaign measures of a service: itself on its servers, and the scenario made of what is asked of it."""

from dataclasses import replace
from pathlib import Path

from harness.campaign.plan.cells import Choice
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import Selected, most_workers
from harness.campaign.target.asking import Wanted
from harness.campaign.target.learning import Learned, learn
from harness.campaign.target.service import Service, application_of
from harness.catalog.requests.written import to_toml
from harness.catalog.scenarios import Scenario
from harness.model.asked.request import Request
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import EnvironmentRefused
from harness.model.measured.campaign import Plan
from harness.process.folders import temporary_folder
from harness.process.in_use import using
from harness.under_test.launch.readiness import Deadlines


def learned_of(service: Service, wanted: Wanted, project: Project, start_timeout_s: float | None) -> Learned:
    """Its environment made, itself started and looked at; what is asked is written to a file where that is wanted.
    `start_timeout_s`: for each phase of a start."""
    deadlines = Deadlines.within(start_timeout_s) if start_timeout_s else Deadlines()
    with using(project.cache, f"harness run in {service.folder}"), temporary_folder("service") as workdir:
        application, python = application_of(service, project.cache)
        shared = project.apps / "_shared"
        found = learn(application, python, wanted, workdir=workdir, shared=shared, deadlines=deadlines)
    if wanted.save:
        _save(to_toml(found.found), wanted.save)
    return found


def _save(text: str, file: Path) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentRefused(
            f"cannot be written: {error.strerror}", where=f"--save-requests {file}", mend="name another file"
        ) from None


def selected(found: Learned, folder: Path) -> Selected:
    """As a campaign is given it."""
    application, scenario = found.application, Scenario(found.scenario, folder)
    choices = tuple(
        Choice(application.manifest, server, most_workers=most_workers(application, server))
        for server in application.manifest.servers
    )
    return Selected((application,), choices, (scenario,), found.notices)


def as_before(found: Learned, plan: Plan) -> Learned:
    """With the right answers that a campaign began with: some of them may look different now."""
    [then] = plan.scenarios
    if _asked(then) == _asked(found.scenario):
        return replace(found, scenario=then)
    return found


def _asked(scenario: ScenarioManifest) -> list[Request]:
    return [request.model_copy(update={"expect": None}) for request in scenario.requests]
