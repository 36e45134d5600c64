"""Results and reports by name: a path, a campaign's id, or `latest`."""

from pathlib import Path
from typing import Final

from harness.campaign.project import Project
from harness.model.errors import UsageError
from harness.report.write import write_report

LATEST: Final = "latest"


def results_folder(project: Project, given: Path | None) -> Path:
    """The folder of a campaign: `given` as a path or as an id below results/, else the newest one.

    Raises UsageError where there is none.
    """
    if given is None:
        newest = project.results / LATEST
        if not newest.exists():
            raise UsageError("there is no campaign yet", where="results", mend="measure one with: make bench")
        return newest.resolve()
    for candidate in (given, project.results / given):
        if candidate.is_dir():
            return candidate.resolve()
    raise UsageError("there is no such results folder", where=str(given), mend="see results/ for what there is")


def report_on(project: Project, results: Path, out: Path | None) -> Path:
    """Write the report of a results folder into `out`, or below reports/ where `latest` then points at it."""
    page = write_report(results, out or project.reports / results.name)
    if out is None:
        point_latest_at(page.parent)
    return page


def point_latest_at(folder: Path) -> None:
    """Make `latest` beside the folder a link to it; somebody's own file or folder of that name is left alone."""
    link = folder.parent / LATEST
    if link.is_symlink():
        link.unlink()
    if not link.exists():
        link.symlink_to(folder.name, target_is_directory=True)
