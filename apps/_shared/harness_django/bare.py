"""The settings of a project of the controlled tier: no application, model or middleware that is not needed."""

from django.conf import settings
from harness_data import TEMPLATES


def configure(urlconf: str, **more: object) -> None:
    """Before anything is imported that reads the settings while it is imported. `more`: settings of the framework."""
    settings.configure(
        ROOT_URLCONF=urlconf,
        ALLOWED_HOSTS=["127.0.0.1"],
        MIDDLEWARE=[],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES]}],
        **more,
    )
