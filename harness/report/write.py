"""A results folder -> the page and its figures."""

from pathlib import Path

from harness.analysis.ranking import rank
from harness.model.errors import EnvironmentRefused
from harness.report.export import as_json, ranking_document
from harness.report.page import html
from harness.report.view.source import Source
from harness.store.folder import ResultsFolder


def write_report(results: Path, out: Path) -> Path:
    """Write `index.html` and `ranking.json` into `out`, and return the path of the first.

    Raises UsageError where `results` holds no readable campaign, EnvironmentRefused where `out` cannot be written.
    """
    source = read(results)
    page, figures = html(source), as_json(ranking_document(source))
    try:
        out.mkdir(parents=True, exist_ok=True)
        _replace(out / "ranking.json", figures)
        _replace(out / "index.html", page)
    except OSError as error:
        raise EnvironmentRefused(
            f"the report cannot be written: {error.strerror}", where=str(out), mend="name another folder with --out"
        ) from None
    return out / "index.html"


def read(results: Path) -> Source:
    """What the page is made from. Broken lines become notices; the rest is ranked."""
    folder = ResultsFolder.open(results)
    record = folder.read_record()
    trials, notices = folder.read_trials()
    return Source(record, trials, rank(record, trials), notices)


def _replace(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never half of one."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(text.encode())
    new.replace(path)
