"""Environments: one for each application, made from its lock by uv, and never met by another lock or interpreter."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from harness.model.errors import EnvironmentRefused, HarnessError
from harness.process.asking import ask
from harness.process.environment import passed_on
from harness.process.folders import locked, locked_if_free
from harness.under_test.install.local_packages import digests, install_local, noted_in
from harness.under_test.install.uv_command import PACKAGES, UvFailed, run_uv, side_by_side

FOLDER: Final = "environments"
COMPLETE: Final = ".complete"
"""Written last: an environment without it was not finished and is made again."""

COMPILED: Final = "--compile-bytecode"
"""Else a server's first start would compile what it imports, and its start-up, which a campaign measures once, would
take twice as long in a new environment."""

DESCRIBE: Final = "import sys; print(sys.version, sys.implementation.cache_tag)"
DESCRIBE_S: Final = 30.0
INSTALLED: Final = """
import json, re
from importlib.metadata import distributions
found = {}
for one in distributions():
    found.setdefault(re.sub(r"[-_.]+", "-", one.name).lower(), one.version)
print(json.dumps(found))
"""
MOST_ANSWER_BYTES: Final = 2**20


def ensure(app_id: str, lock: Path | None, interpreter: Path, cache: Path) -> Path:
    """The environment's python; the environment is made when it is not there, which needs the package index only for
    what the cache lacks. Without a lock (an application in another language) it is the interpreter itself.

    Raises EnvironmentRefused where the lock or the interpreter is missing, or uv cannot install exactly what is locked.
    """
    if lock is None:
        return interpreter
    folder = environment_of(app_id, lock, interpreter, cache)
    with locked(_lock_file(folder)) as held:
        if not (folder / COMPLETE).is_file():
            # A uv that outlives a killed harness keeps the lock, so that nobody builds in the same place beside it.
            uv = partial(run_uv, package_cache=cache.resolve() / PACKAGES, holding=[held])
            _make(app_id, folder, lock, interpreter, uv)
    return _python(folder)


def ensure_all(
    wanted: Mapping[tuple[str, str], tuple[Path | None, Path]], cache: Path
) -> dict[tuple[str, str], Path | HarnessError]:
    """`ensure` for many at the same time. `wanted`: by application and a name of the interpreter, the lock and the
    interpreter. Returned: its python, or why it has none."""
    made = side_by_side(partial(ensure, app, *what, cache) for (app, _), what in wanted.items())
    return dict(zip(wanted, made, strict=True))


@lru_cache
def distributions_of(python: Path) -> Mapping[str, str]:
    """What is installed beside this python, by normalised name (PEP 503), and its version; empty where it does not
    say."""
    answer = ask([str(python), "-I", "-c", INSTALLED], DESCRIBE_S, most_bytes=MOST_ANSWER_BYTES)
    try:
        return TypeAdapter(dict[str, str]).validate_json(answer.stdout)
    except ValidationError:
        return {}


def environment_of(app_id: str, lock: Path, interpreter: Path, cache: Path) -> Path:
    """Where the environment is or would be: its name changes with any byte of the lock or of a local package, and with
    the interpreter."""
    try:
        content = lock.read_bytes()
    except FileNotFoundError as fault:
        raise EnvironmentRefused(
            f"{lock.name} is missing",
            where=app_id,
            mend=f"run: harness lock --only {app_id}, with --app and its folder where that lies outside apps/",
        ) from fault
    decisive = [_identity(interpreter), *digests(noted_in(lock, where=app_id))]
    parts = [content, *(one.encode() for one in decisive)]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    return cache.resolve() / FOLDER / f"{app_id}-{key}"


def prune(cache: Path, current: Collection[Path]) -> tuple[Path, ...]:
    """Remove every environment but the `current` ones (as `environment_of` names them); those removed are returned.

    One that another process is making at this moment stays.
    """
    removed = []
    for folder in sorted(
        path for path in (cache.resolve() / FOLDER).glob("*") if path.is_dir() and path not in current
    ):
        with locked_if_free(_lock_file(folder)) as unused:
            if unused:
                shutil.rmtree(folder)
                removed.append(folder)
    return tuple(removed)


def _make(app_id: str, folder: Path, lock: Path, interpreter: Path, uv: Callable[[Sequence[str]], str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    venv = ["venv", "--no-project", "--python", str(interpreter), "--prompt", app_id, str(folder)]
    exactly = ("--require-hashes", "--only-binary", ":all:", "--python", str(_python(folder)))
    sync = ["pip", "sync", COMPILED, *exactly, str(lock)]
    try:
        uv(venv)
        try:
            uv([*sync, "--offline"])  # else it asks the index even for what it has
        except UvFailed:
            uv(sync)
        install_local(noted_in(lock, where=app_id), _python(folder), uv)
    except UvFailed as fault:
        raise EnvironmentRefused(
            f"its environment cannot be made from {lock.name}\n{fault}",
            where=app_id,
            mend=f"if the package index can be reached, make the lock anew: harness lock --only {app_id}",
        ) from fault
    (folder / COMPLETE).write_text(json.dumps({"app": app_id, "interpreter": _identity(interpreter)}) + "\n")


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _lock_file(folder: Path) -> Path:
    """Beside the folder, so that it outlives the folder's being made again."""
    return folder.with_name(f".{folder.name}.lock")


def _identity(interpreter: Path) -> str:
    """What tells one build of Python from another: also one that was replaced under the same path."""
    try:
        real = interpreter.resolve(strict=True)
        return _described(interpreter, real, real.stat().st_mtime_ns)
    except OSError as fault:
        raise EnvironmentRefused(
            f"there is no interpreter at {interpreter}: {fault.strerror}",
            where="--python",
            mend="name the path of an executable Python, or leave the option out",
        ) from fault


@lru_cache
def _described(interpreter: Path, real: Path, changed_ns: int) -> str:
    """The interpreter's own words; asked once for each file. Raises EnvironmentRefused where it does not run."""
    try:
        done = subprocess.run(
            [interpreter, "-I", "-S", "-c", DESCRIBE],
            capture_output=True,
            text=True,
            check=True,
            timeout=DESCRIBE_S,
            env=passed_on(),
        )
    except (OSError, subprocess.SubprocessError) as fault:
        raise EnvironmentRefused(
            f"{interpreter} does not run as a Python: {fault}", where="--python", mend="name a Python that works"
        ) from fault
    return f"{real} {changed_ns} {done.stdout.strip()}"
