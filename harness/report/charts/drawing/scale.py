"""Round numbers for an axis, and how numbers are written."""

_LADDERS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), tuple(1 + step / 10 for step in range(90)))


def plain(value: float) -> str:
    """5,000 rather than 5 x 10^3; 0.25 rather than 2.5 x 10^-1."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def rounded(value: float, *, signed: bool = False) -> str:
    """Three digits that count, in plain digits: 1,230 rather than 1.23e+03. A minus is a minus, not a hyphen."""
    text = plain(float(f"{value:.3g}"))
    return f"+{text}" if signed and value > 0 else text.replace("-", "\u2212")


def signed(value: float) -> str:
    """A difference: +12, -3.5 or 0."""
    return f"{value:+.3g}" if value else "0"


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`: three to seven of them, on the coarsest ladder that has as many."""
    found: list[float] = []
    for ladder in _LADDERS:
        found = [step * 10.0**power for power in range(-6, 10) for step in ladder if low <= step * 10.0**power <= high]
        if len(found) >= 3:
            break
    return found[:: max(1, len(found) // 6)]
