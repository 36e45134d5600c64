"""What a target is, and what keeps it from being one. Run as a program: TARGET, and the file that gets the answer.

Runs in the application's environment: standard library only, Python 3.11 or newer.
"""

import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_NAMED = 8
LONGEST = 400


def look(target: str) -> dict[str, object]:
    """`interface`: asgi or wsgi, empty where that cannot be seen. Or `fault`: which step failed, and how."""
    module, _, path = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except BaseException as fault:  # noqa: BLE001 (whatever it is, it is the answer)
        return failed("import", fault, missing_module(fault, module))
    for name in path.removesuffix("()").split("."):
        if not hasattr(found, name):
            return {"fault": "absent", "what": f"{module} has no {path.removesuffix('()')}", "there": there(found)}
        found = getattr(found, name)
    if path.endswith("()"):
        try:
            found = found()
        except BaseException as fault:  # noqa: BLE001
            return failed("factory", fault)
    return {"interface": interface_of(found), "shape": shape_of(found)}


def missing_module(fault: BaseException, module: str) -> bool:
    """Whether it is the target's own module that was not found, or a package around it."""
    return isinstance(fault, ModuleNotFoundError) and f"{module}.".startswith(f"{fault.name}.")


def failed(step: str, fault: BaseException, absent: bool = False) -> dict[str, object]:
    """`variable`: the environment variable that was asked for and is not set, as far as the exception says so."""
    frames = traceback.extract_tb(fault.__traceback__)
    asked = isinstance(fault, KeyError) and bool(frames) and frames[-1].filename == "<frozen os>"
    own = [one for one in frames if not one.filename.startswith("<frozen") and one.filename != __file__]
    return {
        "fault": "no module" if absent else step,
        "what": f"{type(fault).__name__}: {fault}"[:LONGEST],
        "variable": str(fault.args[0]) if asked else "",
        "at": f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "",
    }


def there(module: Any) -> list[str]:
    """What of a module could be meant: its applications, else functions without arguments that may make one."""
    names = [name for name in vars(module) if not name.startswith("_")]
    known = [name for name in names if interface_of(getattr(module, name, None))]
    makers = [f"{name}()" for name in names if shape_of(getattr(module, name, None)) == "factory"]
    return (known or makers)[:MOST_NAMED]


def interface_of(found: Any) -> str:
    """By how it may be called: ASGI 3 takes scope, receive and send and is awaited; WSGI takes environ and
    start_response (PEP 3333)."""
    parameters = required(found)
    if parameters is None or inspect.isclass(found):
        return ""
    awaited = any(map(inspect.iscoroutinefunction, (found, type(found).__call__)))
    if len(parameters) == 3 and (awaited or parameters[0] == "scope"):
        return "asgi"
    if len(parameters) == 2 and not awaited and (parameters[1] == "start_response" or not inspect.isroutine(found)):
        return "wsgi"
    return ""


def shape_of(found: Any) -> str:
    """What it is where it is no application: `factory`, `class`, `value`."""
    if inspect.isclass(found):
        return "class"
    if inspect.isfunction(found) and not required(found) and not inspect.iscoroutinefunction(found):
        return "factory"
    return "callable" if callable(found) else "value"


def required(found: Callable[..., Any]) -> list[str] | None:
    """Names of the arguments that it cannot do without; None where that is not known."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in parameters if one.kind in positional and one.default is inspect.Parameter.empty]


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(look(sys.argv[1])), encoding="utf-8")
