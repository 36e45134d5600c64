"""Which configurations are to be explained, in which scenario, and in which campaign what is measured is kept."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from harness.campaign.plan.cells import OTHER_PYTHON, why_not_on
from harness.campaign.plan.options import Exactly, Generator, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.plan.selection import select
from harness.campaign.session.resume import differences
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused, HarnessError, UsageError
from harness.model.measured.campaign import CampaignRecord
from harness.store.campaigns import newest_first
from harness.store.folder import ResultsFolder

USUAL: Final = "json"
"""The scenario where none is named and all configurations answer it."""
MOST_LOOKED_AT: Final = 5
"""Newest campaigns that hold the configurations; what is older was hardly measured on the same versions."""


@dataclass(frozen=True)
class Asked:
    """What a person asked: applications as APP or APP@SERVER, the first one against the others; `scenario`: None for
    the usual one. `folders`: of applications and scenarios outside the project. `generator`: what is unset in it is as
    in the campaign that the question belongs to."""

    applications: tuple[str, ...]
    scenario: str | None
    folders: Selection
    platform: PlatformOptions
    generator: Generator = field(default_factory=Generator)


@dataclass(frozen=True)
class Question:
    """The configurations to profile, the first one against the others, in a scenario, by its id. `folder`: of the
    campaign that holds them, measured under the same conditions; None where there is none yet."""

    prepared: Prepared
    cells: tuple[Cell, ...]
    scenario: str
    folder: ResultsFolder | None


def question_of(project: Project, results: Path, asked: Asked) -> Question:
    """Find the configurations, and the newest campaign below `results` that they belong to.

    Raises UsageError for a name that means nothing here, and where no scenario is answered by all.
    """
    found = [_pair(project, asked, name) for name in asked.applications]
    pairs = tuple(dict.fromkeys(pair for pair, _ in found))
    if len(pairs) < len(found):
        raise UsageError(
            f"{_repeated(pair for pair, _ in found)} is to be compared with itself",
            where="--against",
            mend="name another one",
        )
    scenario = _scenario([scenarios for _, scenarios in found], asked)
    for folder in campaigns_of(results, pairs, scenario):
        prepared = _as_then(project, folder.read_record(), asked)
        if prepared is not None:
            return Question(prepared, _cells(prepared, pairs), scenario, folder)
    options = RunOptions(
        selection=asked.folders.model_copy(update={"exactly": pairs, "scenarios": (scenario,)}),
        platform=asked.platform,
        generator=asked.generator,
        profile="full",
        latency=(NONE,),
    )
    prepared = prepare(project, options)
    return Question(prepared, _cells(prepared, pairs), scenario, None)


def _repeated(pairs: Iterable[Exactly]) -> str:
    """The application that is named a second time."""
    pair, _ = Counter(pairs).most_common(1)[0]
    return pair.app


def _pair(project: Project, asked: Asked, name: str) -> tuple[Exactly, tuple[str, ...]]:
    """The application and its server, and the ids of the scenarios that it answers."""
    app, _, server = name.partition("@")
    wanted = asked.folders.model_copy(update={"only": (app,), "servers": (server,) if server else ()})
    try:
        choices = [one for one in select(project, wanted).choices if _is(one.application.id, app)]
    except UsageError as fault:
        where = {"--only": "APP", "--server": f"APP@SERVER ({name})"}.get(fault.where, fault.where)
        raise UsageError(fault.what, where=where, mend=fault.mend) from None
    if len(choices) != 1:
        several = ", ".join(f"{one.application.id}@{one.server}" for one in choices)
        raise UsageError(f"{name} means several: {several}", where="APP", mend="name one of them")
    application, server = choices[0].application, choices[0].server
    return Exactly(app=application.id, server=server), tuple(application.scenarios)


def _is(found: str, wanted: str) -> bool:
    """Applications of a given folder come along whatever was named."""
    return found == wanted or any(sign in wanted for sign in "*?[")


def _scenario(answered: Sequence[tuple[str, ...]], asked: Asked) -> str:
    common = [one for one in answered[0] if all(one in others for others in answered)]
    if asked.scenario in common:
        return asked.scenario
    if asked.scenario is not None or not common:
        what = asked.scenario or "one scenario"
        raise UsageError(
            f"not all of {', '.join(asked.applications)} answer {what}",
            where="--scenario",
            mend=f"name one that all answer: {', '.join(common)}" if common else "see: harness list",
        )
    return USUAL if USUAL in common else common[0]


def campaigns_of(results: Path, pairs: Iterable[Exactly], scenario: str) -> Iterator[ResultsFolder]:
    """Campaigns that planned these, the newest first whatever their folders are called, as far as they can be read."""
    planned = (
        folder
        for record, folder in newest_first(results)
        if {(cell.app, cell.server) for cell in record.plan.cells}.issuperset((one.app, one.server) for one in pairs)
        and any(one.id == scenario for one in record.plan.scenarios)
    )
    yield from islice(planned, MOST_LOOKED_AT)


def _as_then(project: Project, record: CampaignRecord, asked: Asked) -> Prepared | None:
    """What the campaign would measure if it were resumed now; None where something that decides its figures differs."""
    before = RunOptions.like(record.plan).on(asked.platform, asked.generator)
    outside = asked.folders.model_dump(include={"app_folders", "scenario_folders"})
    selection = before.selection.model_copy(update=outside)
    try:
        prepared = prepare(project, before.model_copy(update={"selection": selection}))
    except HarnessError:
        return None
    return None if any(differences(record, prepared.record)) else prepared


def _cells(prepared: Prepared, pairs: Sequence[Exactly]) -> tuple[Cell, ...]:
    """Where a campaign measured an application on a server with several settings, its first: the fewest workers and
    threads, which are alike in all."""
    by_pair: dict[tuple[str, str], Cell] = {}
    for cell in prepared.record.plan.cells:
        by_pair.setdefault((cell.app, cell.server), cell)
    for one in pairs:
        if (one.app, one.server) not in by_pair:
            why = why_not_on(one.server, prepared.record.interpreter.label)
            raise EnvironmentRefused(why, where=f"{one.app}@{one.server}", mend=OTHER_PYTHON)
    return tuple(by_pair[one.app, one.server] for one in pairs)
