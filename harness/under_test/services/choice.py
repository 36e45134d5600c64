"""Which database a campaign uses, and why not another."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from harness.model.asked.cell import DatabaseKind
from harness.model.notice import Notice
from harness.under_test.services.postgresql import cannot_be_had
from harness.under_test.services.postgresql_programs import Programs, Trial, installed, tried
from harness.under_test.services.postgresql_schemas import GIVEN, refuse_other_encodings

Requested = Literal["auto", "postgresql", "sqlite"]


def choose_database(
    requested: Requested, url: str | None, workdir: Path, *, candidates: Sequence[Programs] | None = None
) -> tuple[DatabaseKind, tuple[Notice, ...]]:
    """What was asked for; `auto` is PostgreSQL where it can be had, else SQLite with a notice that says so.

    `url` is a given PostgreSQL server: it is used or refused, never passed over, unless SQLite was asked for.
    Raises EnvironmentRefused where PostgreSQL was asked for and cannot be had, UsageError where `url` is not one.
    """
    if requested == "sqlite":
        ignored = Notice(code="database-url-ignored", seen=f"{GIVEN} is given and SQLite was asked for")
        return "sqlite", (ignored,) if url else ()
    if url:
        refuse_other_encodings(url)
        return "postgresql", ()
    refusals = []
    for trial in _trials(workdir, candidates):
        if trial.version:
            return "postgresql", ()
        refusals += [f"{trial.source}, {why}" for why in trial.refusals]
    fault = cannot_be_had(refusals)
    if requested == "postgresql":
        raise fault
    return "sqlite", (Notice(code="postgresql-missing", seen=f"{fault.what}; SQLite is used instead", mend=fault.mend),)


def postgresql_trials(workdir: Path) -> tuple[Trial, ...]:
    """Every PostgreSQL found on this machine, tried; the first that has a version is the one a run would start."""
    return tuple(_trials(workdir, None))


def _trials(workdir: Path, candidates: Sequence[Programs] | None) -> Iterator[Trial]:
    """One after the other, so that the first that works spares the rest."""
    workdir.mkdir(parents=True, exist_ok=True)
    for programs in installed() if candidates is None else candidates:
        yield tried(programs, workdir.resolve())
