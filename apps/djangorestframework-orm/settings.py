"""The shared settings and REST framework's: JSON without the browsable API, and no user, as `auth` is not installed.

https://www.django-rest-framework.org/api-guide/settings/
"""

from harness_django.settings_wsgi import *  # noqa: F403
from harness_django.settings_wsgi import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework"]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
