"""What a server cannot do it is not asked, and a cell that could be asked nothing is not planned."""

import pytest

from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord

WSGI = "there are no WebSockets in WSGI, which its server speaks"


def planned(app: str, servers: tuple[str, ...], *scenarios: str) -> CampaignRecord:
    selection = Selection(only=(app,), servers=servers, scenarios=scenarios)
    return prepare(Project.here(), RunOptions(selection=selection)).record


def test_a_server_is_not_asked_what_it_cannot_do() -> None:
    record = planned("falcon", ("uvicorn", "gunicorn-gthread"), "stream", "websocket")
    assert record.why_not("falcon", "uvicorn", "websocket") == ""
    assert record.why_not("falcon", "gunicorn-gthread", "stream") == ""
    assert record.why_not("falcon", "gunicorn-gthread", "websocket") == WSGI


def test_a_server_that_can_do_nothing_that_is_asked_is_left_out() -> None:
    record = planned("falcon", ("uvicorn", "waitress"), "stream", "websocket")
    assert {cell.server for cell in record.plan.cells} == {"uvicorn"}


def test_an_application_is_not_asked_what_it_lacks_on_a_server() -> None:
    record = planned("emmett", ("granian-rsgi", "uvicorn"), "stream", "websocket")
    assert record.why_not("emmett", "granian-rsgi", "websocket") == ""
    assert record.why_not("emmett", "uvicorn", "stream") == ""
    assert record.why_not("emmett", "uvicorn", "websocket").startswith("Emmett answers no WebSocket by ASGI")
    with pytest.raises(UsageError, match="can do these scenarios: Emmett answers no WebSocket by ASGI"):
        planned("emmett", ("uvicorn",), "websocket")


def test_where_no_server_is_left_the_reason_is_told() -> None:
    with pytest.raises(UsageError, match="no server that was chosen can do these scenarios: it closes the connection"):
        planned("flask", ("waitress",), "stream")
