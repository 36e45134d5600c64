"""What a person says of a service that has no manifest, and the application that it is to a campaign."""

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from pydantic import TypeAdapter, ValidationError

from harness.campaign.plan.cells import OTHER_PYTHON, why_not_on
from harness.campaign.plan.options import PlatformOptions
from harness.catalog.applications import PORT, PYTHON, RESERVED, Application
from harness.catalog.folders import is_file
from harness.measure.interpreter import describe
from harness.model.asked.application import AppManifest, ImportTarget, Interface, OwnServer, Targets
from harness.model.asked.scenario import REQUESTS
from harness.model.errors import EnvironmentRefused, UsageError
from harness.process.environment import passed_on
from harness.under_test.install.environments import distributions_of, ensure
from harness.under_test.install.project_lock import project_lock
from harness.under_test.launch.command import path_of_modules
from harness.under_test.launch.looking import interface_of
from harness.under_test.launch.servers import OWN, SERVERS

DEFAULT_SERVER: Final[Mapping[str, str]] = {"asgi": "uvicorn", "wsgi": "gunicorn-gthread"}
ALL: Final = "all"
LONGEST_TITLE: Final = 80
_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Service:
    """`folder`: the project's, where its command would be started. `target`: `module:callable`; or `command`: an argv
    list that starts a server of its own at {host} and {port}. `venv`: an environment that has all it needs; without one
    it is made from the project's files for `python`. `variables`: of its environment, kept out of every record.
    `servers`: ids, or `all`; none: the default of the interface. `before_block`: an argv list, run before each block.
    """

    folder: Path
    target: str | None = None
    command: tuple[str, ...] = ()
    interface: Interface | None = None
    venv: Path | None = None
    python: Path = Path(sys.executable)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    servers: tuple[str, ...] = ()
    before_block: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A slug of the folder's name."""
        return re.sub(r"[^a-z0-9]+", "-", self.folder.resolve().name.lower()).strip("-")[:40].rstrip("-") or "service"

    @property
    def interpreter(self) -> Path:
        """What runs its code, or what its environment is made for."""
        return self.venv / "bin" / "python" if self.venv else self.python

    def running_on(self, platform: PlatformOptions) -> PlatformOptions:
        """The platform, with the interpreter of an environment that is given."""
        return platform.model_copy(update={"pythons": (self.interpreter,)}) if self.venv else platform


def application_of(service: Service, cache: Path) -> tuple[Application, Path]:
    """The application that a campaign measures, and the python of its environment, which is made here: only there can
    be seen what it is.

    Raises UsageError for what cannot be meant, EnvironmentRefused where the environment cannot be made, TargetFailed
    where the target does not load.
    """
    _refuse_what_cannot_be(service)
    wanted = _candidates(service)
    lock = _lock(service, wanted, cache)
    python = ensure(service.id, lock, service.interpreter, cache)
    if service.command:
        return _application(service, lock, (OWN,), own=_own(service, python)), python
    assert service.target is not None, "a target or a command, as was refused above"
    interface = service.interface or interface_of(
        service.target, python, service.folder, {**passed_on(), **service.variables, **path_of_modules(service.folder)}
    )
    servers = _fitting(service, interface, wanted)
    if service.venv:
        servers = _there(servers, python) if ALL in service.servers else servers
        _refuse_what_is_missing(servers or (DEFAULT_SERVER[interface],), python)
    elif servers != wanted:  # what was there to find out the interface may change which versions fit
        lock = _lock(service, servers, cache)
        python = ensure(service.id, lock, service.interpreter, cache)
    return _application(service, lock, servers, targets=Targets.model_validate({interface: service.target})), python


def _refuse_what_cannot_be(service: Service) -> None:
    if bool(service.target) == bool(service.command):
        raise UsageError(
            "a service is named by its target or by the command that starts it",
            where="--target, --command",
            mend="give one of them",
        )
    if service.target:
        try:
            TypeAdapter(ImportTarget).validate_python(service.target)
        except ValidationError as fault:
            what = fault.errors()[0]["msg"].removeprefix("Value error, ")
            raise UsageError(f"{service.target} is {what}", where="--target") from None
    if service.command and (service.interface or set(service.servers) - {OWN}):
        raise UsageError(
            "a command starts its own server", where="--command", mend="leave out --interface and --server"
        )
    if service.command and not any(PORT in part for part in service.command):
        raise UsageError(
            "the command does not say {port}: each start is given a free port, and a fixed one may be taken",
            where="--command",
            mend="write {port} where the port stands, and {host} where the address does",
        )
    if service.venv and not is_file(service.interpreter):
        raise EnvironmentRefused(
            f"there is no {service.interpreter}", where="--venv", mend="name the folder of a virtual environment"
        )
    for name in service.variables:
        if name != "DATABASE_URL" and RESERVED.fullmatch(name):
            raise UsageError(f"{name} is set by the harness", where="--env-file", mend="take it out of the file")


def _candidates(service: Service) -> tuple[str, ...]:
    """Servers that may be needed, before the interface is known. Raises EnvironmentRefused where one that was named
    cannot be installed for the interpreter."""
    if service.command:
        return ()
    if ALL in service.servers:
        speaking = [one.id for one in SERVERS.values() if one.interface in DEFAULT_SERVER]
        return tuple(one for one in speaking if not _why_not_on(service, one))
    for name in service.servers:
        if name not in SERVERS or name == OWN:
            known = ", ".join(one for one in SERVERS if one != OWN)
            raise UsageError(f'no server is called "{name}"', where="--server", mend=f"one of: {known}")
        if why := _why_not_on(service, name):
            raise EnvironmentRefused(why, where="--server", mend=OTHER_PYTHON)
    interfaces = [service.interface] if service.interface in DEFAULT_SERVER else list(DEFAULT_SERVER)
    return service.servers or tuple(DEFAULT_SERVER[one] for one in interfaces if one)


def _why_not_on(service: Service, server: str) -> str:
    """Asks the interpreter only where the server is not made for all."""
    return why_not_on(server, describe(service.interpreter).label) if SERVERS[server].requires_python else ""


def relocked(
    service: Service,
    folder: Path,
    server: str,
    cache: Path,
    *,
    wanted: Sequence[Requirement] = (),
    like: Path | None = None,
) -> Path:
    """A lock of the project as it is in `folder`, with some packages required otherwise (`project_lock`). Raises
    UsageError where the environment is a given one."""
    if service.venv:
        raise UsageError(
            "the environment is given as it is, and holds one version of each package",
            where="--venv",
            mend="leave --venv out, so that one is made for each side",
        )
    return project_lock(folder, SERVERS[server].requirements, service.interpreter, cache, wanted=wanted, like=like)


def _lock(service: Service, servers: Sequence[str], cache: Path) -> Path | None:
    """None where an environment is given that has all it needs."""
    if service.venv:
        return None
    lines = dict.fromkeys(line for server in servers for line in SERVERS[server].requirements)
    return project_lock(service.folder, tuple(lines), service.interpreter, cache)


def _fitting(service: Service, interface: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """Those of the candidates that speak the interface. Raises UsageError where a named one does not."""
    fitting = tuple(server for server in candidates if SERVERS[server].interface == interface)
    others = [server for server in service.servers if server != ALL and server not in fitting]
    if others:
        there = ", ".join(one.id for one in SERVERS.values() if one.interface == interface)
        raise UsageError(
            f"{service.target} speaks {interface.upper()}, and {', '.join(others)} does not",
            where="--server",
            mend=f"choose of these: {there}",
        )
    return fitting


def _there(servers: Sequence[str], python: Path) -> tuple[str, ...]:
    """Those that the given environment holds."""
    there = distributions_of(python)
    return tuple(server for server in servers if all(name in there for name in _names(server)))


def _refuse_what_is_missing(servers: Sequence[str], python: Path) -> None:
    """Raise EnvironmentRefused where the given environment lacks what a server needs."""
    there = distributions_of(python)
    lacking = {server: names for server in servers if (names := [one for one in _names(server) if one not in there])}
    if lacking:
        wanted = " ".join(dict.fromkeys(name for names in lacking.values() for name in names))
        raise EnvironmentRefused(
            "; ".join(f"{server} needs {', '.join(names)}, which it lacks" for server, names in lacking.items()),
            where="--venv",
            mend=f"install it there: {python} -m pip install {wanted}; or choose another server, or give --command",
        )


def _names(server: str) -> list[str]:
    return [found[0].lower() for line in SERVERS[server].requirements if (found := _NAME.match(line))]


def _own(service: Service, python: Path) -> OwnServer:
    """The command. Its program is looked for in the environment first, then in PATH, then as a path in the folder."""
    program = service.command[0]
    places = (python.parent / program, service.folder / program)
    if PYTHON not in program and not any(map(is_file, places)) and shutil.which(program) is None:
        raise UsageError(
            f"there is no program {program}, neither in its environment nor in PATH",
            where="--command",
            mend="install it, or name the environment that has it: --venv DIR",
        )
    return OwnServer(argv=service.command)


def _application(
    service: Service,
    lock: Path | None,
    servers: tuple[str, ...],
    *,
    targets: Targets | None = None,
    own: OwnServer | None = None,
) -> Application:
    title = service.target or " ".join(service.command)
    manifest = AppManifest(
        id=service.id,
        title=title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…",
        targets=targets or Targets(),
        own=own,
        servers=servers,
        scenarios=(REQUESTS,),
        service=True,
        before_block=service.before_block,
    )
    return Application(
        manifest, service.folder.resolve(), lock=lock, complete=lock is None, private=dict(service.variables)
    )
