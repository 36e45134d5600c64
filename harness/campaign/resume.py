"""Whether an interrupted campaign may be gone on with: only where nothing that decides its figures has changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.model.campaign import CampaignRecord
from harness.model.errors import UsageError
from harness.model.record import Record

FREE_TO_CHANGE = frozenset({"plan.budget_s", "plan.max_blocks"})
"""What says when to stop, not what is measured."""


def refuse_unlike(then: CampaignRecord, now: CampaignRecord, folder: Path) -> None:
    """Raise UsageError, naming every differing field with both values, unless `now` would measure what `then` did."""
    differing = list(differences(then, now))
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
        for field, before, after in _differing(part, _plain(getattr(then, part)), _plain(getattr(now, part))):
            if field not in FREE_TO_CHANGE:
                yield field, _short(before), _short(after)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.model_dump(mode="json")
    return {key: _plain(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _differing(name: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differing(f"{name}.{key}", before.get(key), after.get(key))
    elif before != after:
        yield name, before, after


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
