"""What a program that the harness starts gets of the user's environment: what it takes to run, and nothing else.

The rest may hold secrets, settings that differ from machine to machine (GUNICORN_CMD_ARGS, WEB_CONCURRENCY,
PYTHONPATH), or switches that break a program (PYTHONHOME, LOCUST_SKIP_MONKEY_PATCH).
"""

import os
from fnmatch import fnmatchcase
from typing import Final

PASSED_ON: Final = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""To every program."""

NETWORK: Final = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "NETRC", "RES_OPTIONS"),
)
"""To what asks the network: how to reach it from here."""

CONFIGURATION: Final = ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS")
"""To what reads a configuration of the user's, such as git."""


def passed_on(*also: str) -> dict[str, str]:
    """The variables that every program gets, and those that match a pattern of `also`."""
    patterns = (*PASSED_ON, *also)
    return {name: value for name, value in os.environ.items() if any(fnmatchcase(name, one) for one in patterns)}
