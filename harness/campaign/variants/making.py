"""From an application and the words of two sides to two applications that one campaign can measure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.campaign.plan.commit import commit_around
from harness.campaign.plan.project import Project
from harness.campaign.variants.revisions import (
    Repository,
    exported,
    left_out,
    repository_around,
    why_none,
)
from harness.campaign.variants.settings import (
    refuse_a_wrong_interpreter,
    server_of,
    with_command,
    with_environment,
)
from harness.campaign.variants.sides import COUNTED, ENVIRONMENT, SideAsked
from harness.campaign.variants.understanding import Understood, understood
from harness.catalog.applications import Application
from harness.catalog.content import tree_digest
from harness.model.asked.cell import in_words, one_of, pool_in_words
from harness.model.asked.diff import Diff, Side
from harness.model.errors import HarnessError, UsageError
from harness.model.notice import Notice
from harness.under_test.install.locks import lock_of
from harness.under_test.install.replacing import versions_in

T = TypeVar("T")

LONGEST_ID: Final = 62
"""Of an application's id, with room for what tells the sides apart."""
LETTERS: Final = ("a", "b")
LONGEST_NAME: Final = 60
AS_IT_IS: Final = "as it is"

Reread = Callable[[Path, str], Application]
"""The application as a folder of another revision describes it, under the id that is given."""


Relock = Callable[[Application, Sequence[Requirement], str, Path | None], Path]
"""(application, packages required otherwise, server, lock to be like) -> a lock in the cache."""


@dataclass(frozen=True)
class Base:
    """The application as it is. `reread`: how it is found in another revision's copy of its folder. `relock`: how other
    versions are resolved for it. `server`: for both sides, where a side names none."""

    application: Application
    reread: Reread
    relock: Relock
    server: str


@dataclass(frozen=True)
class Variant:
    """One side, ready to be measured."""

    application: Application
    side: Side
    server: str
    workers: int | None
    threads: int | None
    runtime_threads: int | None
    pool: int | None
    python: Path | None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Both sides, and the record of what they are."""

    a: Variant
    b: Variant
    diff: Diff


def pair_of(project: Project, base: Base, asked: Sequence[SideAsked], faults: Sequence[str] = ()) -> Pair:
    """Make both variants: revisions exported, locks resolved, all in the cache. `faults`: found in their words before.

    Where a side requires other versions, both get a lock with the same servers, so that nothing else differs. Raises
    UsageError or EnvironmentRefused with the faults of both sides.
    """
    drafts = _each([partial(_draft, project, base, *pair) for pair in zip(asked, LETTERS, strict=True)], faults)
    relocked = any(draft.understood.requirements for draft in drafts)
    a, b = _each([partial(_variant, base, draft, relocked=relocked) for draft in drafts])
    diff = Diff(
        application=base.application.id,
        title=base.application.manifest.title,
        a=a.side,
        b=b.side,
        same=_content(project, a) == _content(project, b),
    )
    return Pair(a, b, diff)


def _each(steps: Sequence[Callable[[], T]], faults: Sequence[str] = ()) -> list[T]:
    """What each step makes. Raises one fault for all that failed, and for `faults`."""
    made: list[T] = []
    failed: list[HarnessError] = [UsageError(fault) for fault in faults]
    for step in steps:
        try:
            made.append(step())
        except HarnessError as fault:
            failed.append(fault)
    if failed:
        raise failed[0] if len(failed) == 1 else type(failed[-1])("\n".join(dict.fromkeys(map(str, failed))))
    return made


def _content(project: Project, variant: Variant) -> tuple[object, ...]:
    """All that decides how fast a variant is."""
    application, lock = variant.application, lock_of(variant.application)
    manifest = application.manifest.model_dump(exclude={"id", "title"})
    return (
        manifest,
        dict(application.private),
        tree_digest(application.folder, project.apps / "_shared"),
        lock.read_bytes() if lock and lock.is_file() else None,
        (variant.server, variant.workers, variant.threads, variant.runtime_threads, variant.pool, variant.python),
    )


@dataclass(frozen=True)
class _Draft:
    """A side whose code and settings are known, and its versions not yet."""

    letter: str
    understood: Understood
    application: Application
    server: str
    notices: tuple[Notice, ...]


def _draft(project: Project, base: Base, asked: SideAsked, letter: str) -> _Draft:
    refuse_a_wrong_interpreter(asked)
    folder = base.application.folder
    repository = repository_around(folder) if asked.names else None
    why = why_none(folder) if asked.names and repository is None else ""
    side = understood(asked, repository, why, versions_in(_text(lock_of(base.application))))
    app_id = f"{base.application.id[:LONGEST_ID]}-{letter}"
    application, notices = _at_revision(project, base, side, repository, app_id)
    manifest = application.manifest.model_copy(update={"id": app_id, "tier": _tier(application)})
    application = with_command(with_environment(replace(application, manifest=manifest), asked), asked)
    return _Draft(letter, side, application, server_of(application, base.server, asked), notices)


def _variant(base: Base, draft: _Draft, *, relocked: bool) -> Variant:
    application, side = draft.application, draft.understood
    lock = _lock(base, draft, relocked=relocked)
    application = replace(application, lock=lock) if lock else application
    name = _name(base, side, _text(lock_of(application)))
    manifest = application.manifest.model_copy(update={"title": f"{draft.letter.upper()}: {name}"})
    return Variant(
        application=replace(application, manifest=manifest),
        side=Side(
            app=application.id,
            name=name,
            words=side.words,
            understood=side.lines,
            commit=side.revision.commit if side.revision else None,
        ),
        server=draft.server,
        workers=side.asked.workers,
        threads=side.asked.threads,
        runtime_threads=side.asked.runtime_threads,
        pool=side.asked.pool,
        python=side.asked.python,
        notices=draft.notices,
    )


def _tier(application: Application) -> str:
    """References hold no place beside others; two variants of one are compared like any two."""
    tier = application.manifest.tier
    return "controlled" if tier == "reference" else tier


def _at_revision(
    project: Project, base: Base, side: Understood, repository: Repository | None, app_id: str
) -> tuple[Application, tuple[Notice, ...]]:
    if side.revision is None or repository is None:
        return base.application, ()
    tree = exported(repository, side.revision, project.cache)
    try:
        application = base.reread(tree / repository.inside, app_id)
    except UsageError as fault:
        where = f'{side.asked.option} "{side.revision.name}" ({side.revision.short})'
        raise UsageError(f"the application cannot be measured as it was then\n{fault}", where=where) from None
    return application, tuple(left_out(repository, side.revision, tree))


def _lock(base: Base, draft: _Draft, *, relocked: bool) -> Path | None:
    """A lock in the cache, with the side's server and no other; None where the application's own lock is what the side
    runs with."""
    application, side = draft.application, draft.understood
    own = lock_of(application)
    if not relocked and (side.revision is None or own is None or own.is_file()):
        return None
    like = own if own is not None and own.is_file() else lock_of(base.application)
    try:
        return base.relock(application, side.requirements, draft.server, like)
    except UsageError as fault:
        where = f'{side.asked.option} "{" ".join(side.words)}"' if side.words else side.asked.option
        raise UsageError(fault.what, where=where, mend=fault.mend) from None


def _text(lock: Path | None) -> str:
    return lock.read_text(encoding="utf-8") if lock is not None and lock.is_file() else ""


def _name(base: Base, side: Understood, lock: str) -> str:
    parts = ", ".join(_parts(base, side, lock)) or AS_IT_IS
    return parts if len(parts) <= LONGEST_NAME else parts[: LONGEST_NAME - 1] + "…"


def _parts(base: Base, side: Understood, lock: str) -> Iterator[str]:
    """What sets the side apart, each with what is known of it: "main 1a2b3c4", "starlette 0.50.0", "2 workers"."""
    asked, versions = side.asked, versions_in(lock)
    if side.revision:
        name, short = side.revision.name, side.revision.short
        yield short if side.revision.commit.startswith(name) else f"{name} {short}"
    elif asked.as_it_lies:
        changed = (commit_around(base.application.folder) or "").endswith("-dirty")
        yield "uncommitted" if changed else "as it lies"
    for one in side.requirements:
        yield f"{one.name} {versions.get(canonicalize_name(one.name), 'not locked')}"
    if asked.server:
        yield asked.server
    for setting in COUNTED:
        if (number := getattr(asked, setting)) is not None:
            yield pool_in_words(number) if setting == "pool" else in_words(number, one_of(setting))
    if asked.python:
        yield str(asked.python)
    if asked.command:
        yield " ".join(asked.command)
    yield from (word.removeprefix(ENVIRONMENT) for word in side.words if word.startswith(ENVIRONMENT))


def versions_that_differ(pair: Pair) -> Iterator[tuple[str, str, str]]:
    """(package, version in A, version in B) of the locks; "none" where one has it not."""
    a, b = (versions_in(_text(lock_of(one.application))) for one in (pair.a, pair.b))
    for package in sorted({*a, *b}):
        if a.get(package) != b.get(package):
            yield package, a.get(package, "none"), b.get(package, "none")
