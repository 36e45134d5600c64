"""The filters that commands share. Pure functions; a filter that matches nothing is a mistake, and is reported."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from harness.catalog.applications import Application
from harness.catalog.fault import nearest
from harness.catalog.scenarios import Scenario
from harness.model.errors import UsageError

ALL = "all"
MOST_TOLD = 8
"""Applications named in one message."""


def matching(names: Iterable[str], patterns: Sequence[str], *, option: str) -> tuple[str, ...]:
    """The names that match any pattern (`*`, `?`, `[...]`), in their own order.

    Raises UsageError where a pattern matches none of them.
    """
    known = tuple(dict.fromkeys(names))
    for pattern in patterns:
        if not _any_match(known, pattern):
            raise UsageError(f'"{pattern}" matches nothing', where=option, mend=_sentence(nearest(pattern, known)))
    return tuple(name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns))


def choose_applications(
    applications: Sequence[Application], only: Sequence[str] = (), skip: Sequence[str] = ()
) -> tuple[Application, ...]:
    """Those that `only` names (all where it is empty) without those that `skip` names.

    Raises UsageError where a pattern matches nothing, or nothing is left.
    """
    ids = [application.id for application in applications]
    kept = set(matching(ids, only, option="--only") if only else ids)
    kept -= set(matching(ids, skip, option="--skip"))
    if not kept:
        raise UsageError("no application is left", where="--only, --skip", mend=f"There are: {', '.join(ids)}")
    return tuple(application for application in applications if application.id in kept)


def choose_scenarios(scenarios: Sequence[Scenario], patterns: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """Those that the patterns name; all where there are none. Raises UsageError where a pattern matches nothing."""
    ids = [scenario.id for scenario in scenarios]
    kept = matching(ids, patterns, option="--scenario") if patterns else ids
    return tuple(scenario for scenario in scenarios if scenario.id in kept)


def choose_servers(
    applications: Sequence[Application], patterns: Sequence[str] = (), known: Iterable[str] = ()
) -> tuple[tuple[Application, str], ...]:
    """Each application with each of its servers that the patterns name; with its default one where there are none.

    `all` names every server. An application that runs on none of those named is left out. `known`: every server there
    is. Raises UsageError where a pattern matches no server of any of them.
    """
    if not patterns:
        return tuple((application, application.manifest.servers[0]) for application in applications)
    named = [server for application in applications for server in application.manifest.servers]
    if ALL not in patterns:
        _refuse_servers_of_others(applications, patterns, named, tuple(known))
    wanted = named if ALL in patterns else matching(named, patterns, option="--server")
    return tuple(
        (application, server)
        for application in applications
        for server in application.manifest.servers
        if server in wanted
    )


def _refuse_servers_of_others(
    applications: Sequence[Application], patterns: Sequence[str], named: Sequence[str], known: Sequence[str]
) -> None:
    for pattern in patterns:
        if _any_match(known, pattern) and not _any_match(named, pattern):
            raise UsageError(
                "; ".join(runs_not_on(application, [pattern]) for application in applications[:MOST_TOLD]),
                where="--server",
                mend="name one of these servers, or all",
            )


def runs_not_on(application: Application, servers: Sequence[str]) -> str:
    """That an application runs on none of these servers, and on which it does."""
    manifest = application.manifest
    return f"{manifest.id} does not run on {' or '.join(servers)}; it names {', '.join(manifest.servers)}"


def _any_match(names: Iterable[str], pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
