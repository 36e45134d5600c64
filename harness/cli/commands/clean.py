"""`harness clean`: remove what can be made again."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import messages
from harness.model.errors import EnvironmentRefused, ExitCode

Everything = Annotated[
    bool, typer.Option("--all", help="Remove the whole cache: every environment and downloaded package.")
]
Reports = Annotated[bool, typer.Option("--reports", help="Remove the reports too; results are never removed.")]


def clean(*, everything: Everything = False, reports: Reports = False) -> int:
    """Remove stale environments; on request the whole cache and the reports."""
    from harness.campaign.cleaning import remove_stale_environments, remove_variants
    from harness.campaign.plan.project import Project
    from harness.process.in_use import refusal, users

    project = Project.here()
    if found := users(project.cache):
        raise EnvironmentRefused(refusal(found), where="clean", mend="wait for its end, or end it with Ctrl-C there")
    if everything:
        remove(project.cache)
    else:
        for folder in (*remove_stale_environments(project), *remove_variants(project)):
            messages.print(f"removed {folder.name}", markup=False, highlight=False)
    if reports and project.reports.is_dir():
        for folder in sorted(project.reports.iterdir()):
            if folder.is_symlink():
                folder.unlink()
            elif folder.is_dir():
                remove(folder)
    return ExitCode.OK


def remove(folder: Path) -> None:
    """Remove a folder and say so."""
    if folder.exists():
        shutil.rmtree(folder)
        messages.print(f"removed {folder.name}", markup=False, highlight=False)
