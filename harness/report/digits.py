"""Numbers with the digits that somebody can use, where many of them are written."""

from math import floor, isfinite, log10


def significant(value: float, digits: int = 6) -> float:
    """So many digits that count, and all that stand before the point."""
    if value == 0 or not isfinite(value):
        return value
    return round(value, max(0, digits - 1 - floor(log10(abs(value)))))
