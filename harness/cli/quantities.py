"""Durations, shares and numbers as people write them: 90s, 10m, 1h, 100ms; 3%; 1 cell, 2 cells."""

import re
from dataclasses import dataclass
from typing import Final

import typer

_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_FORM: Final = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h)$")


def duration(text: str) -> float:
    """Seconds. Raises typer.BadParameter where the text has no number with a unit."""
    match = _FORM.match(text.strip())
    if not match or float(match[1]) == 0:
        raise typer.BadParameter(f"{text!r} is not a duration; write a number above 0 and a unit: 90s, 10m, 100ms")
    return float(match[1]) * _SECONDS[match[2]]


def duration_or_none(text: str) -> float:
    """Seconds, 0 for "none". Raises typer.BadParameter for anything else."""
    return 0.0 if text.strip() == "none" else duration(text)


def percentage(text: str) -> float:
    """A share of 1 from a percentage. Raises typer.BadParameter for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%", text.strip())
    if not match or not 0 < float(match[1]) < 100:
        raise typer.BadParameter(f"{text!r} is not a percentage above 0% and below 100%, such as 3%")
    return float(match[1]) / 100


@dataclass(frozen=True)
class Counts:
    """Different whole numbers above 0, the least first."""

    numbers: tuple[int, ...]


def counts(text: str) -> Counts:
    """Numbers with commas between them: 1,2,4. Raises typer.BadParameter for anything else."""
    parts = text.split(",")
    if not all(re.fullmatch(r" *[1-9]\d{0,5} *", part, re.ASCII) for part in parts):
        raise typer.BadParameter(f"{text!r} is not a whole number above 0, nor several with commas between, as 1,2,4")
    return Counts(tuple(sorted({int(part) for part in parts})))


def spoken(seconds: float) -> str:
    """A duration for people: 42 s, 3 min 05 s, 1 h 02 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def number_of(count: int, what: str) -> str:
    """So many of what is named in the singular: 1 cell, 1,200 cells."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
