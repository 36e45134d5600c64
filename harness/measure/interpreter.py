"""The Python that applications run on, asked to describe itself."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from harness.model.errors import EnvironmentRefused
from harness.model.measured.machine import Interpreter

OLDEST: Final = (3, 11)
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
