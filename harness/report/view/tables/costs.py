"""What a cell costs beside its time: CPU and context switches per request, memory, start-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.analysis.ranking.costs import cost_of
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import CellCost, CpuCell
from harness.model.measured.trial import Trial
from harness.report.text import Figure, absent, number, percent, times, times_between
from harness.report.view.source import Source

NOT_REPORTED = "the system did not report it"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class CellCosts:
    """Figures of one cell in one scenario; `service`, `rest`: the database's share and the memory before the load.
    `voluntary`, `involuntary`: context switches of a request; `idle_switches`, `idle_cpu`: of a second in which nobody
    asks. `cpu_ratio`: CPU per request over the reference's, with its simultaneous interval; empty where there is none.
    """

    cpu: Figure
    service: Figure
    memory: Figure
    rest: Figure
    startup: Figure
    voluntary: Figure
    involuntary: Figure
    idle_switches: Figure
    idle_cpu: Figure
    cpu_ratio: str = ""

    def known(self) -> bool:
        figures = (self.cpu, self.service, self.memory, self.rest, self.startup)
        return any(figure.value is not None for figure in figures)


def costs(source: Source, scenario: ScenarioManifest) -> Mapping[str, CellCosts]:
    """By cell, of its counted blocks."""
    by_cell: dict[str, list[Trial]] = {}
    for trial in source.counted(scenario):
        by_cell.setdefault(trial.cell, []).append(trial)
    outcome = source.ranking.scenarios[scenario.id].cpu
    ratios = {row.cell: _ratio(row) for row in outcome.rows} if outcome else {}
    return {cell: replace(_costs(trials), cpu_ratio=ratios.get(cell, "")) for cell, trials in by_cell.items()}


def _ratio(row: CpuCell) -> str:
    if row.ratio is None or row.ratio_low is None or row.ratio_high is None or row.ratio_low == row.ratio_high:
        return ""
    return f"{times(row.ratio)} ({times_between(row.ratio_low, row.ratio_high)})"


def _costs(trials: Sequence[Trial]) -> CellCosts:
    return costs_in_words(cost_of(trials))


def costs_in_words(found: CellCost) -> CellCosts:
    """The figures as they are shown."""
    return CellCosts(
        cpu=_microseconds(found.server_cpu_us),
        service=_microseconds(found.service_cpu_us),
        memory=_mebibytes(found.load_pss_bytes),
        rest=_mebibytes(found.rest_pss_bytes),
        startup=_seconds(found.startup_s),
        voluntary=_plain(found.voluntary_switches),
        involuntary=_plain(found.involuntary_switches),
        idle_switches=_plain(found.rest_switches_s),
        idle_cpu=absent(NOT_REPORTED)
        if found.rest_cpu_share is None
        else Figure(percent(found.rest_cpu_share), found.rest_cpu_share),
    )


def _plain(value: float | None) -> Figure:
    return absent(NOT_REPORTED) if value is None else Figure(number(value), value)


def _microseconds(value: float | None) -> Figure:
    return absent(NOT_REPORTED) if value is None else Figure(f"{number(value)} µs", value)


def _mebibytes(count: float | None) -> Figure:
    return absent(NOT_REPORTED) if count is None else Figure(f"{number(count / MIB)} MiB", count)


def _seconds(seconds: float | None) -> Figure:
    return absent(NOT_REPORTED) if seconds is None else Figure(f"{number(seconds)} s", seconds)


NOTHING = _costs(())
"""Of a cell that no block has a figure for."""
