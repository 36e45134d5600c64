"""Locks: which exact distributions an application runs with, resolved by uv from what it and its servers require."""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from harness.catalog.applications import MOST_REQUIREMENTS_BYTES, SHARED_REQUIREMENTS, Application
from harness.catalog.folders import is_file
from harness.model.errors import EnvironmentRefused, HarnessError, UsageError
from harness.model.given_file import Unreadable, text_of
from harness.model.notice import Notice
from harness.process.folders import temporary_folder
from harness.under_test.install.local_packages import LocalPackage, digests, local_package
from harness.under_test.install.replacing import fitting
from harness.under_test.install.uv_command import PACKAGES, UvFailed, run_uv, side_by_side

LOWEST_PYTHON: Final = "3.11"
CONSTRAINTS: Final = "constraints.txt"
STAMP: Final = re.compile(r"^# inputs: (\w+)$", re.MULTILINE)
INCLUDED: Final = re.compile(r"^(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)$")

ANOTHER: Final = "see that this machine reaches the index, or name another: UV_DEFAULT_INDEX=URL"

Servers = Mapping[str, Sequence[str]]
"""Server id -> its requirements."""

ALWAYS: Final = (
    "--universal",
    *("--python-version", LOWEST_PYTHON),
    *("--python", sys.executable),
    *("--only-binary", ":all:"),
    *("--no-header", "--no-annotate"),
    # Whatever index this machine is set up with, a lock names none: everybody verifies the same hashes.
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-build-options", "--no-emit-index-annotation"),
)


@dataclass(frozen=True)
class Locked:
    """A lock that was written, and whether that changed it."""

    path: Path
    changed: bool


@dataclass(frozen=True)
class Job:
    """One resolution: the file it makes, and all that decides what is in it. `anew`: packages of which the version in
    the file is not to be preferred."""

    name: str
    output: Path
    sources: tuple[Path, ...]
    lines: tuple[str, ...]
    constraints: Path | None
    made_from: str
    folder: Path
    anew: tuple[str, ...] = ()

    def local(self) -> tuple[LocalPackage, ...]:
        """Requirements that are folders beside the manifest. Raises UsageError for one that cannot be."""
        asked = self.required()
        return tuple(one for line in asked if (one := local_package(line, self.folder, where=self.name)))

    def required(self) -> list[str]:
        """The lines of all sources."""
        return [line for source in self.sources for line in _requirements(source)]

    def pins(self) -> str:
        """The constraints, without those that a line of the sources refuses: not every framework takes what all others
        share."""
        text = self.constraints.read_text(encoding="utf-8") if self.constraints else ""
        return "\n".join(fitting(text.splitlines(), self.required()))

    def stamp(self) -> str:
        """Changes whenever a requirement or the constraints do; comments and blank lines are free."""
        constraints = (
            self.constraints.read_text(encoding="utf-8") if self.constraints and self.constraints.is_file() else ""
        )
        inputs: list[object] = [LOWEST_PYTHON, self.required(), sorted(self.lines), constraints]
        if local := self.local():  # their own requirements are locked with the rest
            inputs.append([(one.line, *digests([one])) for one in local])
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]

    def is_current(self) -> bool:
        found = STAMP.search(self.output.read_text()) if self.output.is_file() else None
        return found is not None and found[1] == self.stamp()


def lock_of(application: Application) -> Path | None:
    """Where the application's lock is or would be; None where it needs none (another language, no requirements, an
    interpreter that has all it needs).

    Requirements that its author wrote or froze without hashes, and without a `.in` beside them, are no lock but what
    one is made from: they stay as they are, and the lock lies beside them and ends in `.lock`.
    """
    if application.complete or application.lock:
        return application.lock
    lock = application.folder / application.manifest.requirements
    if _is_plain(lock):
        return lock.with_suffix(".lock")
    is_python = application.manifest.language == "python"
    return lock if is_python or lock.is_file() or lock.with_suffix(".in").is_file() else None


def has_lock_to_make(application: Application) -> bool:
    """False where there is nothing to make a lock from: another language, or a lock that its author brought."""
    return made_from(application) is not None


def made_from(application: Application) -> Path | None:
    """The requirements that the application's lock is made from; None where it is made from nothing."""
    lock = lock_of(application)
    if lock is None:
        return None
    plain = application.folder / application.manifest.requirements
    own = lock.with_suffix(".in") if lock == plain else plain
    return own if own.is_file() else None


def _is_plain(requirements: Path) -> bool:
    if not is_file(requirements) or is_file(requirements.with_suffix(".in")):
        return False
    text = text_of(requirements, MOST_REQUIREMENTS_BYTES)
    return "--hash=" not in text and any(True for _ in _requirements(requirements))


def lock(
    applications: Sequence[Application], servers: Servers, apps: Path, cache: Path, *, upgrade: bool = True
) -> tuple[Locked, ...]:
    """Resolve each application's lock anew, under constraints that all applications share.

    `servers`: requirements of every server there is. `apps`: the project's own applications, beside which the
    constraints lie. They are resolved anew when any of the project's own applications is among those asked for and
    none of them is left out, or when they no longer fit the servers. `upgrade` False keeps versions that still fit.

    Raises UsageError that tells all failed resolutions, each with its application's name and uv's words; the locks
    of the others are written. Raises EnvironmentRefused in its place where no package index answers.
    """
    common = constraints_job(servers, apps)
    written = []
    if _covers(applications, apps) or not common.is_current():
        written.append(resolved(common, cache, upgrade=upgrade))
    jobs = [job for application in applications if (job := job_of(application, servers, apps))]
    done = side_by_side(partial(resolved, job, cache, upgrade=upgrade) for job in jobs)
    if failures := [fault for fault in done if isinstance(fault, HarnessError)]:
        raise _together(failures)
    return (*written, *(made for made in done if isinstance(made, Locked)))


def stale_locks(applications: Sequence[Application], servers: Servers, apps: Path) -> tuple[Notice, ...]:
    """A notice for each lock that is missing or was made from other requirements than those of today."""
    notices = []
    if not constraints_job(servers, apps).is_current():
        notices.append(_notice("stale-constraints", f"{CONSTRAINTS} does not fit the servers", "harness lock"))
    for application in applications:
        job, mend = job_of(application, servers, apps), f"harness lock --only {application.id}"
        if job and not job.output.is_file():
            notices.append(_notice("missing-lock", f"{job.name} has no {job.output.name}", mend))
        elif job and not job.is_current():
            what = f"{job.name}: {job.output.name} was not made from its requirements of today"
            notices.append(_notice("stale-lock", what, mend))
    return tuple(notices)


def _notice(code: str, seen: str, command: str) -> Notice:
    return Notice(code=code, seen=seen, mend=f"run: {command}")


def _covers(applications: Iterable[Application], apps: Path) -> bool:
    """Whether every application of the project is asked for, as by `harness lock` without a filter."""
    asked = {application.folder.resolve() for application in applications}
    return bool(asked) and all(manifest.parent.resolve() in asked for manifest in apps.glob("*/app.toml"))


def constraints_job(servers: Servers, apps: Path) -> Job:
    """What makes the constraints that all applications share."""
    lines = tuple(sorted({line for requirements in servers.values() for line in requirements}))
    shared = apps / SHARED_REQUIREMENTS
    return Job(
        "what servers and data access share",
        apps / CONSTRAINTS,
        (shared,),
        lines,
        None,
        f"{SHARED_REQUIREMENTS}, the servers",
        apps / SHARED_REQUIREMENTS.parent,
    )


def job_of(application: Application, servers: Servers, apps: Path) -> Job | None:
    """What makes the application's lock. None where there is nothing to make it from: another language, or a lock that
    its author brought."""
    lock = lock_of(application)
    own = made_from(application)
    if lock is None or own is None:
        return None
    used = [line for server in application.manifest.servers for line in servers.get(server, ())]
    return Job(
        application.id,
        lock,
        (own, apps / SHARED_REQUIREMENTS),
        tuple(dict.fromkeys(used)),
        apps / CONSTRAINTS,
        f"{own.name}, its servers, {SHARED_REQUIREMENTS} and {CONSTRAINTS}",
        application.folder,
    )


def resolved(job: Job, cache: Path, *, upgrade: bool) -> Locked:
    """Resolve and write the file in one step. Raises UsageError with uv's words where that cannot be done,
    EnvironmentRefused where no package index answers."""
    before = job.output.read_text() if job.output.is_file() else ""
    local = job.local()
    hashes = ("--generate-hashes",) if job.constraints else ()
    with temporary_folder("lock") as folder:
        out, pins = folder / job.output.name, folder / f".{job.output.name}.pins"
        pins.write_text(job.pins(), encoding="utf-8")
        if not upgrade:
            out.write_text(before)  # uv prefers the versions it finds there
        anew = [part for name in job.anew for part in ("--upgrade-package", name)]
        arguments = ["pip", "compile", *ALWAYS, *anew, *hashes, "--constraints", str(pins), "--output-file", str(out)]
        try:
            run_uv(
                [*arguments, *(str(source.resolve()) for source in job.sources), "-"],
                package_cache=cache.resolve() / PACKAGES,
                stdin="\n".join(job.lines),
                cwd=job.folder,  # a requirement such as ./lib lies beside the manifest
            )
        except UvFailed as fault:
            if fault.unreachable:
                raise EnvironmentRefused(f"no package index answers\n{fault}", where=job.name, mend=ANOTHER) from fault
            raise UsageError(f"no set of versions was found\n{fault}", where=job.name) from fault
        text = _header(job) + "".join(one.noted() for one in local) + _without(local, out.read_text())
    _refuse_addresses(job, text)
    _replace(job.output, text)
    return Locked(job.output, changed=text != before)


def _without(local: Sequence[LocalPackage], text: str) -> str:
    """What uv wrote, but for the lines of local packages: these have no hash, and are installed by themselves."""
    lines = {one.line for one in local} | {one.line.partition("[")[0] for one in local}
    return "".join(line for line in text.splitlines(keepends=True) if line.split(" ;")[0].strip() not in lines)


def _header(job: Job) -> str:
    return f"# Made by `harness lock` from {job.made_from}; do not edit.\n# inputs: {job.stamp()}\n"


def _refuse_addresses(job: Job, text: str) -> None:
    """A lock holds names, versions and hashes; an address would tie it to one machine."""
    for line in text.splitlines():
        if "://" in line or line.startswith("-"):
            raise UsageError(
                f"the lock would hold an address: {line}",
                where=job.name,
                mend="require it by name from a package index",
            )


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, also for a reader at this moment."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text)
    draft.replace(path)


def _requirements(source: Path, seen: frozenset[Path] = frozenset()) -> Iterator[str]:
    """The requirement lines of a file and of those it includes. An include that is not there is uv's to tell."""
    here = source.resolve()
    if here in seen or not here.is_file():
        return
    try:
        content = text_of(here, MOST_REQUIREMENTS_BYTES)
    except Unreadable as fault:
        raise UsageError(str(fault), where=str(source), mend="put a text file in its place") from None
    for line in content.splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if included := INCLUDED.match(text):
            yield from _requirements(here.parent / included[1], seen | {here})
        elif text:
            yield text


def _together(failures: Sequence[HarnessError]) -> HarnessError:
    if len(failures) == 1:
        return failures[0]
    refused = any(isinstance(one, EnvironmentRefused) for one in failures)
    kind = EnvironmentRefused if refused else UsageError
    return kind("\n".join([f"{len(failures)} locks could not be made", *map(str, failures)]))
