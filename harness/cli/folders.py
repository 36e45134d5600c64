"""Folders of results and reports by name: a path, a campaign's id, or `latest`."""

from pathlib import Path
from typing import Final

from harness.campaign.plan.project import Project
from harness.cli.console import messages
from harness.model.errors import EnvironmentRefused, UsageError
from harness.store.running import under_way

LATEST: Final = "latest"


def results_folder(project: Project, given: Path | None) -> Path:
    """The folder of a campaign: `given` as a path or as an id below results/, else the newest one.

    One that is being measured is never taken unasked, and where it is named, a message says so. Raises UsageError where
    there is none.
    """
    if given is None:
        return _newest(project.results)
    for candidate in (given, project.results / given):
        if candidate.is_dir():
            if under_way(candidate):
                tell(f"{candidate.name} is being measured at this moment: what it has so far is read")
            return candidate.resolve()
    raise UsageError("there is no such results folder", where=str(given), mend="see results/ for what there is")


def _newest(results: Path) -> Path:
    """The newest campaign, or the newest beside those that are under way, which a message says."""
    newest = results / LATEST
    if not newest.exists():
        raise UsageError("there is no campaign yet", where="results", mend="measure one with: make bench")
    if not under_way(newest):
        return newest.resolve()
    others = [record.parent for record in results.glob("*/campaign.json") if record.parent.name != LATEST]
    ended = [folder for folder in others if not under_way(folder)]
    if not ended:
        raise UsageError(
            "the only campaign there is, is being measured at this moment",
            where=newest.resolve().name,
            mend=f"wait for its end, or name it to read what it has so far: {newest.resolve().name}",
        )
    chosen = max(ended, key=lambda folder: (folder / "campaign.json").stat().st_mtime)
    tell(f"{newest.resolve().name} is being measured at this moment: read is the newest that has ended, {chosen.name}")
    return chosen.resolve()


def tell(text: str) -> None:
    messages.print(f"note: {text}", style="yellow", markup=False, highlight=False)


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
