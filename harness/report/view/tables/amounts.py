"""Rows of amounts: one figure for each configuration, with its interval."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.model.found.explanation import Amount
from harness.report.text import Figure, absent


@dataclass(frozen=True, slots=True)
class AmountRow:
    """What `id` names (empty: the sum), and its figure of each configuration, in the order of the section."""

    id: str
    title: str
    about: str
    figures: tuple[Figure, ...]
    intervals: tuple[str, ...]


def amount_row(id_: str, title: str, about: str, amounts: Iterable[Amount | None], why_not: str) -> AmountRow:
    """A row in microseconds. `why_not`: the reason where an amount is absent."""
    known = list(amounts)
    return AmountRow(
        id_,
        title,
        about,
        tuple(microseconds(amount, why_not) for amount in known),
        tuple(interval(amount) for amount in known),
    )


def microseconds(amount: Amount | None, why_not: str) -> Figure:
    """As they are written in a table."""
    return absent(why_not) if amount is None else Figure(_written(amount.us), amount.us)


def interval(amount: Amount | None) -> str:
    """Half of the interval as ± 1.2; empty where there is none."""
    return "" if amount is None or amount.half is None else f"± {_written(amount.half)}"


def _written(us: float) -> str:
    """With one decimal below a millisecond."""
    return f"{us:,.1f}" if abs(us) < 1000 else f"{us:,.0f}"
