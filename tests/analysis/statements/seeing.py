"""Campaigns made up for statements: cells of several servers and threads, with costs that are known."""

from collections.abc import Mapping

from harness.analysis.ranking.ranking import rank
from harness.analysis.statements.seen import Seen
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Cost, Trial
from tests.analysis.campaigns import application, campaign, made_up

FLOORS = ("raw-asgi", "raw-wsgi")
WSGI = ("raw-wsgi", "flask", "flask-async", "django")


def cell(app: str, threads: int | None = None) -> Cell:
    server = "gunicorn-gthread" if app in WSGI else "uvicorn"
    return Cell(app=app, server=server, workers=1, threads=threads, database="none", interpreter="cpython3.11")


def recorded(cells: list[Cell], scenario: str = "json", blocks: int = 8) -> CampaignRecord:
    record = campaign(cells, (scenario,), blocks=blocks)
    interfaces = {"uvicorn": "asgi", "gunicorn-gthread": "wsgi"}
    known = {
        one.app: application(one.app, "floor" if one.app in FLOORS else "controlled", (scenario,)).model_copy(
            update={"servers": (one.server,)}
        )
        for one in cells
    }
    return record.model_copy(update={"applications": known, "interfaces": interfaces})


def seen(
    speeds: Mapping[Cell, float],
    scenario: str = "json",
    blocks: int = 8,
    costs: Mapping[Cell, Mapping[str, float]] | None = None,
) -> Seen:
    """What is seen of cells with these true speeds. `costs`: `cpu_us` of a request and other costs, by cell."""
    record = recorded(list(speeds), scenario, blocks)
    given = {one.id: dict(cost) for one, cost in (costs or {}).items()}
    trials = [
        _costing(one, given.get(one.cell), scenario) for one in made_up({c.id: v for c, v in speeds.items()}, blocks)
    ]
    return Seen(record, rank(record, trials))


def _costing(trial: Trial, cost: dict[str, float] | None, scenario: str) -> Trial:
    if cost is None:
        return trial.model_copy(update={"scenario": scenario})
    rest = {name: value for name, value in cost.items() if name != "cpu_us"}
    spent = Cost.model_validate({"server_cpu_s": cost["cpu_us"] * 1e-6 * 1000, **rest}) if "cpu_us" in cost else None
    return trial.model_copy(update={"scenario": scenario, "answered": 1000, "cost": spent})
