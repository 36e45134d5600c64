"""Who uses the cache (environments, packages) at this moment, so that nobody cleans it away meanwhile.

A file of its own, standard library only: `make clean` runs it as `python3 -I in_use.py CACHE`, without an environment.
"""

import fcntl
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "in-use"
REFUSED = 5
"""The exit code of a refusal (docs/commands.md)."""


@contextmanager
def using(cache: Path, what: str) -> Iterator[None]:
    """Say, as long as the with-block lasts, that `what` uses the cache. The kernel ends it for a process that dies."""
    folder = cache / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid.uuid4().hex
    draft = path.with_suffix(".new")
    with draft.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(what)
        file.flush()
        draft.rename(path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def users(cache: Path) -> list[str]:
    """What uses the cache now; the files of what has died are removed."""
    found = []
    for path in sorted((cache / FOLDER).glob("*")):
        if path.suffix:
            continue
        try:
            with path.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    found.append(file.read())
                else:
                    path.unlink(missing_ok=True)
        except FileNotFoundError:  # it has ended meanwhile
            continue
    return found


def refusal(found: list[str]) -> str:
    """Why the cache cannot be cleaned now."""
    return "the environments are in use by " + ", ".join(found)


def main() -> int:
    found = users(Path(sys.argv[1]))
    if found:
        sys.stderr.write(f"error: {refusal(found)}\nwait for its end, or end it with Ctrl-C there\n")
    return REFUSED if found else 0


if __name__ == "__main__":
    sys.exit(main())
