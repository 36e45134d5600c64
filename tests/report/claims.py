"""A made-up campaign that the project's own claim can be put to the test with."""

from dataclasses import replace

from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from tests.report.campaigns import APPS, App, campaign

_FORTUNES = {"raw-asgi": 3000, "starlette": 2700, "fastapi": 2400, "raw-wsgi": 1500, "flask": 900, "django": 1200}
_IDIOMATIC = (
    App("fastapi-sqlalchemy", "FastAPI with SQLAlchemy", "uvicorn", "idiomatic", "asgi", {"fortunes": 1000}),
    App("django-orm", "Django with its ORM", "gunicorn-gthread", "idiomatic", "wsgi", {"fortunes": 800}),
    App("flask-sqlalchemy", "Flask with SQLAlchemy", "gunicorn-gthread", "idiomatic", "wsgi", {"fortunes": 700}),
)
_RAILS = App("rails", "Ruby on Rails", "own", "reference", "asgi", {"fortunes": 400})
_JSON = {"fastapi-sqlalchemy": 9000, "django-orm": 4400, "flask-sqlalchemy": 4600, "rails": 2000}


def claimed(
    blocks: int = 6, *, rails: bool = True, true: bool = True, failed: tuple[str, ...] = ()
) -> tuple[CampaignRecord, tuple[Trial, ...]]:
    """Every application of the claim on fortunes and json; on fortunes it is true, unless told otherwise."""
    controlled = [replace(app, rates={**app.rates, "fortunes": _FORTUNES[app.id]}) for app in APPS]
    idiomatic = [replace(app, rates={**app.rates, "json": _JSON[app.id]}) for app in _IDIOMATIC]
    apps = [*controlled, *idiomatic]
    if rails:
        apps.append(replace(_RAILS, rates={**_RAILS.rates, "json": _JSON["rails"]}))
    if not true:
        apps = [replace(app, rates={**app.rates, "fortunes": 300}) if app.id == "django" else app for app in apps]
    record, trials = campaign(blocks, apps=apps, scenarios={"json": "JSON", "fortunes": "Fortunes"}, failed=failed)
    return _as_they_are(record), trials


def _as_they_are(record: CampaignRecord) -> CampaignRecord:
    """Frameworks of the idiomatic tier by their own names, and Rails with its language and versions."""
    applications = dict(record.applications)
    for app in _IDIOMATIC:
        manifest = applications[app.id]
        framework = app.id.partition("-")[0]
        uses = manifest.uses.model_copy(update={"framework": framework})
        applications[app.id] = manifest.model_copy(update={"uses": uses})
    cells = dict(record.cells)
    if "rails" in applications:
        applications["rails"] = applications["rails"].model_copy(update={"language": "ruby"})
        versions = {"rails": "6.1.7", "puma": "5.6.5"}
        cells |= {
            id_: seen.model_copy(update={"programs": versions, "identity": None})
            for id_, seen in cells.items()
            if id_.startswith("rails.")
        }
    return record.model_copy(update={"applications": applications, "cells": cells})
