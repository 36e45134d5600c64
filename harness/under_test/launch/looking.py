"""Which interface a target has: seen in the application's own environment, without starting a server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from harness.model.errors import TargetFailed, UsageError
from harness.model.foreign import redacted, secrets_in
from harness.model.record import Record
from harness.process.asking import ask
from harness.process.folders import temporary_folder
from harness.under_test.launch.command import ENTRY_FOLDER

LOOK_S: Final = 60.0
MOST_BYTES: Final = 2**20
HELP: Final = "docs/your-own-service.md"


class Look(Record):
    """What the program in the environment wrote (entry/harness_look.py)."""

    interface: Literal["asgi", "wsgi", ""] = ""
    shape: str = ""
    fault: str = ""
    what: str = ""
    variable: str = ""
    at: str = ""
    there: tuple[str, ...] = ()


def interface_of(target: str, python: Path, folder: Path, environment: Mapping[str, str]) -> Literal["asgi", "wsgi"]:
    """The interface of `module:callable`, imported by `python` in `folder`.

    Raises UsageError where the target is none, or its interface cannot be seen; TargetFailed where it does not load.
    """
    found = _looked(target, python, folder, environment)
    secrets = secrets_in(environment)
    if found.fault:
        raise _fault(target, folder, found.model_copy(update={"what": redacted(found.what, secrets)}))
    if found.interface:
        return found.interface
    mend = {
        "factory": f"if it makes the application, have it called: --target '{target}()'",
        "class": "name an object of it, or a factory that makes one",
        "value": "name the application object",
    }.get(found.shape, "say which it is: --interface asgi, or --interface wsgi")
    kinds = {"factory": "a function without arguments", "class": "a class", "value": "nothing that can be called"}
    kind = kinds.get(found.shape, "called neither as ASGI nor as WSGI has it, as far as can be seen")
    raise UsageError(f"{target} is {kind}", where="--target", mend=mend)


def _looked(target: str, python: Path, folder: Path, environment: Mapping[str, str]) -> Look:
    with temporary_folder("look") as place:
        answer = place / "answer.json"
        argv = [str(python), str(ENTRY_FOLDER / "harness_look.py"), target, str(answer)]
        said = ask(argv, LOOK_S, MOST_BYTES, env=environment, cwd=folder)
        try:
            return Look.model_validate_json(answer.read_bytes())
        except (OSError, ValidationError):
            why = said.fault or "it says nothing"
            tail = redacted(said.stderr[-2000:], secrets_in(environment))
            raise TargetFailed(
                f"{target} cannot be imported: {why}", phase="import", where="--target", mend=HELP, log_tail=tail
            ) from None


def _fault(target: str, folder: Path, found: Look) -> UsageError | TargetFailed:
    module = target.partition(":")[0]
    at = f" ({found.at})" if found.at else ""
    if found.fault == "no module":
        return UsageError(
            f"there is no module {module} in {folder}, nor in {folder / 'src'}",
            where="--target",
            mend="run the command in the folder that it is imported from, or correct the name",
        )
    if found.fault == "absent":
        named = ", ".join(f"{module}:{name}" for name in found.there)
        mend = f"there is {named}" if named else "name the application object, or a factory() that makes it"
        return UsageError(found.what, where="--target", mend=mend)
    if found.variable:
        return TargetFailed(
            f"{target} needs the environment variable {found.variable}{at}, which is not set",
            phase="import",
            where="--target",
            mend=f"write {found.variable}=... into a file, and name it: --env-file FILE",
        )
    if found.fault == "factory":
        return TargetFailed(
            f"the factory fails: {found.what}{at}",
            phase="import",
            where="--target",
            mend="name a factory that needs no argument; a module of three lines may call yours with what it needs",
        )
    missing = found.what.startswith("ModuleNotFoundError")
    return TargetFailed(
        f"{module} cannot be imported: {found.what}{at}",
        phase="import",
        where="--target",
        mend="add what it needs to the project's requirements, or name the environment that has it: --venv DIR"
        if missing
        else "see whether python -c 'import " + module + "' works in the project's folder",
    )
