"""What this machine lacks for a campaign or for the tests, and the command that mends it."""

import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from harness.campaign.plan.options import Selection
from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import select
from harness.campaign.run import ROOM_BYTES
from harness.load.open_files import files_for, hard_limit
from harness.measure.interpreter import describe
from harness.measure.machine import fingerprint
from harness.measure.spinning import why_not_spin
from harness.model.asked.application import AppManifest
from harness.model.errors import HarnessError
from harness.model.measured.machine import Machine
from harness.model.record import Record
from harness.process.environment import passed_on
from harness.under_test.install.locks import stale_locks
from harness.under_test.launch.programs import absent, search_path, versions_of
from harness.under_test.launch.servers import REQUIREMENTS
from harness.under_test.services.choice import postgresql_trials

MEMORY_BYTES: Final = 2 * 2**30


class Tool(NamedTuple):
    """Something that is not needed to measure: any of `programs` will do; `package` is Debian's of the first."""

    programs: tuple[str, ...]
    purpose: str
    package: str

    def found(self, path: str | None = None) -> str | None:
        """Where the first of its programs is that this machine has; None where it has none."""
        return next((found for program in self.programs if (found := shutil.which(program, path=path))), None)


CHROMIUM: Final = Tool(
    ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    "browser tests of the report",
    "chromium-headless-shell",
)
"""The first is the same browser without windows of its own: a page takes it a third of the CPU time."""
TOOLS: Final = {
    "chromium": CHROMIUM,
    "nginx": Tool(("nginx",), "tests and benchmarks of the load engine", "nginx-light"),
    "wrk": Tool(("wrk",), "benchmarks of the load engine", "wrk"),
    "ip": Tool(("ip",), "tests over several hosts", "iproute2"),
}


class Check(Record):
    """One thing that was looked at. A campaign cannot run without what is `lacking`; a `note` only limits it."""

    name: str
    state: Literal["ok", "note", "lacking"]
    seen: str
    mend: str = ""


def examine(project: Project) -> tuple[Check, ...]:
    """Look at everything a campaign or the tests need. Nothing is changed but the cache."""
    machine = fingerprint()
    levels, manifests = _manifests(project)
    return (
        _system(machine),
        _interpreter(),
        _cores(machine),
        _generator(machine),
        _open_files(max(levels, default=1)),
        _disk(project),
        _memory(machine),
        _governor(machine),
        *manifests,
        _postgresql(project),
        *_tools(),
    )


def _system(machine: Machine) -> Check:
    seen = f"{machine.system} {machine.kernel} on {machine.architecture}"
    if machine.system == "Linux":
        return Check(name="system", state="ok", seen=seen)
    seen += "; affinity, memory of processes and steal are not known here, and the report shows n/a"
    return Check(name="system", state="note", seen=seen, mend="measure on Linux for the full report")


def _interpreter() -> Check:
    found = describe(Path(sys.executable), passed_on())
    seen = f"{found.implementation} {found.version}, {found.compiler}"
    if not found.options:
        return Check(name="interpreter", state="ok", seen=f"{seen}; how it was built is not known")
    if "--enable-optimizations" in found.options or "pgo" in found.options.lower():
        return Check(name="interpreter", state="ok", seen=seen)
    return Check(
        name="interpreter",
        state="note",
        seen=f"{seen}; not built with profile-guided optimisation, so all figures are lower than they could be",
        mend="measure with your distribution's Python: harness run --python /usr/bin/python3",
    )


def _cores(machine: Machine) -> Check:
    if machine.cores.shared:
        seen = f"{machine.logical_cpus} logical CPUs; the load generator shares cores with the servers"
        return Check(name="cores", state="note", seen=seen, mend="use a machine with two cores or more")
    cores = machine.cores
    seen = f"generator on {_listed(cores.generator)}, servers on {_listed(cores.server)}"
    return Check(name="cores", state="ok", seen=f"{seen}, database on {_listed(cores.services)}")


def _generator(machine: Machine) -> Check:
    why = why_not_spin(machine.cores)
    if why is None:
        return Check(name="generator", state="ok", seen="never sleeps while a slice lasts")
    return Check(
        name="generator",
        state="note",
        seen=f"sleeps between answers: {why}; ratios carry the cost of waking it",
        mend="free a core for it, or keep it awake all the same: harness run --generator spin",
    )


def _listed(cpus: tuple[int, ...]) -> str:
    return "CPU " + ",".join(map(str, cpus))


def _open_files(connections: int) -> Check:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = files_for(connections, GROUP_SIZE)
    if hard_limit() >= needed:
        return Check(name="open files", state="ok", seen=f"{'any number' if hard == resource.RLIM_INFINITY else hard}")
    seen = f"at most {hard}, but {connections} connections to {GROUP_SIZE} servers need {needed}"
    return Check(name="open files", state="lacking", seen=seen, mend=f"raise the hard limit: ulimit -Hn {needed}")


def _disk(project: Project) -> Check:
    free = shutil.disk_usage(project.root).free
    seen = f"{free // 2**20:,} MB free"
    if free >= ROOM_BYTES:
        return Check(name="disk", state="ok", seen=seen)
    return Check(name="disk", state="lacking", seen=seen, mend="make room; old environments go with: harness clean")


def _memory(machine: Machine) -> Check:
    seen = f"{machine.memory_bytes // 2**20:,} MB"
    if machine.memory_bytes >= MEMORY_BYTES:
        return Check(name="memory", state="ok", seen=seen)
    return Check(name="memory", state="note", seen=seen, mend="measure fewer applications at a time with --only")


def _governor(machine: Machine) -> Check:
    if machine.governor not in ("powersave", "ondemand", "conservative", "schedutil"):
        return Check(name="frequency", state="ok", seen=machine.governor or "not reported by this system")
    seen = f"governor {machine.governor}: the clock follows the load, and figures are less steady"
    return Check(name="frequency", state="note", seen=seen, mend="as root: cpupower frequency-set -g performance")


def _manifests(project: Project) -> tuple[list[int], list[Check]]:
    """Connections of every ranking level, and what is wrong with manifests and locks."""
    try:
        found = select(project, Selection(servers=("all",)))
    except HarnessError as error:
        return [], [Check(name="manifests", state="lacking", seen=str(error), mend=error.mend)]
    levels = [scenario.manifest.rank.at.connections for scenario in found.scenarios]
    notices = stale_locks(found.applications, REQUIREMENTS, project.apps)
    seen = f"{len(found.applications)} applications, {len(found.scenarios)} scenarios"
    locks = [Check(name="locks", state="lacking", seen=notice.seen, mend=notice.mend) for notice in notices]
    return levels, [
        Check(name="manifests", state="ok", seen=seen),
        *(locks or [Check(name="locks", state="ok", seen="all fit their requirements")]),
        *(_outside(application.manifest) for application in found.applications if application.manifest.programs),
    ]


def _outside(manifest: AppManifest) -> Check:
    """An application in another language, which a campaign can do without."""
    name, notice = f"application {manifest.id}", absent(manifest)
    if notice is None:
        versions = ", ".join(f"{name} {version}" for name, version in versions_of(manifest).items())
        return Check(name=name, state="ok", seen=f"optional: {versions}")
    return Check(name=name, state="note", seen=f"optional: {notice.seen}", mend=notice.mend)


def _postgresql(project: Project) -> Check:
    trials = postgresql_trials(project.cache)
    for trial in trials:
        if trial.version:
            return Check(name="PostgreSQL", state="ok", seen=f"{trial.version}, {trial.source}")
    seen = "; ".join(f"{trial.source}: {why}" for trial in trials for why in trial.refusals) or "none was found"
    mend = "apt-get install postgresql, or name a server with --database-url; without it SQLite is used"
    return Check(name="PostgreSQL", state="note", seen=seen, mend=mend)


def _tools() -> Iterator[Check]:
    path = search_path()
    for name, tool in TOOLS.items():
        if tool.found(path):
            yield Check(name=name, state="ok", seen=tool.purpose)
        else:
            mend = f"apt-get install {tool.package}"
            yield Check(name=name, state="note", seen=f"missing: no {tool.purpose}", mend=mend)
