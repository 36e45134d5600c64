"""What framework and server cost, in figures."""

from dataclasses import dataclass

from harness.model.ranking import Effect
from harness.report.text import Figure, absent, number
from harness.report.view.names import Name
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class EffectRow:
    """Microseconds that a request keeps a worker busy beyond `base`; `kind` says what the two differ in."""

    kind: str
    name: Name
    base: Name
    extra: Figure
    interval: Figure
    base_figure: Figure


def effect_rows(source: Source, scenario: str) -> tuple[EffectRow, ...]:
    """The effects told apart in one scenario: frameworks first, then servers."""
    found = [effect for effect in source.ranking.effects if effect.scenario == scenario]
    return tuple(_row(source, effect) for effect in sorted(found, key=lambda effect: effect.kind))


def _row(source: Source, effect: Effect) -> EffectRow:
    return EffectRow(
        kind=effect.kind,
        name=source.name(effect.cell),
        base=source.name(effect.base),
        extra=Figure(signed(effect.microseconds), effect.microseconds),
        interval=_interval(effect),
        base_figure=Figure(number(effect.base_microseconds), effect.base_microseconds),
    )


def _interval(effect: Effect) -> Figure:
    if effect.low is None or effect.high is None:
        return absent("one block gives no interval")
    return Figure(f"{signed(effect.low)} to {signed(effect.high)}", effect.high - effect.low)


def signed(value: float) -> str:
    """A difference with its sign: +12.9, \u22123.10."""
    return f"+{number(value)}" if value >= 0 else f"\u2212{number(-value)}"
