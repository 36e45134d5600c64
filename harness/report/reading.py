"""A results folder -> what its page and figures are made from; no charts are loaded for figures alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.analysis.compare.variants import judge
from harness.analysis.curves.curves import curves_of
from harness.analysis.latency.capacity import capacity_rows
from harness.analysis.latency.latency import latency_rows
from harness.analysis.ranking.claims import findings
from harness.analysis.ranking.ranking import rank
from harness.analysis.statements.seen import Seen
from harness.analysis.statements.story import story_finding
from harness.analysis.trials.gather import salvaged
from harness.analysis.tuning.answer import tuned
from harness.catalog.claim_files import rankings_of, shipped_ranking, shipped_story
from harness.model.asked.statement import Story
from harness.model.found.ranking import Ranking
from harness.model.found.statements import StoryFinding
from harness.model.found.variants import VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.report.explanations import explanations
from harness.report.view.source import Source
from harness.report.windows import usable_windows
from harness.store.folder import ResultsFolder
from harness.store.running import under_way


def read(results: Path) -> Source:
    """What the page is made from. What cannot be used is reported in a notice; the rest is ranked."""
    folder = ResultsFolder.open(results)
    record = _as_it_ended(folder.read_record(), results)
    found, notices = folder.read_trials()
    if not found:  # cut off by a kill in its first block: what its slices say is still worth an estimate
        slices, broken = folder.read_slices()
        found, notices = salvaged(record, slices), (*notices, *broken)
    trials, more = _usable(record, found)
    windows, spoiled = usable_windows(record, folder)
    searches, cut = folder.read_searches()
    profiles, unread = folder.read_profiles()
    capabilities, unusable = folder.read_capabilities()
    ranking = rank(record, trials)
    return Source(
        record=record,
        trials=trials,
        ranking=ranking,
        curves=curves_of(record, ranking.scenarios),
        notices=(*notices, *more, *spoiled, *cut, *unread, *unusable),
        latency=latency_rows(record, windows),
        windows_s=sum(window.duration_s for window in windows if window.discarded is None),
        capacity=capacity_rows(record, searches),
        claims=findings(shipped_ranking(), record, ranking),
        story=story_of(shipped_story(), folder, record, ranking),
        explanations=explanations(record, ranking, profiles),
        variants=variants_of(record, trials, windows),
        tuned=tuned(record, trials, windows),
        capabilities=capabilities,
    )


def story_of(
    story: Story, folder: ResultsFolder, record: CampaignRecord, ranking: Ranking, results: str | None = None
) -> StoryFinding:
    """What the campaign and what was probed of its cells say of a story's statements. `results` names its folder in
    commands (default: its id)."""
    probed, _ = folder.read_capabilities()
    seen = Seen(record, ranking, rankings_of(story), probed.cells if probed else ())
    return story_finding(story, seen, results)


def variants_of(
    record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow]
) -> VariantComparison | None:
    """B against A, where the campaign compares two variants."""
    cells = {cell.app: cell for cell in record.plan.cells if not cell.twin}
    if record.diff is None or not {record.diff.a.app, record.diff.b.app} <= cells.keys():
        return None
    a, b = record.diff.a, record.diff.b
    return judge(record, trials, windows, cells[a.app], cells[b.app], names=(a.name, b.name))


def _as_it_ended(record: CampaignRecord, results: Path) -> CampaignRecord:
    """A campaign that nobody measures any more is not running, whatever a killed harness left in its record."""
    if record.state != "running" or under_way(results):
        return record
    return record.model_copy(update={"state": "interrupted"})


def _usable(record: CampaignRecord, trials: Iterable[Trial]) -> tuple[tuple[Trial, ...], tuple[Notice, ...]]:
    """Trials that belong to the plan and are whole, and a notice for each other one."""
    cells, scenarios = {cell.id for cell in record.plan.cells}, {item.id for item in record.plan.scenarios}
    used: list[Trial] = []
    notices: list[Notice] = []
    for trial in trials:
        fault = _fault(trial, cells, scenarios)
        if fault:
            notices.append(_unusable(trial, fault))
        else:
            used.append(trial)
    return tuple(used), tuple(notices)


def _fault(trial: Trial, cells: set[str], scenarios: set[str]) -> str:
    if trial.cell not in cells:
        return "its cell is not in the plan"
    if trial.scenario not in scenarios:
        return "its scenario is not in the plan"
    if len(trial.rates) != len(trial.rotations) or trial.duration_s <= 0:
        return "its rates and rotations do not fit together"
    return ""


def _unusable(trial: Trial, fault: str) -> Notice:
    return Notice(
        code="unusable-trial",
        seen=f"a trial of cell {trial.cell}, block {trial.block}, scenario {trial.scenario} was left out: {fault}",
        mend="the results folder was changed after it was written; restore it from a copy",
    )
