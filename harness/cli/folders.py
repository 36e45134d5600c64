"""Folders of results and reports by name: a path, a campaign's id, or `latest`."""

from pathlib import Path
from typing import Final

from harness.campaign.project import Project
from harness.model.errors import EnvironmentRefused, UsageError

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


def place_for_report(out: Path | None) -> None:
    """Make the folder that was named for the report, so that one that cannot be is refused before anything is measured.

    Raises EnvironmentRefused.
    """
    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentRefused(
            f"the report cannot be written there: {error.strerror}",
            where=str(out),
            mend="name another folder with --out",
        ) from None


def point_latest_at(folder: Path) -> None:
    """Make `latest` beside the folder a link to it; somebody's own file or folder of that name is left alone."""
    link = folder.parent / LATEST
    if link.exists() and not link.is_symlink():
        return
    new = folder.parent / f".{LATEST}.{folder.name}"  # replaced in one step, also beside another campaign that does so
    new.unlink(missing_ok=True)
    new.symlink_to(folder.name, target_is_directory=True)
    new.replace(link)
