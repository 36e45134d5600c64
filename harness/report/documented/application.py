"""The page of one application: what it is, how it is served, what it answers, and how to correct it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from packaging.utils import canonicalize_name

from harness.catalog.applications import PYTHON, SHARED_REQUIREMENTS, Application
from harness.model.asked.application import AppManifest, Interface, Tier, Uses
from harness.model.asked.scenario import ScenarioManifest
from harness.model.foreign import clean
from harness.under_test.install.locks import lock_of
from harness.under_test.install.replacing import name_of, required_in, versions_in
from harness.under_test.launch.server import Server

COMMAND: Final = "make pages"
TIERS: Final[Mapping[Tier, str]] = {
    "controlled": "the framework is what differs; rows come from data access that all of this tier share",
    "idiomatic": "as the framework's documentation recommends, with data access of its own",
    "floor": "no framework: what each framework adds is measured from it, and it holds no rank",
    "reference": "outside Python, or of another time: for orientation, shown apart and without a rank",
}
SERVED: Final = """\
[The table of servers](../adding-a-server.md) sets each of them up alike. A campaign decides how many worker processes
run (`--server-workers`), and how many threads each of them has where there is a pool (`--threads`)."""
SPEAKS: Final[Mapping[Interface, str]] = {
    "asgi": "ASGI",
    "wsgi": "WSGI",
    "rsgi": "RSGI",
    "aiohttp": "aiohttp's own application",
    "tornado": "Tornado's own application",
    "own": "HTTP itself",
}
NOTHING: Final = ("", "none")


@dataclass(frozen=True)
class Documented:
    """An application and all that its page says: its servers, the default one first, and its scenarios. `versions`: of
    its lock, by normalised name."""

    application: Application
    servers: tuple[Server, ...]
    scenarios: tuple[ScenarioManifest, ...]
    versions: Mapping[str, str]

    @property
    def manifest(self) -> AppManifest:
        return self.application.manifest


def documented(
    application: Application, servers: Mapping[str, Server], scenarios: Mapping[str, ScenarioManifest]
) -> Documented:
    """What the page of an application found in the project's folders is made from."""
    lock = lock_of(application)
    return Documented(
        application,
        tuple(servers[one] for one in application.manifest.servers),
        tuple(scenarios[one] for one in application.manifest.scenarios),
        versions_in(lock.read_text(encoding="utf-8")) if lock and lock.is_file() else {},
    )


def page(of: Documented) -> str:
    """In Markdown. It depends on files of the project alone, so that it is the same on every machine."""
    title, about = as_text(of.manifest.title), as_text(of.manifest.about)
    sections = (
        f"# {title}",
        f"<!-- Made by `{COMMAND}` from apps/{of.manifest.id}; do not edit. -->",
        about,
        table(("", ""), _facts(of)),
        "## How it is served",
        SERVED,
        _served(of),
        "## What it answers",
        f"{len(of.scenarios)} scenarios. The [contract](../contract.md#scenarios) says what a right answer is.",
        table(("scenario", "what it asks"), ((f"`{one.id}`", as_text(one.about)) for one in of.scenarios)),
        *_followed(of.manifest),
        "## Correct it",
        _invitation(of.manifest),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def as_text(text: str) -> str:
    """Text of a manifest, which cannot become an element of the page or a cell of its tables."""
    return escape(clean(text), quote=False).replace("|", r"\|")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _facts(of: Documented) -> Iterator[tuple[str, str]]:
    manifest = of.manifest
    yield "tier", f"`{manifest.tier}`: {TIERS[manifest.tier]}"
    yield "language", as_text(manifest.language[:1].upper() + manifest.language[1:])
    for field in Uses.model_fields:
        named = getattr(manifest.uses, field)
        if named not in NOTHING:
            yield field, with_version(named, of.versions)
    if others := _other_requirements(of):
        yield "requires too", ", ".join(with_version(name, of.versions) for name in others)
    if manifest.programs:
        yield "programs", f"{', '.join(manifest.programs)}, as installed on the machine"
    locked = f", and [its lock](../../apps/{manifest.id}/{manifest.requirements})" if of.versions else ""
    yield "code", f"[apps/{manifest.id}](../../apps/{manifest.id}){locked}"


def _other_requirements(of: Documented) -> list[str]:
    """What it asks for by name beside what is said above and what all applications share."""
    folder = of.application.folder
    shared = required_in(folder.parent / SHARED_REQUIREMENTS).requirements
    lines = required_in((folder / of.manifest.requirements).with_suffix(".in")).requirements
    said = {canonicalize_name(getattr(of.manifest.uses, field)) for field in Uses.model_fields}
    return sorted({name for line in lines if line not in shared and (name := name_of(line))} - said)


def with_version(name: str, versions: Mapping[str, str]) -> str:
    """Its name, and its version where a lock has it."""
    return f"{as_text(name)} {versions.get(canonicalize_name(name), '')}".rstrip()


def _served(of: Documented) -> str:
    rows = (_server(server, of, default=number == 0) for number, server in enumerate(of.servers))
    return table(("server", "speaks", "worker processes", "is not asked"), rows)


def server_name(server: Server, of: Documented) -> str:
    """Its title, and its version where the lock has it."""
    if server.interface == "own":
        return "its own"
    version = of.versions.get(canonicalize_name(server.distribution), "") if server.distribution else ""
    return f"{server.title} {version}".rstrip()


def _server(server: Server, of: Documented, *, default: bool) -> tuple[str, str, str, str]:
    needs = f" (Python {as_text(server.requires_python)})" if server.requires_python else ""
    own = of.manifest.own if server.interface == "own" else None
    program = f": `{as_text(' '.join(own.argv).replace(PYTHON, 'python'))}`" if own else ""
    named = f"{server_name(server, of)}{needs}{program}"
    lacked = {scenario: as_text(why) for scenario, why in of.manifest.lacks.get(server.id, {}).items()}
    unable = lacked | {one.id: server.cannot[one.kind] for one in of.scenarios if one.kind in server.cannot}
    return (
        f"**{named}**, the default" if default else named,
        SPEAKS[server.interface],
        _workers(server, of),
        "; ".join(f"`{scenario}`: {why}" for scenario, why in unable.items()),
    )


def _workers(server: Server, of: Documented) -> str:
    many = of.application.own_takes_workers if server.interface == "own" else server.most_workers is None
    processes = "as many as asked for" if many else f"{server.most_workers or 1}"
    return f"{processes}, each with a pool of threads" if server.threads else processes


def _followed(manifest: AppManifest) -> Iterator[str]:
    if manifest.follows:
        yield "## The documentation that it follows"
        yield "\n".join(f"- <{address}>" for address in manifest.follows)


def _invitation(manifest: AppManifest) -> str:
    folder = f"apps/{manifest.id}"
    difference = f"    harness diff {manifest.id} --a main --b .\n" if manifest.language == "python" else ""
    return f"""\
Is this not how its authors, or you, would write it? Please correct it: such changes are the most welcome of all.
Change [{folder}](../../{folder}), and name in `follows` the page of the documentation that shows your way. Then see
whether it still answers the contract, and what the change brings:

    harness verify --only {manifest.id}
{difference}    {COMMAND}

[What a reviewer looks at](../reviewing-an-application.md) says what makes an implementation fair.
[Adding an application](../adding-an-application.md) explains the files, and
[CONTRIBUTING.md](../../CONTRIBUTING.md) how to send a change. An issue with the address of the page helps too."""
