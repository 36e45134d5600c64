"""A campaign's progress on the terminal: a bar with time to go, on standard error."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.campaign.session.progress import Silent
from harness.cli.console import messages, print_notice
from harness.cli.quantities import number_of, spoken
from harness.cli.show.tables import NOTHING
from harness.model.asked.cell import differences
from harness.model.found.ranking import RankedCell, Ranking, ScenarioRanking
from harness.model.found.tuning import Tuned
from harness.model.found.variants import VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Failure, Notice
from harness.report.view.tuning import Words, progress
from harness.report.view.variants import sentences

if TYPE_CHECKING:  # it brings scipy, which takes seconds to load and verify has no use for
    from harness.analysis.inference.unresolved import Unresolved

ENDING_SOON: Final = b"\nEnding after the rotation in hand; once more ends at once\n"
ENDING_NOW: Final = b"\nEnding now; what was measured is kept\n"

_NAMED: Final = 8
"""Cells of a scenario named after a block; the others are counted."""


class Bar:
    """Steps as lines, the measuring as a bar. Where there is no terminal, lines alone."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            console=messages,
            transient=True,
            disable=not messages.is_terminal,
            auto_refresh=False,  # a thread would draw in the middle of slices, on the load generator's core
        )
        self._task: TaskID | None = None
        self._began, self._blocks = 0.0, 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def step(self, text: str) -> None:
        messages.print(text, style="dim", markup=False, highlight=False)

    def block(self, number: int, cells: int) -> None:
        self._began, self._blocks = self._began or time.monotonic(), self._blocks + 1
        self.step(f"Block {number + 1}: {number_of(cells, 'configuration')}, started afresh")

    def advance(self, done_s: float, total_s: float) -> None:
        left = f"about {spoken(max(0.0, total_s - done_s))} to go"
        if self._task is None:
            self._task = self._bar.add_task("Measuring", total=total_s, left=left)
        self._bar.update(self._task, completed=done_s, total=total_s, left=left, refresh=True)

    def answer(self, record: CampaignRecord, ranking: Ranking, still_open: "Sequence[Unresolved]") -> None:
        for scenario in ranking.scenarios.values():
            if scenario.rows:
                self.step(f"  {scenario.scenario}: {in_a_line(scenario, differences(record.plan.cells))}")
        if any(scenario.comparisons for scenario in still_open):
            block_s = (time.monotonic() - self._began) / self._blocks
            self.step(f"  {open_in_a_line(still_open, block_s)}")

    def compared(self, found: VariantComparison) -> None:
        block_s = (time.monotonic() - self._began) / self._blocks
        for scenario in found.scenarios:
            self.step(f"  {scenario.scenario}, B against A, if it ended now: {'; '.join(sentences(scenario, block_s))}")

    def raced(self, record: CampaignRecord, found: Tuned) -> None:
        self.step(f"  {found.scenario}: {progress(Words(record), found)}")

    def ending(self, now: bool) -> None:
        # Past all buffers, one of which may be in use at this moment.
        with suppress(OSError):
            os.write(2, ENDING_NOW if now else ENDING_SOON)

    def failed(self, failure: Failure) -> None:
        tell_failure(failure)

    def noticed(self, notice: Notice) -> None:
        print_notice(notice)


class FaultsAlone(Silent):
    """No progress; only what went wrong."""

    def failed(self, failure: Failure) -> None:
        tell_failure(failure)


def tell_failure(failure: Failure) -> None:
    """The reason, and below it the end of the log."""
    messages.print(f"failed: {failure.cell} ({failure.phase}): {failure.reason}", style="red", markup=False)
    if failure.log_tail:
        messages.print(failure.log_tail, style="dim", markup=False, highlight=False)


def open_in_a_line(still_open: "Sequence[Unresolved]", block_s: float | None = None) -> str:
    """What would be known over all scenarios if the campaign ended now, and about how many blocks, of `block_s` seconds
    each, would decide the rest."""
    total = sum(scenario.comparisons for scenario in still_open)
    ahead = [pair.blocks_more for scenario in still_open for pair in scenario.undecided]
    text = f"if it ended now: {total - len(ahead)} of {number_of(total, 'comparison')} decided"
    if not ahead:
        return text
    text = f"{text}; {len(ahead)} undecided"
    known = [more for more in ahead if more is not None]
    if not known:
        return text
    time = "" if block_s is None else f" ({spoken(max(known) * block_s)})"
    which = "them" if len(known) == len(ahead) else f"{len(known)} of them"
    return f"{text}; about {number_of(max(known), 'more block')}{time} would decide {which}"


def in_a_line(ranking: ScenarioRanking, more: Mapping[str, str] = NOTHING) -> str:
    """The fastest cells from the first down, each with its share of the reference, or its slope where these are ranked;
    with its server where an application is there on several, and with its settings where it has several on one (`more`,
    by cell id)."""
    on_several = {app for app, servers in _servers(ranking.rows).items() if len(servers) > 1}
    shown = [(row, _name(row, more, alone=row.app not in on_several)) for row in ranking.rows[:_NAMED]]
    slopes = {one.cell: one.microseconds for one in ranking.slopes.rows} if ranking.slopes else {}
    figures = {row.cell: f" {row.ratio:.2f}" for row, _ in shown if row.ratio and not slopes}
    figures |= {cell: f" {us:.3g}" for cell, us in slopes.items()}
    cells = [f"{name}{figures.get(row.cell, '')}" for row, name in shown]
    left = len(ranking.rows) - _NAMED
    unit = f" (us per {ranking.slopes.per})" if ranking.slopes else ""
    return ", ".join(cells) + (f" and {left} more" if left > 0 else "") + unit + " (estimate)" * ranking.estimate


def _name(row: RankedCell, more: Mapping[str, str], *, alone: bool) -> str:
    name = row.app if alone else f"{row.app}@{row.server}"
    return f"{name} ({more[row.cell]})" if more.get(row.cell) else name


def _servers(rows: Sequence[RankedCell]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.app].add(row.server)
    return found
