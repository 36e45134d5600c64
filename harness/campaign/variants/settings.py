"""The settings of a side, applied to its application; refused where they would change nothing."""

from collections.abc import Sequence
from dataclasses import replace

from harness.campaign.plan.cells import BY_OPTION
from harness.campaign.plan.selection import most_workers
from harness.campaign.variants.sides import SideAsked
from harness.catalog.applications import Application
from harness.measure.interpreter import describe, in_path
from harness.model.asked.application import OwnServer
from harness.model.asked.cell import one_of
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.foreign import secrets_in
from harness.process.environment import passed_on
from harness.under_test.launch.servers import OWN, SERVERS


def with_environment(application: Application, asked: SideAsked) -> Application:
    """The side's variables; one that is named like a secret stays out of the record."""
    if not asked.environment:
        return application
    private = {name: value for name, value in asked.environment.items() if secrets_in({name: value})}
    shown = {name: value for name, value in asked.environment.items() if name not in private}
    environment = {**application.manifest.environment, **shown}
    manifest = application.manifest.model_copy(update={"environment": environment})
    return replace(application, manifest=manifest, private={**application.private, **private})


def with_command(application: Application, asked: SideAsked) -> Application:
    """The side's own command in the place of any server."""
    if not asked.command:
        return application
    own = (application.manifest.own or OwnServer(argv=asked.command)).model_copy(update={"argv": asked.command})
    manifest = application.manifest.model_copy(update={"own": own, "servers": (OWN,)})
    return replace(application, manifest=manifest)


def server_of(application: Application, usual: str, asked: SideAsked) -> str:
    """The side's server; `usual` where it names none. Raises UsageError where the application does not run on it, or it
    has no option for a setting of the side."""
    if asked.command and asked.server:
        where = f'{asked.option} "server={asked.server}"'
        raise UsageError("a command starts its own server", where=where, mend="leave out server= or command=")
    wanted, offered = OWN if asked.command else asked.server or usual, application.manifest.servers
    if wanted not in offered:
        where = f'{asked.option} "server={wanted}"' if asked.server else asked.option
        raise UsageError(f"it does not run on {wanted}", where=where, mend=f"name one of: {', '.join(offered)}")
    _refuse_what_it_cannot(application, wanted, asked)
    return wanted


def _refuse_what_it_cannot(application: Application, server: str, asked: SideAsked) -> None:
    """Raise UsageError where the server has no option for a setting: the side would be as it is without it."""
    known, offered = SERVERS[server], application.manifest.servers
    for setting in BY_OPTION:
        number = getattr(asked, setting)
        if number is not None and getattr(known, setting) is None:
            able = [one for one in offered if getattr(SERVERS[one], setting)]
            raise _no_option(setting, number, asked, server, able)
    workers = asked.workers or 1
    most = most_workers(application, server) or workers
    if min(known.workers(workers), most) < workers:
        able = [one for one in offered if (most_workers(application, one) or workers) >= workers]
        raise _no_option("workers", workers, asked, server, [one for one in able if SERVERS[one].workers(workers) > 1])


def _no_option(what: str, number: int, asked: SideAsked, server: str, able: Sequence[str]) -> UsageError:
    return UsageError(
        f"{server} has no option for the number of its {one_of(what)}s",
        where=f'{asked.option} "{what}={number}"',
        mend=f"name a server that has one: {', '.join(able)}" if able else "leave it out",
    )


def refuse_a_wrong_interpreter(asked: SideAsked) -> None:
    """Raise EnvironmentRefused where the side names one that does not run."""
    if asked.python is None:
        return
    try:
        describe(in_path(asked.python), passed_on())
    except EnvironmentRefused as fault:
        raise EnvironmentRefused(fault.what, where=f'{asked.option} "python={asked.python}"', mend=fault.mend) from None
