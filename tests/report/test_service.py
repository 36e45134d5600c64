"""How a service without a manifest is measured again: from what its record holds."""

import shlex

import pytest

from harness.catalog.requests.manifest import scenario_of
from harness.model.asked.application import AppManifest, OwnServer, Targets
from harness.model.asked.request import Expectation, Level, Request
from harness.model.measured.campaign import CampaignRecord
from harness.report.view.sections.again import options
from tests.report.campaigns import APPS, campaign

ASKED = (
    Request(path="/items/1", weight=3, expect=Expectation(content_type="", form="any")),
    Request(path="/gone", expect=Expectation(status=404, content_type="", form="any")),
)
BY_TARGET = AppManifest(
    id="starlette",
    title="shop.main:app",
    targets=Targets(asgi="shop.main:app"),
    servers=("uvicorn",),
    scenarios=("requests",),
    service=True,
)
BY_COMMAND = BY_TARGET.model_copy(
    update={"targets": Targets(), "own": OwnServer(argv=("python", "serve.py", "{port}")), "servers": ("own",)}
)


def record_of(manifest: AppManifest, *asked: Request, connections: int = 64) -> CampaignRecord:
    record, _ = campaign(blocks=3, apps=[next(app for app in APPS if app.id == "starlette")])
    scenario = scenario_of("requests", "Requests", asked, (), Level(connections=connections))
    plan = record.plan.model_copy(update={"scenarios": (scenario,)})
    return record.model_copy(update={"plan": plan, "applications": {"starlette": manifest}})


def test_its_target_and_its_requests_are_options_with_their_weights_and_statuses() -> None:
    command = shlex.join(options(record_of(BY_TARGET, *ASKED, connections=16)))
    assert command.startswith("--target shop.main:app --request '3 GET /items/1' --request 'GET /gone'")
    assert "--expect 200 --expect 404 --connections 16" in command
    assert "--only" not in command
    assert "--scenario " not in command


def test_its_command_is_one_option() -> None:
    assert options(record_of(BY_COMMAND, ASKED[0]))[:2] == ("--command", "python serve.py '{port}'")


@pytest.mark.parametrize("more", [{"headers": {"Accept": "text/html"}}, {"method": "POST", "body": "x"}])
def test_requests_that_no_option_can_hold_are_a_file(more: dict[str, object]) -> None:
    asked = Request.model_validate({"path": "/items", **more})
    assert options(record_of(BY_TARGET, asked))[2:4] == ("--requests", "FILE")


def test_an_application_with_a_manifest_is_named_by_its_id_though_it_is_somebodys_service() -> None:
    record, _ = campaign(blocks=3, apps=[next(app for app in APPS if app.id == "starlette")])
    own = {app: one.model_copy(update={"service": True}) for app, one in record.applications.items()}
    assert "--only" in options(record.model_copy(update={"applications": own}))
