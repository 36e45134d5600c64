"""The words of a side (`--a`, `--b`), read as they stand. Pure: what a name means depends on a repository and a lock,
and is decided where these are known."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from harness.catalog.applications import PORT, RESERVED

AS_IT_LIES: Final = "."
"""The files of the application as they lie there, with every change that is not committed."""
ENVIRONMENT: Final = "env:"
COUNTED: Final = ("workers", "threads", "runtime_threads", "pool")
SETTINGS: Final = ("server", *COUNTED, "python", "command")
MOST: Final = 1024
"""Workers, threads or connections of a side: more is a slip of the keyboard."""

_SETTING: Final = re.compile(r"(?P<key>\w+)=(?P<value>[^=].*)?", re.DOTALL)
_VARIABLE: Final = re.compile(r"env:(?P<name>[^=]*)=(?P<value>.*)", re.DOTALL)
_OPERATOR: Final = re.compile(r"[<>=!\[;]|~=|@(?!\{)")
"""What a requirement has and no name of a revision may have (git-check-ref-format(1); `@{` is git's)."""


@dataclass(frozen=True)
class SideAsked:
    """What one side was asked to be. `option`: --a or --b. `names`: each a git revision or a package. `as_it_lies`:
    whether the files as they lie there were named. `command`: an argv list that starts its server."""

    option: str
    words: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    names: tuple[str, ...] = ()
    as_it_lies: bool = False
    server: str | None = None
    workers: int | None = None
    threads: int | None = None
    runtime_threads: int | None = None
    pool: int | None = None
    python: Path | None = None
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def side_of(option: str, given: Sequence[str]) -> tuple[SideAsked, tuple[str, ...]]:
    """The side that these values of the option ask for, and everything that is wrong with them, in sentences that begin
    with the option."""
    reader = _Reader(option)
    for text in given:
        reader.read(text)
    return reader.side(), tuple(reader.faults)


class _Reader:
    """Gathers words, and the faults of all of them."""

    def __init__(self, option: str) -> None:
        self._option = option
        self.faults: list[str] = []
        self._words: list[str] = []
        self._requirements: dict[str, Requirement] = {}
        self._names: list[str] = []
        self._settings: dict[str, str] = {}
        self._environment: dict[str, str] = {}

    def read(self, text: str) -> None:
        try:
            words = shlex.split(text)
        except ValueError as error:
            return self._fault(text, f"cannot be taken apart: {error}".lower(), "close the quotation mark")
        if not words:
            self._fault(text, "is empty", "leave the option out for the application as it is")
        for word in words:
            self._words.append(word)
            self._read(word)
        return None

    def _read(self, word: str) -> None:
        if word.startswith("-"):
            self._fault(word, "begins with a dash", "no revision and no package does")
        elif word.startswith(ENVIRONMENT):
            self._variable(word)
        elif (setting := _SETTING.fullmatch(word)) is not None:
            self._setting(word, setting["key"], setting["value"] or "")
        elif word != AS_IT_LIES and _OPERATOR.search(word):
            self._requirement(word)
        else:
            self._names.append(word)

    def _variable(self, word: str) -> None:
        found = _VARIABLE.fullmatch(word)
        name = found["name"] if found else ""
        if found is None or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
            self._fault(word, "names no environment variable", "write env:NAME=value")
        elif RESERVED.fullmatch(name):
            self._fault(word, "is set by the harness, equally for both sides", "leave it out")
        elif self._once(word, name, self._environment):
            self._environment[name] = found["value"]

    def _setting(self, word: str, key: str, value: str) -> None:
        if key not in SETTINGS:
            known = f"settings are {', '.join(f'{one}=' for one in SETTINGS)} and env:NAME="
            self._fault(word, f'there is no setting "{key}"', f"{known}; a version is written {key}=={value or '1.0'}")
        elif not value:
            self._fault(word, "has no value", f"write {key}=VALUE")
        elif key in COUNTED and not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST):
            self._fault(word, "is not a number of them", f"write a whole number from 1 to {MOST}")
        elif key == "command" and (wrong := _wrong_command(value)):
            self._fault(word, *wrong)
        elif self._once(word, key, self._settings):
            self._settings[key] = value

    def _requirement(self, word: str) -> None:
        try:
            found = Requirement(word)
        except InvalidRequirement as error:
            what = f"is no requirement: {str(error).splitlines()[0]}"
            return self._fault(word, what, "write one as pip takes it, without spaces: starlette==0.50")
        if found.url:
            return self._fault(word, "names an address", "require it by name from a package index")
        if self._once(word, found.name, self._requirements):
            self._requirements[found.name] = found
        return None

    def _once(self, word: str, key: str, known: Iterable[str]) -> bool:
        if key in known:
            self._fault(word, f'"{key}" is given twice', "give it once a side")
            return False
        return True

    def _fault(self, word: str, what: str, mend: str) -> None:
        self.faults.append(f'{self._option} "{word}": {what}; {mend}')

    def side(self) -> SideAsked:
        names = tuple(dict.fromkeys(name for name in self._names if name != AS_IT_LIES))
        settings = self._settings
        return SideAsked(
            option=self._option,
            words=tuple(self._words),
            requirements=tuple(self._requirements.values()),
            names=names,
            as_it_lies=AS_IT_LIES in self._names,
            server=settings.get("server"),
            **{key: int(settings[key]) for key in COUNTED if key in settings},
            python=Path(settings["python"]).expanduser() if "python" in settings else None,
            command=tuple(shlex.split(settings.get("command", ""))),
            environment=self._environment,
        )


def _wrong_command(text: str) -> tuple[str, str] | None:
    """What is wrong with a command, and how to mend it."""
    try:
        command = shlex.split(text)
    except ValueError as error:
        return f"cannot be taken apart: {error}".lower(), "close the quotation mark"
    if not any(PORT in part for part in command):
        return "does not say {port}: each start is given a free port", "write {port} where the port stands"
    return None
