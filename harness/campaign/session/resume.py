"""Whether an interrupted campaign may be resumed: only where nothing that decides its figures has changed."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.model.differing import differing
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord, ServiceFacts

FREE_TO_CHANGE = frozenset({"plan.budget_s", "plan.max_blocks", "plan.start_timeout_s"})
"""What says when to stop or to give up, not what is measured."""


def refuse_unlike(then: CampaignRecord, now: CampaignRecord, folder: Path) -> None:
    """Raise UsageError, naming every differing field with both values, unless `now` would measure what `then` did."""
    _refuse(list(differences(then, now)), folder)


def refuse_other_services(then: Sequence[ServiceFacts], now: Sequence[ServiceFacts], folder: Path) -> None:
    """The same for what is known only once it is up: which database, which version of it, and whose."""
    if then:
        _refuse(list(_held(differing("services", _services(then), _services(now)))), folder)


def _services(facts: Sequence[ServiceFacts]) -> dict[str, Any]:
    return {one.name: {"version": one.version, "source": one.source} for one in facts}


def _refuse(found: Sequence[tuple[str, str, str]], folder: Path) -> None:
    if found:
        raise UsageError(
            "this campaign cannot be resumed, because what it measured differs from what would be measured now:\n"
            + "\n".join(f"  {field}: {before} then, {after} now" for field, before, after in found),
            where=str(folder),
            mend="give the options it was started with, or start a new campaign without --resume",
        )


def differences(then: CampaignRecord, now: CampaignRecord) -> Iterator[tuple[str, str, str]]:
    """(field, value then, value now) of everything that must be equal."""
    for part in ("plan", "locks", "machine", "interpreter", "other_interpreters", "applications"):
        yield from _held(differing(part, getattr(then, part), getattr(now, part)))
    for app, source in then.sources.items():  # a commit that leaves the folder as it was changes nothing
        if app in now.sources:
            yield from _held(differing(f"sources.{app}", source.sha256, now.sources[app].sha256))


def _held(found: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Those that decide what is measured."""
    return (one for one in found if one[0] not in FREE_TO_CHANGE)
