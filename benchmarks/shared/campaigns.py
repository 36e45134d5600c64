"""Whole campaigns, run and judged as a user's are."""

import time
from collections.abc import Sequence
from pathlib import Path

from harness.analysis.inference.unresolved import Unresolved
from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.run import begin, run
from harness.campaign.session.progress import Silent
from harness.model.errors import TargetFailed
from harness.model.found.ranking import Ranking
from harness.model.measured.campaign import CampaignRecord
from harness.report.reading import read
from harness.report.view.source import Source
from shared.program import say


class Told(Silent):
    """Progress that says each block in a line, and remembers when its answer came: seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.answers_s: list[float] = []

    def answer(self, _record: CampaignRecord, ranking: Ranking, _still_open: Sequence[Unresolved]) -> None:
        self.answers_s.append(time.monotonic() - self._began)
        said = [
            f"{pair.first.partition('.')[0]} {pair.verdict} {pair.second.partition('.')[0]}"
            for scenario in ranking.scenarios.values()
            for pair in scenario.pairs
        ]
        say(f"block {len(self.answers_s)} after {self.answers_s[-1]:.0f} s: {', '.join(said)}")


def campaign(options: RunOptions, results: Path, progress: Silent | None = None) -> Source:
    """Run it to its end, keep it below `results`, and say what a report would say.

    Raises HarnessError where it cannot be run or a cell failed, KeyboardInterrupt where its end was asked for.
    """
    project = Project.here()
    prepared = prepare(project, options)
    start = begin(prepared, results)
    record = run(project, prepared, start, progress or Silent())
    if record.state == "interrupted":
        raise KeyboardInterrupt
    for failure in record.failures:
        raise TargetFailed(f"{failure.reason}\n{failure.log_tail}".strip(), phase=failure.phase, where=failure.cell)
    return read(start.folder.path)
