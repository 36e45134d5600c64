"""A results folder -> the page and its figures."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from harness.analysis.capacity import capacity_rows
from harness.analysis.claims import findings
from harness.analysis.gather import salvaged
from harness.analysis.latency import latency_rows
from harness.analysis.ranking import rank
from harness.catalog.claim_files import STORY, read_claim
from harness.model.campaign import CampaignRecord
from harness.model.errors import EnvironmentRefused
from harness.model.notice import Notice
from harness.model.trial import Trial
from harness.report.export import as_json, ranking_document
from harness.report.page import html
from harness.report.view.source import Source
from harness.report.windows import usable_windows
from harness.store.folder import ResultsFolder


def write_report(results: Path, out: Path) -> Path:
    """Write `index.html` and `ranking.json` into `out`, and return the path of the first.

    Raises UsageError where `results` holds no readable campaign, EnvironmentRefused where `out` cannot be written.
    """
    source = read(results)
    source = replace(source, logs=_logs(source.record, results, out))
    page, figures = html(source), as_json(ranking_document(source))
    try:
        out.mkdir(parents=True, exist_ok=True)
        put(out / "ranking.json", figures)
        put(out / "index.html", page)
    except OSError as error:
        raise EnvironmentRefused(
            f"the report cannot be written: {error.strerror}", where=str(out), mend="name another folder with --out"
        ) from None
    return out / "index.html"


def read(results: Path) -> Source:
    """What the page is made from. What cannot be used is told in a notice; the rest is ranked."""
    folder = ResultsFolder.open(results)
    record = folder.read_record()
    found, notices = folder.read_trials()
    if not found:  # cut off by a kill in its first block: what its slices say is still worth an estimate
        slices, broken = folder.read_slices()
        found, notices = salvaged(record, slices), (*notices, *broken)
    trials, more = _usable(record, found)
    windows, spoiled = usable_windows(record, folder)
    searches, cut = folder.read_searches()
    ranking = rank(record, trials)
    return Source(
        record=record,
        trials=trials,
        ranking=ranking,
        notices=(*notices, *more, *spoiled, *cut),
        latency=latency_rows(record, windows),
        capacity=capacity_rows(record, searches),
        claims=findings(read_claim(STORY), record, ranking),
    )


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


def _logs(record: CampaignRecord, results: Path, out: Path) -> dict[str, str]:
    """Each cell's log, where there is one, as an address relative to the page in `out`."""
    folder = results.resolve() / "logs"
    there = {file.stem: file for file in folder.glob("*.log")}  # a name from a record never becomes a path
    logs = {cell.id: there[cell.id] for cell in record.plan.cells if cell.id in there}
    return {cell: quote(os.path.relpath(log, out.resolve())) for cell, log in logs.items()}


def put(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never half of one."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(text.encode())
    new.replace(path)
