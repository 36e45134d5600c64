"""Whether two campaigns may be compared, and in what they differ all the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.model.asked.cell import Cell, labels
from harness.model.differing import differing
from harness.model.found.comparison import Difference
from harness.model.measured.campaign import CampaignRecord, Source

_DECIDING: Final = ("database", "pool_size", "load_driver", "load_processes", "load_workers", "target_host", "waiting")
"""Of the plan: with another value something else was measured."""
_SHAPE: Final = ("length_s", "burn_in_s")
_ASKED: Final = ("rank", "requests", "expect")


def common_cells(before: CampaignRecord, after: CampaignRecord) -> tuple[tuple[Cell, Cell], ...]:
    """(earlier, later) of every cell that is in both plans, in the later plan's order.

    The same application in the same place on another interpreter is the same cell, where each plan holds it once.
    """
    known = {cell.id: cell for cell in before.plan.cells}
    at = {_place(cell): cell for cell in before.plan.cells}
    counts = [Counter(map(_place, record.plan.cells)) for record in (before, after)]
    pairs = []
    for cell in after.plan.cells:
        alone = all(count[_place(cell)] == 1 for count in counts)
        earlier = known.get(cell.id) or (at[_place(cell)] if alone else None)
        if earlier is not None:
            pairs.append((earlier, cell))
    return tuple(pairs)


def forbidding(before: CampaignRecord, after: CampaignRecord) -> tuple[Difference, ...]:
    """What makes a comparison meaningless; differences of the machine are marked as such."""
    return (
        *(_as_machine(one) for one in _differing("machine", before.machine, after.machine)),
        *_plans(before, after),
    )


def disclosed(before: CampaignRecord, after: CampaignRecord) -> tuple[Difference, ...]:
    """What people compare campaigns for: versions, interpreter, manifests, commit."""
    apps = [app for app in before.applications if app in after.applications]
    of_apps = (
        *(_differing(f"locks.{app}", before.locks.get(app), after.locks.get(app)) for app in apps),
        *(_differing(f"applications.{app}", before.applications[app], after.applications[app]) for app in apps),
    )
    sources = [one for app in apps for one in _source(app, before, after)]
    services = ({each.name: each for each in record.services} for record in (before, after))
    return (
        *_differing("harness_version", before.harness_version, after.harness_version),
        *_differing("commit", before.commit, after.commit),
        *_differing("interpreter", before.interpreter, after.interpreter),
        *_differing("other_interpreters", *({one.label: one for one in r.other_interpreters} for r in (before, after))),
        *_differing("services", *services),
        *(one for name in ("rotations_s", "warm_up_s") for one in _shape(before, after, name)),
        *(one for found in of_apps for one in found),
        *sources,
        *_packages(before, after),
    )


def reference_changed(after: CampaignRecord, differences: tuple[Difference, ...]) -> bool:
    """Whether the reference cell itself is not what it was."""
    app = after.plan.reference_cell.app
    own = (f"locks.{app}", f"source.{app}", f"applications.{app}.", f"packages.{app}.", "interpreter.")
    return any(one.field.startswith(own) for one in differences)


def _place(cell: Cell) -> tuple[object, ...]:
    threads = cell.threads, cell.runtime_threads
    return cell.app, cell.server, cell.workers, *threads, cell.pool, cell.database, cell.twin


def _plans(before: CampaignRecord, after: CampaignRecord) -> Iterator[Difference]:
    references = [record.plan.reference_cell for record in (before, after)]
    if _place(references[0]) != _place(references[1]):
        yield from _differing("plan.reference", *(labels(r.plan.cells)[r.plan.reference] for r in (before, after)))
    for name in _DECIDING:
        yield from _differing(f"plan.{name}", getattr(before.plan, name), getattr(after.plan, name))
    for name in _SHAPE:
        yield from _shape(before, after, name)
    earlier = {scenario.id: scenario for scenario in before.plan.scenarios}
    for scenario in after.plan.scenarios:
        if scenario.id in earlier:
            for name in _ASKED:
                then, now = (getattr(one, name) for one in (earlier[scenario.id], scenario))
                yield from _differing(f"plan.scenarios.{scenario.id}.{name}", then, now)


def _shape(before: CampaignRecord, after: CampaignRecord, name: str) -> Iterator[Difference]:
    return _differing(f"plan.shape.{name}", getattr(before.plan.shape, name), getattr(after.plan.shape, name))


def _packages(before: CampaignRecord, after: CampaignRecord) -> Iterator[Difference]:
    """Versions that the live processes or their environments reported, of the cells in both."""
    versions: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}
    for earlier, later in common_cells(before, after):
        then, now = before.cells.get(earlier.id), after.cells.get(later.id)
        if then and now and then.packages and now.packages:
            versions.setdefault(later.app, (then.packages, now.packages))
    for app, (old, new) in versions.items():
        yield from _differing(f"packages.{app}", dict(old), dict(new))


def _source(app: str, before: CampaignRecord, after: CampaignRecord) -> Iterator[Difference]:
    """Whether an application's code changed, by commit where each is known; nothing where one record does not say."""
    then, now = before.sources.get(app), after.sources.get(app)
    if then and now and then.sha256 != now.sha256:
        yield Difference(field=f"source.{app}", before=_code(then), after=_code(now))


def _code(source: Source) -> str:
    commit, dash, dirty = (source.commit or "").partition("-")
    digest = f"sha256 {source.sha256[:12]}"
    return f"commit {commit[:12]}{dash}{dirty}, {digest}" if commit else digest


def _as_machine(one: Difference) -> Difference:
    return one.model_copy(update={"machine": True})


def _differing(name: str, before: Any, after: Any) -> Iterator[Difference]:
    return (Difference(field=field, before=then, after=now) for field, then, now in differing(name, before, after))
