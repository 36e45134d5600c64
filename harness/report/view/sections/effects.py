"""What framework and server cost, in figures."""

from collections.abc import Mapping, Sequence
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
class PartRow:
    """What one framework adds to each server. `cells`: the ids of its configurations, with a space between them."""

    framework: str
    cells: str
    added: tuple[EffectRow | None, ...]


@dataclass(frozen=True, slots=True)
class ServerParts:
    """The server's part of a request beside the framework's, for the servers that `floor` and others ran on: a column
    for each server, with its settings where there are several. `bare`: time per request there with `floor`."""

    floor: str
    servers: tuple[str, ...]
    bare: tuple[Figure, ...]
    rows: tuple[PartRow, ...]

    @property
    def intervals(self) -> tuple[Figure, ...]:
        return tuple(effect.interval for row in self.rows for effect in row.added if effect)


def server_parts(source: Source, scenario: str) -> tuple[ServerParts, ...]:
    """A table for each bare callable that has frameworks beside it on several servers, the cheapest server first."""
    effects = [effect for effect in effect_rows(source, scenario) if effect.kind == "framework"]
    floors = {effect.base.title: None for effect in effects}
    tables = [_parts([effect for effect in effects if effect.base.title == floor], floor) for floor in floors]
    return tuple(table for table in tables if len(table.servers) > 1)


def _parts(effects: Sequence[EffectRow], floor: str) -> ServerParts:
    on = {effect.base.id: effect for effect in effects}
    bare = dict(sorted(on.items(), key=lambda item: item[1].base_figure.value or 0.0))
    added = {(effect.base.id, effect.name.title): effect for effect in effects}
    rows = [
        PartRow(framework, cells, tuple(added.get((base, framework)) for base in bare))
        for framework, cells in _cells_of(effects).items()
    ]
    return ServerParts(
        floor=floor,
        servers=tuple(f"{one.base.server} {one.base.suffix}".rstrip() for one in bare.values()),
        bare=tuple(one.base_figure for one in bare.values()),
        rows=tuple(sorted(rows, key=_least)),
    )


def _cells_of(effects: Sequence[EffectRow]) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for effect in effects:
        found.setdefault(effect.name.title, []).append(effect.name.id)
    return {framework: " ".join(cells) for framework, cells in found.items()}


def _least(row: PartRow) -> float:
    """What the framework adds to the server that it adds the least to."""
    return min(effect.extra.value or 0.0 for effect in row.added if effect)


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
