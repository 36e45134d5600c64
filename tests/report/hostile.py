"""Results folders in which a string is not what it should be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHORT = (
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}}",
    "\u202e\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd\u202e $x^2$ \x07\x00",
)
LONG = "ab" * 5000
Place = tuple[str | int, ...]


def strings(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where in a JSON document strings stand; of a list, only what its first and last entries hold."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from strings(held, (*place, key))
    elif isinstance(value, list):
        for index in sorted({0, len(value) - 1}) if value else ():
            yield from strings(value[index], (*place, index))


def replaced(document: Any, text: str, *places: Place) -> Any:
    """The document with the strings at `places` replaced."""
    copy = json.loads(json.dumps(document))
    for place in places:
        held = copy
        for step in place[:-1]:
            held = held[step]
        held[place[-1]] = text
    return copy


def rewrite(folder: Path, record: Any, first_trial: Any) -> None:
    """Put another record, and another first trial, into a results folder."""
    (folder / "campaign.json").write_text(json.dumps(record), encoding="utf-8")
    lines = (folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "trials.jsonl").write_text("\n".join([json.dumps(first_trial), *lines[1:]]) + "\n", encoding="utf-8")
