"""What an application says of itself (apps/<id>/app.toml)."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from harness.model.record import Record, Slug

Interface = Literal["asgi", "wsgi", "rsgi", "aiohttp", "tornado", "own"]
"""How a server calls an application. `aiohttp`, `tornado`: a worker of gunicorn's that serves the framework's own
object. Each but `own` has its target in `Targets`."""
Tier = Literal["controlled", "idiomatic", "floor", "reference"]
ServerName = Annotated[str, StringConstraints(pattern=r"^(\*|!?[a-z0-9]+(-[a-z0-9]+)*)$", max_length=65)]
"""A server's id; or `*`, every other one there is for the targets; or an id behind `!`, which `*` leaves out."""
LONGEST_PATH: Final = 400
LONGEST_ABOUT: Final = 600
"""Characters: three sentences."""
LONGEST_ADDRESS: Final = 300
MOST_FOLLOWED: Final = 12
_ADDRESS: Final = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w.~!$&'*+,;=:@%/-]*)?([?][\w.~=&%+-]*)?(#[\w.~%-]*)?", re.ASCII
)
"""Of a page on a public host: no user, no port, and no character that a link in a text would have to escape."""


def importable(target: str) -> str:
    """Refuse a target that names no callable of a module: the module, a colon, and a dotted name, which may be called
    without arguments."""
    module, _, path = target.partition(":")
    name, bracket, arguments = path.partition("(")
    if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise ValueError('not a target; write "module:callable", "module:object.callable" or "module:factory()"')
    if bracket and arguments != ")":
        raise ValueError("a factory is called without arguments; write one that needs none, and name it with ()")
    return target


ImportTarget = Annotated[str, Field(max_length=200), AfterValidator(importable)]


def inside(path: str) -> str:
    """Refuse a path that is absolute or climbs out of the application's folder."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not path:
        raise ValueError(f"{path!r} leaves the application's folder; name a path inside it")
    return path


InsidePath = Annotated[str, Field(max_length=LONGEST_PATH), AfterValidator(inside)]


def of_a_page(address: str) -> str:
    """Refuse an address that is not one of a page, read over https."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError('not the address of a page; write it whole, such as "https://docs.example.org/guide/#first"')
    return address


PageAddress = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(of_a_page)]


def on_one_line(text: str) -> str:
    """The sentences without the line breaks of the file that they were written in."""
    return " ".join(text.split())


Sentences = Annotated[str, Field(max_length=LONGEST_ABOUT), AfterValidator(on_one_line)]


Reason = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(on_one_line)]


class Targets(Record):
    """Where a server finds the application, for each interface it speaks (`importable`)."""

    asgi: ImportTarget | None = None
    wsgi: ImportTarget | None = None
    rsgi: ImportTarget | None = None
    aiohttp: ImportTarget | None = None
    tornado: ImportTarget | None = None

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Those that a target is named for."""
        return tuple(self.model_dump(exclude_none=True))

    def of(self, interface: Interface) -> str | None:
        return None if interface == "own" else getattr(self, interface)


class OwnServer(Record):
    """An application that brings its own server: an argv list, never a shell.

    `{host}`, `{port}`, `{workers}`, `{python}` and `{work}` (a folder of this start's own, removed afterwards) are
    filled in. `config` names a file of the application's folder that is filled in alike and put into `{work}`;
    `{config}` is where it lies then. What it can do is declared as in the server table; `sends_name`: its responses
    have the header Server.
    """

    argv: tuple[str, ...] = Field(min_length=1)
    config: InsidePath | None = None
    keep_alive: bool = True
    sends_date: bool = True
    sends_name: bool = True


class Uses(Record):
    """What the application is built from, shown on the report. `serializer`: what makes its JSON; "json" is that of
    the language's standard library."""

    framework: str = Field(default="", max_length=80)
    orm: str = Field(default="none", max_length=80)
    driver: str = Field(default="none", max_length=80)
    templates: str = Field(default="none", max_length=80)
    serializer: str = Field(default="json", max_length=80)


class AppManifest(Record):
    """app.toml. The first server is the default one; `root` is where the code lies inside the folder. The catalog puts
    ids in the place of what else a ServerName may be.

    `before_block`: an argv list, run in its root before each block, that puts back what requests changed.
    `start_timeout_s`: seconds each phase of its start may take; None for those of the harness.
    `core`: whether a campaign measures it when nothing else was asked for. `service`: somebody's own, which is measured
    as it is run, and need not be comparable with others.
    `about`: what is idiomatic about it, in one to three sentences. `follows`: the pages of its framework's
    documentation that it is written by. `lacks`: by server, the scenarios that it answers elsewhere and not there, each
    with the reason.
    """

    id: Slug
    title: str = Field(min_length=1, max_length=80)
    about: Sentences = ""
    follows: tuple[PageAddress, ...] = Field(default=(), max_length=MOST_FOLLOWED)
    targets: Targets = Targets()
    own: OwnServer | None = None
    servers: tuple[ServerName, ...] = Field(min_length=1)
    scenarios: tuple[Slug, ...] = Field(min_length=1)
    lacks: dict[Slug, dict[Slug, Reason]] = Field(default_factory=dict)
    tier: Tier = "controlled"
    core: bool = True
    service: bool = False
    language: str = Field(default="python", max_length=40)
    root: InsidePath = "."
    requirements: InsidePath = "requirements.txt"
    start_timeout_s: float | None = Field(default=None, gt=0, le=3600)
    environment: dict[str, str] = Field(default_factory=dict)
    before_block: tuple[str, ...] = ()
    programs: dict[Slug, tuple[str, ...]] = Field(default_factory=dict)
    install: str = Field(default="", max_length=400)
    uses: Uses = Uses()

    @model_validator(mode="after")
    def _says_how_it_is_reached(self) -> Self:
        if ("own" in self.servers) != (self.own is not None):
            raise ValueError('server "own" and the table [own] go together: give both or neither')
        if self.own is None and not self.targets.interfaces:
            raise ValueError('no [targets]: name the callable, such as asgi = "app:app"')
        if self.programs and not self.install:
            raise ValueError("no install: name the command that installs what [programs] lists")
        return self

    @model_validator(mode="after")
    def _lacks_what_it_would_have(self) -> Self:
        if strange := [one for one in self.lacks if one not in self.servers and "*" not in self.servers]:
            raise ValueError(f"lacks: {', '.join(strange)} is not one of the servers")
        lacked = {scenario for scenarios in self.lacks.values() for scenario in scenarios}
        if unanswered := sorted(lacked - set(self.scenarios)):
            raise ValueError(f"lacks: {', '.join(unanswered)} is not one of the scenarios")
        return self
