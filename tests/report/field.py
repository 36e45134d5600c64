"""A made-up campaign of the whole field: thirty frameworks, each on the servers that run it, on json and db."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from harness.model.asked.application import AppManifest, Tier
from harness.model.found.capabilities import TITLES, Capabilities, CapabilitiesFound, Evidence, Probed
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Failure
from tests.report.campaigns import App, campaign

SERVERS: Final[Mapping[str, Mapping[str, float]]] = {
    "asgi": {
        "uvicorn": 1.0,
        "gunicorn-uvicorn": 0.99,
        "granian-asgi": 1.12,
        "hypercorn": 0.42,
        "daphne": 0.36,
    },
    "wsgi": {
        "gunicorn-gthread": 1.0,
        "gunicorn-sync": 0.97,
        "granian-wsgi": 1.45,
        "waitress": 0.9,
        "uwsgi": 1.5,
        "cheroot": 0.7,
        "bjoern": 2.2,
    },
    "own": {"own": 1.0},
}
"""Servers of each interface, and how fast they are against the first."""
FRAMEWORKS: Final[tuple[tuple[str, str, Tier, str, int], ...]] = (
    ("raw-asgi", "Raw ASGI", "floor", "asgi", 33100),
    ("raw-wsgi", "Raw WSGI", "floor", "wsgi", 6900),
    ("starlette", "Starlette", "controlled", "asgi", 24900),
    ("fastapi", "FastAPI", "controlled", "asgi", 11300),
    ("litestar", "Litestar", "controlled", "asgi", 13800),
    ("quart", "Quart", "controlled", "asgi", 5200),
    ("sanic-asgi", "Sanic (ASGI)", "controlled", "asgi", 9400),
    ("blacksheep", "BlackSheep", "controlled", "asgi", 19500),
    ("falcon-asgi", "Falcon (ASGI)", "controlled", "asgi", 18700),
    ("emmett", "Emmett", "controlled", "asgi", 14100),
    ("django-async", "Django (async)", "controlled", "asgi", 3900),
    ("django-ninja", "Django Ninja", "controlled", "asgi", 3300),
    ("flask-asgi", "Flask under ASGI", "controlled", "asgi", 3100),
    ("flask", "Flask", "controlled", "wsgi", 5000),
    ("django", "Django", "controlled", "wsgi", 4950),
    ("djangorestframework", "Django REST framework", "controlled", "wsgi", 3400),
    ("falcon", "Falcon", "controlled", "wsgi", 6100),
    ("bottle", "Bottle", "controlled", "wsgi", 5900),
    ("pyramid", "Pyramid", "controlled", "wsgi", 5400),
    ("sanic", "Sanic", "controlled", "own", 26100),
    ("aiohttp", "aiohttp", "controlled", "own", 16800),
    ("tornado", "Tornado", "controlled", "own", 7300),
    ("robyn", "Robyn", "controlled", "own", 29800),
    ("fastapi-sqlalchemy", "FastAPI with SQLAlchemy", "idiomatic", "asgi", 9800),
    ("litestar-sqlalchemy", "Litestar with SQLAlchemy", "idiomatic", "asgi", 11900),
    ("sanic-tortoise", "Sanic with Tortoise", "idiomatic", "own", 25400),
    ("django-orm", "Django with its ORM", "idiomatic", "wsgi", 4800),
    ("django-rest-serializers", "Django REST framework with its serializers", "idiomatic", "wsgi", 3000),
    ("django-ninja-schemas", "Django Ninja with schemas", "idiomatic", "asgi", 2900),
    ("flask-sqlalchemy", "Flask with SQLAlchemy", "idiomatic", "wsgi", 4900),
    ("pyramid-sqlalchemy", "Pyramid with SQLAlchemy", "idiomatic", "wsgi", 5300),
    ("express", "Express", "reference", "own", 21000),
    ("go-http", "Go net/http", "reference", "own", 32000),
    ("rails", "Ruby on Rails", "reference", "own", 4100),
)
"""Id, title, tier, interface, and requests per second of json on the first server of the interface."""
LANGUAGES: Final = {"express": "javascript", "go-http": "go", "rails": "ruby"}
FRAMEWORK_OF: Final = {"django-rest-serializers": "djangorestframework", "django-ninja-schemas": "django-ninja"}
DATABASE_S: Final = {"controlled": 9e-5, "floor": 8e-5, "idiomatic": 45e-5, "reference": 30e-5}
"""What a row of the database costs a request."""


def applications() -> Iterator[App]:
    """An entry for each configuration."""
    for id_, title, tier, interface, json in FRAMEWORKS:
        for server, factor in SERVERS[interface].items():
            rates = {"json": json * factor, "db": 1 / (1 / (json * factor) + DATABASE_S[tier])}
            yield App(id_, title, server, tier, interface.replace("own", "asgi"), rates)


def field(blocks: int) -> tuple[CampaignRecord, tuple[Trial, ...]]:
    """The campaign's record and its trials; 160 configurations and the twin."""
    apps = tuple(applications())
    record, trials = campaign(
        blocks, apps=apps, scenarios={"json": "JSON", "db": "One database row"}, rotations=10, failed=("emmett",)
    )
    interfaces = {server: interface for interface, servers in SERVERS.items() for server in servers}
    known = {id_: _as_it_is(app) for id_, app in record.applications.items()}
    return record.model_copy(update={"applications": known, "interfaces": interfaces}), trials


def tried(record: CampaignRecord, apps: Sequence[str]) -> CapabilitiesFound:
    """What the first configuration of each of these can do; tried with settings of its own, as always."""
    cells = [next(cell for cell in record.plan.cells if cell.app == app) for app in apps]
    evidence = (Evidence(sent="a question", got="an answer"),)
    probed = tuple(Probed(probe=probe, answer="yes", how="so", evidence=evidence) for probe in TITLES)
    own = {"threads": 1, "database": "none"}
    return CapabilitiesFound(
        cells=tuple(Capabilities(cell=cell.model_copy(update=own), probed=probed) for cell in cells),
        failures=(Failure(cell="flask.waitress.w1.t1.none.3.11", phase="start", reason="exited with code 3"),),
        ended_at=record.created_at,
    )


def _as_it_is(app: AppManifest) -> AppManifest:
    """With its language, and of the idiomatic tier with the framework by its own name."""
    framework = FRAMEWORK_OF.get(app.id, app.id.partition("-")[0]) if app.tier == "idiomatic" else app.uses.framework
    uses = app.uses.model_copy(update={"framework": framework})
    return app.model_copy(update={"language": LANGUAGES.get(app.id, "python"), "uses": uses})
