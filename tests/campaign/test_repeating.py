"""A trial that failed a gate is repeated, beside the reference cell and its twin."""

from harness.campaign.block.run_block import repeated_with
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import Plan
from tests.campaign.queues import MANIFEST


def cell(app: str, server: str, twin: int = 0) -> Cell:
    return Cell(app=app, server=server, workers=1, database="none", interpreter="cpython3.11", twin=twin)


REFERENCE, TWIN = cell("raw-asgi", "uvicorn"), cell("raw-asgi", "uvicorn", twin=1)
ON_OTHER_SERVERS = (cell("raw-asgi", "hypercorn"), cell("raw-asgi", "granian-asgi"))
FASTAPI, FLASK = cell("fastapi", "uvicorn"), cell("flask", "gunicorn")
CELLS = (FASTAPI, *ON_OTHER_SERVERS, REFERENCE, FLASK, TWIN)
PLAN = Plan(
    seed=1,
    cells=CELLS,
    scenarios=(MANIFEST,),
    reference=REFERENCE.id,
    budget_s=60,
    max_blocks=1,
    database="none",
    pool_size=1,
)
LIVE = {cell.id for cell in CELLS}


def test_the_reference_is_driven_on_its_own_server_alone() -> None:
    assert repeated_with(PLAN, CELLS, {FLASK.id}, LIVE) == [REFERENCE, FLASK, TWIN]


def test_a_reference_that_has_failed_is_not_driven() -> None:
    assert repeated_with(PLAN, CELLS, {FLASK.id}, LIVE - {REFERENCE.id}) == [FLASK, TWIN]


def test_its_application_on_another_server_is_repeated_where_it_failed_itself() -> None:
    again = repeated_with(PLAN, CELLS, {ON_OTHER_SERVERS[0].id}, LIVE)
    assert again == [ON_OTHER_SERVERS[0], REFERENCE, TWIN]
