"""The shared settings and CommonMiddleware, which sets Content-Length: not every WSGI server can do without."""

from harness_django.settings import *  # noqa: F403
from harness_django.settings import MIDDLEWARE

MIDDLEWARE = ["django.middleware.common.CommonMiddleware", *MIDDLEWARE]
