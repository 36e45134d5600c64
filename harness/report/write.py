"""A results folder -> the page and its figures."""

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from harness.model.errors import EnvironmentRefused
from harness.model.measured.campaign import CampaignRecord
from harness.report.export import as_json, ranking_document
from harness.report.flames import drawn
from harness.report.page import html
from harness.report.reading import read


def write_report(results: Path, out: Path) -> Path:
    """Write `index.html` and `ranking.json` into `out`, and return the path of the first.

    Raises UsageError where `results` holds no readable campaign, EnvironmentRefused where `out` cannot be written.
    """
    source = read(results)
    flames = drawn(source, results)
    source = replace(
        source, logs=_logs(source.record, results, out), flames={key: file for key, (file, _) in flames.items()}
    )
    page, figures = html(source), as_json(ranking_document(source))
    try:
        out.mkdir(parents=True, exist_ok=True)
        put(out / "ranking.json", figures)
        for file, svg in flames.values():
            (out / file).parent.mkdir(exist_ok=True)
            put(out / file, svg)
        put(out / "index.html", page)
    except OSError as error:
        raise EnvironmentRefused(
            f"the report cannot be written: {error.strerror}", where=str(out), mend="name another folder with --out"
        ) from None
    return out / "index.html"


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
