"""Locks in which some packages differ from an application's own: kept in the cache by their content, and never in the
application's folder."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from harness.catalog.applications import SHARED_REQUIREMENTS, Application
from harness.catalog.content import matters
from harness.model.errors import UsageError
from harness.process.folders import locked, temporary_folder
from harness.under_test.install.local_packages import digests, noted_in
from harness.under_test.install.locks import CONSTRAINTS, Job, Servers, made_from, resolved
from harness.under_test.install.replacing import replaced, required_in, without

VARIANTS: Final = "variants"
"""Below the cache: all that is made for variants."""
LOCKS: Final = Path(VARIANTS, "locks")
"""Below the cache: a folder for each lock, by what is in it."""
NAME: Final = "requirements.txt"


def variant_lock(
    application: Application,
    wanted: Sequence[Requirement],
    servers: Servers,
    apps: Path,
    cache: Path,
    *,
    like: Path | None,
) -> Path:
    """A lock of what the application requires, but for the packages of `wanted`, which are required as it says: the
    newest versions that fit it. All other packages keep the versions of the lock `like` as far as they fit; without it
    they are the newest.

    Raises UsageError with uv's words where there is no such set of versions, and where nothing is there to make a lock
    from.
    """
    source = made_from(application)
    if source is None:
        raise UsageError(
            "its lock was made elsewhere, so no other versions can be resolved",
            where=application.id,
            mend="write what it requires into requirements.in beside the lock",
        )
    with temporary_folder("variant") as folder:
        own, shared = required_in(source), required_in(apps / SHARED_REQUIREMENTS)
        used = [line for server in application.manifest.servers for line in servers.get(server, ())]
        lines = dict.fromkeys((*own.requirements, *shared.requirements, *used))
        common = required_in(apps / CONSTRAINTS).requirements
        requirements, constraints, output = folder / "requirements.in", folder / CONSTRAINTS, folder / NAME
        requirements.write_text("\n".join(replaced(list(lines), wanted)) + "\n")
        constraints.write_text("\n".join(without((*own.constraints, *common), wanted)) + "\n")
        if like is not None and like.is_file():
            shutil.copyfile(like, output)
        job = Job(
            name=application.id,
            output=output,
            sources=(requirements,),
            lines=(),
            constraints=constraints,
            made_from=f"{source.name}, its servers, {SHARED_REQUIREMENTS}, {CONSTRAINTS} and `harness diff`",
            folder=application.folder,
            anew=tuple(one.name for one in wanted),
        )
        resolved(job, cache, upgrade=False)
        return _kept(output, application, cache)


def _kept(lock: Path, application: Application, cache: Path) -> Path:
    """The lock in the cache, with the local packages that it names beside it."""
    text = lock.read_text(encoding="utf-8")
    local = noted_in(lock, folder=application.folder, where=application.id)
    content = "\0".join([text, *digests(local)])
    home = cache.resolve() / LOCKS / hashlib.sha256(content.encode()).hexdigest()[:16]
    with locked(home.with_name(f".{home.name}.lock")):
        if not (home / NAME).is_file():
            for package in local:
                into = home / package.folder.relative_to(application.folder)
                shutil.copytree(package.folder, into, ignore=_left_out, dirs_exist_ok=True)
            home.mkdir(parents=True, exist_ok=True)
            draft = home / f".{NAME}.draft"
            draft.write_text(text, encoding="utf-8")
            draft.replace(home / NAME)
    return home / NAME


def _left_out(_: str, names: list[str]) -> set[str]:
    return {name for name in names if not matters(name)}
