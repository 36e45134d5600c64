"""What a cell costs beside its time: CPU per request, memory, start-up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import CpuCell
from harness.model.measured.trial import Cost, Trial
from harness.report.text import Figure, absent, number, times, times_between
from harness.report.view.source import Source

NOT_REPORTED = "the system did not report it"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class CellCosts:
    """Figures of one cell in one scenario; `service`, `rest`: the database's share and the memory before the load.
    `cpu_ratio`: CPU per request over the reference's, with its simultaneous interval; empty where there is none."""

    cpu: Figure
    service: Figure
    memory: Figure
    rest: Figure
    startup: Figure
    cpu_ratio: str = ""

    def known(self) -> bool:
        return any(
            figure.value is not None for figure in (self.cpu, self.service, self.memory, self.rest, self.startup)
        )


UNKNOWN = absent(NOT_REPORTED)
NOTHING = CellCosts(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def costs(source: Source, scenario: ScenarioManifest) -> Mapping[str, CellCosts]:
    """By cell. CPU per request over all counted blocks together; medians over blocks of the others."""
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
    known = [trial.cost for trial in trials if trial.cost]
    return CellCosts(
        cpu=_microseconds(_cpu_a_request(trials)),
        service=_microseconds(_median(cost.service_cpu_s_a_request for cost in known)),
        memory=_mebibytes(_median(cost.load_pss_bytes for cost in known)),
        rest=_mebibytes(_median(cost.rest_pss_bytes for cost in known)),
        startup=_seconds(_median(cost.startup_s for cost in known)),
    )


def _cpu_a_request(trials: Iterable[Trial]) -> float | None:
    """CPU seconds over requests answered, both summed over the trials that know both."""
    known = [(cost.server_cpu_s, trial.answered) for trial in trials if (cost := trial.cost or Cost()).server_cpu_s]
    answered = sum(requests for _, requests in known)
    return sum(spent or 0.0 for spent, _ in known) / answered if answered else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _microseconds(seconds: float | None) -> Figure:
    return absent(NOT_REPORTED) if seconds is None else Figure(f"{number(1e6 * seconds)} µs", 1e6 * seconds)


def _mebibytes(count: float | None) -> Figure:
    return absent(NOT_REPORTED) if count is None else Figure(f"{number(count / MIB)} MiB", count)


def _seconds(seconds: float | None) -> Figure:
    return absent(NOT_REPORTED) if seconds is None else Figure(f"{number(seconds)} s", seconds)
