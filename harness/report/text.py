"""Numbers, times and names as a reader sees them: formatted here and nowhere else."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from harness.model.asked.counting import Unit

NOT_AVAILABLE: Final = "n/a"
_YEAR_10000: Final = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as shown, as it is, and why it is absent: `reason` is given exactly where `value` is None."""

    text: str
    value: float | None = None
    reason: str = ""


def absent(reason: str) -> Figure:
    """What was not measured: never 0, always with its reason."""
    return Figure(NOT_AVAILABLE, None, reason)


def common_reason(figures: Iterable[Figure]) -> str:
    """Why most of the figures are absent, written once beside all of them; empty where most have no one reason."""
    reasons = Counter(figure.reason for figure in figures)
    reason, times_given = max(reasons.items(), key=lambda item: item[1], default=("", 0))
    return reason if times_given > reasons.total() / 2 else ""


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters on one line, an ellipsis where something was left out."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def number(value: float) -> str:
    """Three significant digits at least, and no more than a reader can use: 24,931  87.3  0.0412."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def rate(value: float) -> Figure:
    """Of anything per second."""
    return Figure(number(value), value)


def a_second(unit: Unit) -> str:
    """requests/s, MB/s: the head of a column."""
    return f"{unit}/s"


def per_second(unit: Unit) -> str:
    """requests per second, MB per second: in a sentence."""
    return f"{unit} per second"


def capitalised(text: str) -> str:
    """Events/s, MB/s: with a capital at its beginning, the rest as it stands."""
    return text[:1].upper() + text[1:]


def between(low: float | None, high: float | None, why_not: str) -> Figure:
    """An interval; `why_not` is the reason where it has no bounds."""
    if low is None or high is None:
        return absent(why_not)
    return Figure(f"{number(low)}–{number(high)}", high - low)


def times(ratio: float) -> str:
    """A ratio as 2.13×, 0.751×, 0.0571×: the script of the page writes it alike."""
    if ratio >= 1:
        return f"{ratio:.2f}×"
    return f"{ratio:.3f}×" if ratio >= 0.1 else f"{ratio:.4f}×"


def times_between(low: float, high: float) -> str:
    """The interval of a ratio: 1.9–2.3."""
    return f"{times(low)[:-1]}–{times(high)[:-1]}"


def place(low: int | None, high: int | None) -> str:
    """A rank interval: 2, or 2–4; empty where there is none."""
    if low is None or high is None:
        return ""
    return str(low) if low == high else f"{low}–{high}"


def slope_in_words(microseconds: float, high: float | None, *, distinguished: bool) -> str:
    """12.9; less than 0.3 where the interval, which ends at `high`, holds 0."""
    if high is None or distinguished:
        return number(microseconds) if microseconds >= 0 else f"\u2212{number(-microseconds)}"
    return f"less than {number(max(high, 0.0))}"


def share(value: float) -> str:
    """A share of all, in percent: 0 only where it is exactly nothing."""
    if value == 0:
        return "0"
    return "< 0.001 %" if value < 0.00001 else f"{100 * value:.2g} %" if value < 0.1 else f"{100 * value:.0f} %"


def confidence(value: float) -> str:
    """A confidence in percent, rounded down: no interval is certain."""
    return f"{math.floor(1000 * value) / 10:g} %"


def percent(value: float) -> str:
    """A share of 1 in percent, with one decimal: 3.4 %."""
    return f"{100 * value:.1f} %"


def duration(seconds: float) -> str:
    """1.4 s, 42 s, 7 min 12 s, 2 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def moment(unix_s: float) -> str:
    """2026-11-22 07:31 UTC. The same on every machine, so that the page is."""
    if not 0 <= unix_s < _YEAR_10000:
        return "at an unknown time"
    return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M} UTC"


def size(count: int) -> str:
    """Bytes as 23.3 GiB."""
    value = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{number(value)} {unit}"
        value /= 1024
    return f"{number(value)} TiB"


def listing(names: list[str]) -> str:
    """a; a and b; a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def some(names: Sequence[str], most: int) -> list[str]:
    """All names, or the first of them and how many more there are: a sentence of forty names is not read."""
    left = len(names) - most
    return list(names) if left <= 1 else [*names[:most], f"{left} others"]


def count(how_many: int, one: str, many: str | None = None) -> str:
    """1 block, 6 blocks."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"
