"""The report of a campaign, where it was asked for."""

import contextlib
from pathlib import Path

from harness.campaign.plan.project import Project
from harness.cli.folders import point_latest_at
from harness.report.write import write_report


def report_on(project: Project, results: Path, out: Path | None) -> Path:
    """Write the report of a results folder into `out`, or below reports/ where `latest` then points at it."""
    page = write_report(results, out or project.reports / results.name)
    if out is None:
        with contextlib.suppress(OSError):  # the report is there; only its short name is not
            point_latest_at(page.parent)
    return page
