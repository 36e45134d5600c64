"""Which locks lag behind the package index: each is made anew in a temporary folder and set beside what is there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from harness.catalog.applications import Application
from harness.model.errors import EnvironmentRefused, HarnessError
from harness.model.found.versions import LockAge, Origin, version_changes
from harness.process.folders import temporary_folder
from harness.under_test.install.locks import CONSTRAINTS, Job, Servers, constraints_job, job_of, resolved
from harness.under_test.install.replacing import name_of, required_in, versions_in
from harness.under_test.install.uv_command import side_by_side


def outdated(applications: Sequence[Application], servers: Servers, apps: Path, cache: Path) -> tuple[LockAge, ...]:
    """The age of what all locks share, then of each application's lock: what `harness lock` would change now. Nothing
    of the project is written. An application without a lock to make is left out.

    Equal requirements are resolved once. One that cannot be resolved has its fault in its age; raises
    EnvironmentRefused where no package index answers, UsageError where the shared requirements cannot be resolved.
    """
    with temporary_folder("outdated") as folder:
        common = constraints_job(servers, apps)
        limits = resolved(replace(common, output=folder / CONSTRAINTS), cache, upgrade=True).path
        jobs = [job for application in applications if (job := job_of(application, servers, apps))]
        anew = _anew(jobs, limits, cache)
        return (_age(common, limits), *(_age(job, anew[_decides(job)]) for job in jobs))


def _anew(jobs: Sequence[Job], limits: Path, cache: Path) -> Mapping[object, Path | HarnessError]:
    """Each distinct resolution: the lock, made under the constraints `limits` and beside them, or why there is none."""
    distinct = {_decides(job): job for job in jobs}
    drafts = [
        replace(job, output=limits.with_name(f"{number}.txt"), constraints=limits)
        for number, job in enumerate(distinct.values())
    ]
    made = side_by_side(partial(resolved, draft, cache, upgrade=True) for draft in drafts)
    for fault in made:
        if isinstance(fault, EnvironmentRefused):
            raise fault
    found = (one if isinstance(one, HarnessError) else one.path for one in made)
    return dict(zip(distinct, found, strict=True))


def _decides(job: Job) -> object:
    """What decides a resolution: equal for jobs that come to the same versions. The stamp alone does not tell a
    requirement from a constraint of the application's own."""
    return job.stamp(), *map(required_in, job.sources)


def _age(job: Job, anew: Path | HarnessError) -> LockAge:
    named = LockAge(of=job.name, lock=f"{job.output.parent.name}/{job.output.name}", missing=not job.output.is_file())
    if isinstance(anew, HarnessError):
        return named.model_copy(update={"fault": str(anew)})
    before = "" if named.missing else job.output.read_text(encoding="utf-8")
    changes = version_changes(versions_in(before), versions_in(anew.read_text(encoding="utf-8")), _origins(job))
    return named.model_copy(update={"changes": changes})


def _origins(job: Job) -> Mapping[str, Origin]:
    """Who asks for each package that is asked for by name."""
    *own, shared = (Counter(_names(required_in(source).requirements)) for source in job.sources)
    theirs = sum(own, Counter[str]()) - shared  # an application includes what all share, and may name a package again
    asked: tuple[tuple[Origin, Iterable[str]], ...] = (
        ("shared", shared),
        ("server", _names(job.lines)),
        ("application", theirs),
    )
    return {name: origin for origin, names in asked for name in names}


def _names(lines: Iterable[str]) -> Iterator[str]:
    return (name for line in lines if (name := name_of(line)))
