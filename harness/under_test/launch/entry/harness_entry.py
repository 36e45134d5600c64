"""What a server loads: the application itself, after this process has said who it is.

Runs in the application's environment: standard library only, Python 3.11 or newer. `application` is the very object
that HARNESS_TARGET names, so nothing is added to a request.
"""

import importlib
import json
import os
import re
import sys
from typing import Any

from harness_interpreter import describe  # type: ignore[import-not-found]  # it lies on PYTHONPATH beside this one

PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = -1


def load(target: str) -> object:
    """`module:callable`, imported; the callable may be an attribute of one (`app:holder.app`), or what a factory gives
    that is called without arguments (`app:create_app()`)."""
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.removesuffix("()").split("."):
        found = getattr(found, name)
    return found() if path.endswith("()") else found


def packages() -> dict[str, str]:
    """Every distribution that can be imported, and its version; the first on the path is the one imported.

    Read from the folders' names (PEP 376, PEP 427): opening each one's metadata would take longer than all the rest.
    """
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, sys.path):
        for entry in os.scandir(folder):
            name, dash, version = entry.name.removesuffix(".dist-info").rpartition("-")
            if dash and entry.name.endswith(".dist-info"):
                found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return found


def tell(folder: str, name: str, content: object) -> None:
    """Write `<folder>/<name>` as JSON, whole or not at all."""
    path = os.path.join(folder, name)  # noqa: PTH118 (pathlib would be imported for this alone)
    part = f"{path}.{os.getpid()}"
    with open(part, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(content, file)
    os.replace(part, path)  # noqa: PTH105


def permit_reading() -> None:
    """Let other processes of this user read this one's memory, where the kernel asks for that (Yama's ptrace_scope of
    1): prctl(2), PR_SET_PTRACER. A kernel without Yama refuses the call, and needs none."""
    import ctypes  # noqa: PLC0415 (for a profiler alone)

    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(PR_SET_PTRACER_ANY), 0, 0, 0)


def loaded(target: str, folder: str) -> object:
    """The application. What keeps it from loading is reported at once: some servers only try again, for ever."""
    try:
        application = load(target)
    except BaseException as fault:
        tell(folder, "failed.json", f"{type(fault).__name__}: {fault}")
        raise
    tell(folder, f"{os.getpid()}.json", {"pid": os.getpid(), "interpreter": describe(), "packages": packages()})
    return application


if "HARNESS_READABLE" in os.environ and sys.platform == "linux":
    permit_reading()
application = loaded(os.environ["HARNESS_TARGET"], os.environ["HARNESS_IDENTITY"])
