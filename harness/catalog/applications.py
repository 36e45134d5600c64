"""Applications, found in folders: apps/<id>/ and any folder a person names."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from harness.catalog.document import Document, all_faults, read
from harness.catalog.fault import ManifestFault, nearest, refuse
from harness.catalog.folders import folders_with, is_file, is_folder, stays_inside
from harness.model.asked.application import AppManifest, Interface
from harness.model.given_file import Unreadable, lies_at, text_of
from harness.model.record import SLUG_PATTERN

MANIFEST = "app.toml"
SHARED_REQUIREMENTS = Path("_shared", "requirements.in")
"""Below apps/: what all applications of the controlled tier import."""
DESCRIBED_IN = "docs/adding-an-application.md"
PYTHON, WORKERS, PORT = "{python}", "{workers}", "{port}"
EVERY_OTHER, NOT = "*", "!"
MOST_REQUIREMENTS_BYTES = 8 * 1024 * 1024
"""Of a lock: hashes of a few thousand distributions."""
MOST_CONFIG_BYTES = 1024 * 1024
SHORTEST_SECRET = 8
RESERVED = re.compile(r"HARNESS_\w*|DATABASE_URL|PYTHONPATH")

Found = Document[AppManifest]


@dataclass(frozen=True)
class Application:
    """What an application says of itself, and where it lies.

    `lock`: its lock, where that does not lie in its folder. `complete`: the interpreter that it runs on has all that it
    needs, so no environment is made. `private`: variables of its environment that no record holds, and no log.
    `values`: what `{{name}}` in requests stands for, private alike.
    """

    manifest: AppManifest
    folder: Path
    lock: Path | None = None
    complete: bool = False
    private: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def secrets(self) -> frozenset[str]:
        """Values of its private variables; shorter ones stand in too many other words to be hidden wherever they do."""
        return frozenset(value for value in self.private.values() if len(value) >= SHORTEST_SECRET)

    @property
    def root(self) -> Path:
        """Where its code lies: the folder its server starts in."""
        return self.folder / self.manifest.root

    @property
    def own_takes_workers(self) -> bool:
        """Whether its own server is given the number of workers. One that is not given it runs one."""
        own = self.manifest.own
        config = _text_of_config(self.folder, own.config) if own and own.config else None
        return own is not None and any(WORKERS in part for part in (*own.argv, config or ""))

    @property
    def own_runs_in_environment(self) -> bool:
        """Whether its own server is a program of its environment: one that the environment's python runs."""
        own = self.manifest.own
        return own is not None and own.argv[0] == PYTHON


def find_applications(
    root: Path,
    extra: Sequence[Path] = (),
    *,
    known_servers: Mapping[str, Interface],
    known_scenarios: Collection[str],
) -> tuple[Application, ...]:
    """Every application under `root`, by id, then those of the `extra` folders. One of these may be NAME=DIR: its id is
    NAME then, so that two folders with one id, such as two worktrees, are measured beside each other.

    Raises UsageError that tells all faults of all manifests at once.
    """
    at_home = tuple(folders_with(MANIFEST, root))
    homes = {home.resolve() for home in at_home}
    others = dict.fromkeys(_named(given) for given in extra)
    documents = [read(folder / MANIFEST, AppManifest) for folder in at_home]
    for name, folder in others:
        if name or folder.resolve() not in homes:
            documents.append(_called(name, read(folder / MANIFEST, AppManifest)))
    outside = set(map(id, documents[len(at_home) :]))
    faults: list[ManifestFault] = []
    for document in documents:
        checks: tuple[Callable[[Found], Iterator[ManifestFault]], ...] = (
            partial(_home_faults, root=root, at_home=id(document) not in outside),
            partial(_server_faults, known=known_servers),
            partial(_scenario_faults, known=tuple(known_scenarios)),
            _path_faults,
            _own_faults,
            _environment_faults,
        )
        faults += all_faults(document, [fault for check in checks if document.raw for fault in check(document)])
    refuse([*faults, *_repeated_ids(documents)], DESCRIBED_IN)
    return tuple(
        Application(with_servers(document.record, known_servers), document.path.parent)
        for document in documents
        if document.record
    )


def application_in(
    folder: Path, app_id: str, *, known_servers: Mapping[str, Interface], known_scenarios: Collection[str]
) -> Application:
    """The application in this folder alone, under another id. Raises UsageError as `find_applications` does."""
    nothing_else = folder / MANIFEST  # a file: no folders lie below it
    [found] = find_applications(
        nothing_else, [Path(f"{app_id}={folder}")], known_servers=known_servers, known_scenarios=known_scenarios
    )
    return found


def _named(given: Path) -> tuple[str, Path]:
    """(name, folder) of what is given as NAME=DIR; without a name where it is a folder."""
    name, is_named, folder = str(given).partition("=")
    if is_named and re.fullmatch(SLUG_PATTERN, name) and not is_folder(given):
        return name, Path(folder).absolute()
    return "", given.absolute()


def _called(name: str, document: Found) -> Found:
    """The application with `name` as its id, if there is a name."""
    if not name or not document.raw:
        return document
    record = document.record.model_copy(update={"id": name}) if document.record else None
    return replace(document, raw=document.raw | {"id": name}, record=record)


def with_servers(manifest: AppManifest, known: Mapping[str, Interface]) -> AppManifest:
    """The manifest with the ids of all servers it runs on, those that `*` stands for in the order of `known`."""
    spoken, named = manifest.targets.interfaces, manifest.servers
    others = [one for one in known if known[one] in spoken and one not in named and f"{NOT}{one}" not in named]
    listed = [one for server in named for one in (others if server == EVERY_OTHER else [server])]
    return manifest.model_copy(update={"servers": tuple(one for one in listed if one in known)})


def _home_faults(document: Found, root: Path, at_home: bool) -> Iterator[ManifestFault]:
    """An application of the tree is named as its folder, and its folder is really there."""
    folder, given = document.path.parent, document.raw.get("id")
    if at_home and isinstance(given, str) and given != folder.name:
        yield document.fault("id", f'"{given}" is not the name of its folder', f'make both "{folder.name}"')
    if at_home and not stays_inside(document.path, root):
        yield document.fault(
            "id", "the folder is a link that leaves the tree", "name the real folder with --app instead"
        )


def _server_faults(document: Found, known: Mapping[str, Interface]) -> Iterator[ManifestFault]:
    """Each server exists, and finds a target of its interface; the first is the default one."""
    targets, named = document.table("targets"), document.strings("servers")
    if named and named[0].startswith((EVERY_OTHER, NOT)):
        yield document.fault("servers", f'"{named[0]}" cannot be the first', "name the default server first")
    for server in named:
        if server == EVERY_OTHER:
            continue
        if server.startswith(NOT):
            yield from _exclusion_faults(document, server.removeprefix(NOT), known)
        elif server not in known:
            yield document.fault("servers", f'no server is called "{server}"', nearest(server, tuple(known)))
        elif known[server] == "own":
            if not document.table("own"):
                yield document.fault("own", f'missing, but "{server}" is one of the servers', "add own.argv")
        elif known[server] not in targets:
            example = f'add {known[server]} = "module:callable"'
            yield document.fault(f"targets.{known[server]}", f'missing, but "{server}" speaks {known[server]}', example)
    for name in _repeated(document.strings("servers")):
        yield document.fault("servers", f'"{name}" is named twice', "name each server once")


def _exclusion_faults(document: Found, left_out: str, known: Mapping[str, Interface]) -> Iterator[ManifestFault]:
    """`!name` takes something away from what `*` stands for."""
    if left_out not in known:
        yield document.fault("servers", f'no server is called "{left_out}"', nearest(left_out, tuple(known)))
    elif EVERY_OTHER not in document.strings("servers") or known[left_out] not in document.table("targets"):
        yield document.fault("servers", f'"!{left_out}" leaves out nothing', 'it takes one server from what "*" names')


def _scenario_faults(document: Found, known: Sequence[str]) -> Iterator[ManifestFault]:
    for scenario in document.strings("scenarios"):
        if scenario not in known:
            yield document.fault("scenarios", f'no scenario is called "{scenario}"', nearest(scenario, known))
    for name in _repeated(document.strings("scenarios")):
        yield document.fault("scenarios", f'"{name}" is named twice', "name each scenario once")


def _path_faults(document: Found) -> Iterator[ManifestFault]:
    """The paths in a manifest are there, and stay in its folder even when links are followed."""
    folder = document.path.parent
    for key, default in (("root", "."), ("requirements", "requirements.txt")):
        named = document.raw.get(key, default)
        if (
            isinstance(named, str)
            and named
            and not stays_inside(folder / named, folder)
            and ".." not in Path(named).parts
        ):
            yield document.fault(key, f'"{named}" leads out of the folder', "keep what the application needs inside it")
    root = document.raw.get("root", ".")
    if isinstance(root, str) and not is_folder(folder / root):
        yield document.fault("root", f'there is no folder "{root}" here', "name the folder its code lies in")
    lock = document.raw.get("requirements", "requirements.txt")
    if isinstance(lock, str) and document.raw.get("language", "python") == "python":
        yield from _requirement_faults(document, folder / (lock or "."))


def _requirement_faults(document: Found, lock: Path) -> Iterator[ManifestFault]:
    """The lock or what it is made from is there, and each that is there can be read."""
    if not lock.name:
        return  # the model says that a path is missing
    source = lock.with_suffix(".in")
    there = [file for file in (lock, source) if lies_at(file)]
    if not there:
        yield document.fault(
            "requirements", f'neither "{lock.name}" nor "{source.name}" is here', f"write {source.name}"
        )
    for file in there:
        try:
            text_of(file, MOST_REQUIREMENTS_BYTES)
        except Unreadable as fault:
            yield document.fault("requirements", f'"{file.name}" {fault}', "put a text file in its place")


def _own_faults(document: Found) -> Iterator[ManifestFault]:
    """An own server is started only where it is asked for, and is given its port."""
    own = document.table("own")
    if own and "own" not in document.strings("servers"):
        yield document.fault("servers", 'the table [own] is given, but "own" is not one of the servers', 'add "own"')
    argv, config = own.get("argv"), _config_of(document)
    if isinstance(own.get("config"), str) and config is None:
        what = f'there is no text file "{own["config"]}" here'
        yield document.fault("own.config", what, "write it, or leave the key out")
    words = [part for part in argv if isinstance(part, str)] if isinstance(argv, list) else []
    if words and not any("{port}" in part for part in (*words, config or "")):
        yield document.fault(
            "own.argv", "does not say {port}", "pass {port}, the port the harness chose, to the server"
        )


def _config_of(document: Found) -> str | None:
    """What stands in the configuration of an own server; None where there is none inside the folder."""
    named = document.table("own").get("config")
    return _text_of_config(document.path.parent, named) if isinstance(named, str) else None


def _text_of_config(folder: Path, named: str) -> str | None:
    if not is_file(folder / named) or not stays_inside(folder / named, folder):
        return None
    try:
        return text_of(folder / named, MOST_CONFIG_BYTES)
    except Unreadable:
        return None


def _environment_faults(document: Found) -> Iterator[ManifestFault]:
    for name in document.table("environment"):
        if RESERVED.fullmatch(name):
            yield document.fault(f"environment.{name}", "is set by the harness, equally for everybody", "remove it")
        elif not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
            yield document.fault(f"environment.{name}", "is not the name of an environment variable")


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _repeated_ids(documents: Sequence[Found]) -> Iterator[ManifestFault]:
    """Two applications cannot have one id, wherever they lie."""
    first: dict[str, Path] = {}
    for document in documents:
        if document.record is None:
            continue
        there = first.setdefault(document.record.id, document.path)
        if there is not document.path:
            yield document.fault(
                "id",
                f'"{document.record.id}" is taken by {there.parent}',
                "choose another id, or give one: --app NAME=DIR",
            )
