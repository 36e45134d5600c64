"""What a Python interpreter says of itself. Run as a program by any Python 3, and imported inside applications.

Standard library only, and no syntax newer than Python 3.6, so that an interpreter that is too old can say so.
"""

import json
import platform
import re
import sys
import sysconfig

FLAG = re.compile(r"--(?:enable|disable|with|without)-[A-Za-z0-9-]+(?:=[A-Za-z0-9-]+)?(?=['\s]|$)")
"""Build options that change speed are such flags; those that hold a path of the builder's machine are left out."""


def describe() -> "dict[str, object]":
    """A dictionary with the fields of `harness.model.measured.machine.Interpreter`."""
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    version = platform.python_version()
    threads = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return {
        "label": f"{sys.implementation.name}-{version}{threads}",
        "implementation": platform.python_implementation(),
        "version": version,
        "build": " ".join(platform.python_build()),
        "compiler": platform.python_compiler(),
        "options": options(),
        "gil": gil,
    }


def options() -> str:
    """The options it was built with; empty where they are not known. Debian's packages record those of their build with
    a shared library, and install another."""
    if "deb_system" in sysconfig.get_scheme_names():
        return ""
    return " ".join(FLAG.findall(sysconfig.get_config_var("CONFIG_ARGS") or ""))


if __name__ == "__main__":
    print(json.dumps(describe()))  # noqa: T201 (this program's answer)
