"""The Python that applications run on, asked to describe itself."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from harness.model.errors import EnvironmentRefused
from harness.model.measured.machine import Interpreter
from harness.model.notice import Notice

OLDEST: Final = (3, 11)
VERSION: Final = re.compile(r"3(\.\d+){0,2}t?")
"""How uv and others name an interpreter: it is looked for, and never downloaded unasked."""
ANSWER_S: Final = 30.0
PROBE: Final = Path(__file__).with_name("probe")
"""Folder of the stdlib-only module `harness_interpreter`, which describes the interpreter it runs in."""
MEND: Final = f"give the path of a Python {OLDEST[0]}.{OLDEST[1]} or newer"


def describe(python: Path, env: Mapping[str, str] | None = None) -> Interpreter:
    """Run `python`, isolated from the user's settings, in `env` (default: our own), and return what it says of itself.

    Raises EnvironmentRefused where there is none at that path, where it does not answer, or is older than 3.11.
    """
    interpreter = understood(python, answer_of(python, env))
    if version_of(interpreter) < OLDEST:
        raise EnvironmentRefused(f"Python {interpreter.version} is too old", where=str(python), mend=MEND)
    return interpreter


@dataclass(frozen=True)
class Python:
    """An interpreter that can be used: where it is, and what it says of itself."""

    path: Path
    interpreter: Interpreter


def found_of(pythons: Sequence[Path], env: Mapping[str, str] | None = None) -> tuple[tuple[Python, ...], list[Notice]]:
    """Those that can be used, in their order, and a notice for each that is left out because it cannot, or because it
    is given twice. Of two builds of one version the later one gets a number into its label. A name without a slash is
    looked up in PATH.

    Raises EnvironmentRefused where none can be used.
    """
    found: dict[Path, Interpreter] = {}
    notices, faults = [], []
    for given in pythons:
        try:
            interpreter = describe(path := in_path(given), env)
        except EnvironmentRefused as fault:
            faults.append(fault)
            notices.append(_skipped(given, fault.what, fault.mend))
            continue
        if interpreter in found.values():
            notices.append(_skipped(given, f"it is {interpreter.label}, which is given already", "give it once"))
        else:
            found[path] = interpreter
    if not found:
        raise (
            faults[0]
            if len(faults) == 1
            else EnvironmentRefused(
                "none of these interpreters can be used:\n" + "\n".join(map(str, faults)), where="--python", mend=MEND
            )
        )
    return tuple(
        Python(path, one) for path, one in zip(found, with_labels_of_their_own(list(found.values())), strict=True)
    ), notices


def in_path(python: Path) -> Path:
    """What a shell would run; of a bare version such as 3.13t, the program `python3.13t`."""
    if len(python.parts) > 1:
        return python
    names = (str(python), f"python{python}") if VERSION.fullmatch(str(python)) else (str(python),)
    return Path(next(filter(None, map(shutil.which, names)), python))


def with_labels_of_their_own(interpreters: Sequence[Interpreter]) -> list[Interpreter]:
    """Labels that are there before get a number: `cpython-3.13.0`, `cpython-3.13.0-2`."""
    labels = [one.label for one in interpreters]
    before = [labels[:at].count(label) for at, label in enumerate(labels)]
    return [
        one.model_copy(update={"label": f"{one.label}-{number + 1}"}) if number else one
        for one, number in zip(interpreters, before, strict=True)
    ]


def _skipped(python: Path, why: str, mend: str) -> Notice:
    return Notice(code="interpreter-skipped", seen=f"{python} is left out: {why}", mend=mend)


def answer_of(python: Path, env: Mapping[str, str] | None) -> str:
    command = [str(python), "-I", str(PROBE / "harness_interpreter.py")]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S, check=True, env=env)
    except OSError as fault:
        why = "there is no such interpreter" if isinstance(fault, FileNotFoundError) else f"it cannot be run: {fault}"
        raise EnvironmentRefused(why, where=str(python), mend=MEND) from fault
    except subprocess.TimeoutExpired as fault:
        raise EnvironmentRefused(f"no answer within {ANSWER_S:.0f} s", where=str(python), mend=MEND) from fault
    except subprocess.CalledProcessError as fault:
        said = (fault.stderr or fault.stdout).strip().splitlines()[-1:] or [f"exit code {fault.returncode}"]
        raise EnvironmentRefused(f"it does not work: {said[0]}", where=str(python), mend=MEND) from fault
    return run.stdout


def understood(python: Path, answer: str) -> Interpreter:
    try:
        return Interpreter.model_validate_json(answer)
    except ValidationError as fault:
        raise EnvironmentRefused("it does not answer as Python does", where=str(python), mend=MEND) from fault


def version_of(interpreter: Interpreter) -> tuple[int, int]:
    major, minor, *_ = interpreter.version.split(".")
    return int(major), int(minor)
