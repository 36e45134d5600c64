"""What framework and server cost, in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.asked.cell import change
from harness.model.found.ranking import Effect, SettingEffect
from harness.report.text import Figure, absent, number, times, times_between
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
    """The effects distinguished in one scenario: frameworks first, then servers."""
    found = [effect for effect in source.ranking.effects if effect.scenario == scenario]
    return tuple(_row(source, effect) for effect in sorted(found, key=lambda effect: effect.kind))


@dataclass(frozen=True, slots=True)
class ServerRow:
    """One server, with its settings where there are several: what a request takes it with the bare callable, and what
    each framework adds to that."""

    server: str
    bare: Figure
    added: tuple[EffectRow | None, ...]


@dataclass(frozen=True, slots=True)
class ServerParts:
    """The server's part of a request beside the framework's, for the servers that `floor` and others ran on."""

    floor: str
    frameworks: tuple[str, ...]
    rows: tuple[ServerRow, ...]

    @property
    def intervals(self) -> tuple[Figure, ...]:
        return tuple(effect.interval for row in self.rows for effect in row.added if effect)


def server_parts(source: Source, scenario: str) -> tuple[ServerParts, ...]:
    """A table for each bare callable that has frameworks beside it on several servers, the cheapest server first."""
    effects = [effect for effect in effect_rows(source, scenario) if effect.kind == "framework"]
    floors = {effect.base.title: None for effect in effects}
    tables = [_parts([effect for effect in effects if effect.base.title == floor], floor) for floor in floors]
    return tuple(table for table in tables if len(table.rows) > 1)


def _parts(effects: Sequence[EffectRow], floor: str) -> ServerParts:
    bare = {effect.base.id: effect for effect in effects}
    added = {(effect.base.id, effect.name.title): effect for effect in effects}
    frameworks = tuple(dict.fromkeys(effect.name.title for effect in effects))
    rows = [
        ServerRow(
            f"{one.base.server} {one.base.suffix}".rstrip(),
            one.base_figure,
            tuple(added.get((place, framework)) for framework in frameworks),
        )
        for place, one in bare.items()
    ]
    return ServerParts(floor, frameworks, tuple(sorted(rows, key=lambda row: row.bare.value or 0.0)))


@dataclass(frozen=True, slots=True)
class SettingRow:
    """What `change` brings: requests per second of the cell over those of the same one without it."""

    name: Name
    change: str
    ratio: Figure
    interval: Figure
    verdict: str


def setting_rows(source: Source, scenario: str) -> tuple[SettingRow, ...]:
    """Cells that differ from another one in a single setting, in one scenario."""
    cells = {cell.id: cell for cell in source.record.plan.cells}
    return tuple(
        SettingRow(
            name=source.name(one.cell),
            change=change(cells[one.cell], cells[one.base], one.setting),
            ratio=Figure(times(one.ratio), one.ratio),
            interval=_interval_of_ratio(one.low, one.high),
            verdict=_said(one),
        )
        for one in source.ranking.settings
        if one.scenario == scenario
    )


def _said(effect: SettingEffect) -> str:
    if effect.verdict == "better":
        return "faster" if effect.ratio > 1 else "slower"
    return effect.verdict


def _interval_of_ratio(low: float | None, high: float | None) -> Figure:
    if low is None or high is None:
        return absent("too few blocks for an interval")
    return Figure(times_between(low, high), high - low)


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
