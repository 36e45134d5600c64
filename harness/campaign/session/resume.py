"""Whether an interrupted campaign may be gone on with: only where nothing that decides its figures has changed."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord, ServiceFacts
from harness.model.record import Record

FREE_TO_CHANGE = frozenset({"plan.budget_s", "plan.max_blocks", "plan.start_timeout_s"})
"""What says when to stop or to give up, not what is measured."""


def refuse_unlike(then: CampaignRecord, now: CampaignRecord, folder: Path) -> None:
    """Raise UsageError, naming every differing field with both values, unless `now` would measure what `then` did."""
    _refuse(list(differences(then, now)), folder)


def refuse_other_services(then: Sequence[ServiceFacts], now: Sequence[ServiceFacts], folder: Path) -> None:
    """The same for what is known only once it is up: which database, which version of it, and whose."""
    if then:
        _refuse(list(_told(_differing("services", _services(then), _services(now)))), folder)


def _services(facts: Sequence[ServiceFacts]) -> dict[str, Any]:
    return {one.name: {"version": one.version, "source": one.source} for one in facts}


def _refuse(differing: Sequence[tuple[str, str, str]], folder: Path) -> None:
    if differing:
        raise UsageError(
            "this campaign cannot be resumed, because what it measured differs from what would be measured now:\n"
            + "\n".join(f"  {field}: {before} then, {after} now" for field, before, after in differing),
            where=str(folder),
            mend="give the options it was started with, or start a new campaign without --resume",
        )


def differences(then: CampaignRecord, now: CampaignRecord) -> Iterator[tuple[str, str, str]]:
    """(field, value then, value now) of everything that must be equal."""
    for part in ("plan", "locks", "machine", "interpreter", "applications"):
        yield from _told(_differing(part, _plain(getattr(then, part)), _plain(getattr(now, part))))
    for app, source in then.sources.items():  # a commit that leaves the folder as it was changes nothing
        if app in now.sources:
            yield from _told(_differing(f"sources.{app}", source.sha256, now.sources[app].sha256))


def _told(differing: Iterable[tuple[str, Any, Any]]) -> Iterator[tuple[str, str, str]]:
    for field, before, after in differing:
        if field not in FREE_TO_CHANGE:
            yield field, _short(before), _short(after)


def _plain(value: Any) -> Any:
    """Nested dictionaries; what has an id (cells, scenarios) is keyed by it, so that each is compared with itself."""
    if isinstance(value, Record):
        return {field: _plain(getattr(value, field)) for field in type(value).model_fields}
    if isinstance(value, tuple) and value and all(hasattr(entry, "id") for entry in value):
        return {entry.id: _plain(entry) for entry in value}
    return {key: _plain(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _differing(name: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differing(f"{name}.{key}", before.get(key), after.get(key))
    elif before != after:
        yield name, before, after


def _short(value: Any) -> str:
    text = "missing" if value is None else "present" if isinstance(value, dict) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
