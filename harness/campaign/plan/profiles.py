"""How much a campaign takes on when nothing else is asked for. An option that is given always wins over its profile."""

from typing import Any, Final

from pydantic import Field

from harness.catalog.filters import ALL
from harness.model.errors import UsageError
from harness.model.record import Record

STATEMENTS: Final = "_statements"
"""Below apps/: applications that answer one scenario for a statement about them, some of versions of the past."""

HOUR_S: Final = 3600.0


class Profile(Record):
    """`about`: in a line. `core`: only applications and scenarios that count themselves to it. `servers`: patterns of
    server ids, each application's default one where there are none. `techempower`: at the levels of the TechEmpower
    benchmarks, only scenarios that say them. `beside`: a folder below apps/ with more applications. `only`: these
    applications; all where there are none. `scenarios`: of those that TechEmpower has too, these; all where there are
    none. `workers`: of every server. `threads`: by application, the numbers of threads of a worker that it is measured
    with, None for the usual one; where it is not named the usual one alone. `probes`: whether it is tried, after
    measuring, what stacks can do that statements are about. `options`: of RunOptions, instead of its defaults."""

    about: str
    core: bool = False
    servers: tuple[str, ...] = ()
    techempower: bool = False
    beside: str = ""
    only: tuple[str, ...] = ()
    probes: bool = False
    scenarios: tuple[str, ...] = ()
    workers: int | None = None
    threads: dict[str, tuple[int | None, ...]] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)

    def leaving(self, *, workers: bool, threads: bool) -> "Profile":
        """The profile without its numbers of workers or threads, where options give some."""
        kept = {"workers": None if workers else self.workers, "threads": {} if threads else self.threads}
        return self.model_copy(update=kept)


CORE: Final = "core"
STORY: Final = "story"
"""The profile that `harness claim` measures for a story."""

EVERYTHING: Final = Profile(about="every application and scenario, each application on its default server")
PROFILES: Final = {
    CORE: Profile(about="the core applications and scenarios, in minutes", core=True),
    "full": Profile(
        about="every application, scenario and server (hours; resumable)",
        servers=(ALL,),
        beside=STATEMENTS,
        probes=True,
        options={"levels_s": 2.0, "latency": (ALL,), "budget_s": 10 * HOUR_S},
    ),
    "techempower": Profile(
        about="every application on its default server, in TechEmpower's tests at TechEmpower's levels",
        techempower=True,
        options={"levels_s": 4.0, "latency": (ALL,), "budget_s": 3 * HOUR_S},
    ),
    STORY: Profile(
        about="what the statements of the story are about, and what they need: about an hour",
        beside=STATEMENTS,
        only=(
            *("raw-asgi", "raw-wsgi", "starlette", "fastapi", "flask", "django"),
            *("django-async", "flask-async", "django-2020"),
        ),
        scenarios=("json", "db", "fortunes"),
        workers=1,
        probes=True,
        threads={"flask": (None, 1, 200), "flask-async": (1,)},
        options={"budget_s": HOUR_S},
    ),
}


def profile(name: str) -> Profile:
    """The profile of this name. Raises UsageError where there is none."""
    if name not in PROFILES:
        raise UsageError(f"{name!r} is not known", where="--profile", mend=f"choose one of: {', '.join(PROFILES)}")
    return PROFILES[name]
