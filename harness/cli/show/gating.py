"""What a gate decided: on the terminal, in files for a CI service, and as an exit code."""

from dataclasses import dataclass
from pathlib import Path

from harness.analysis.compare.gate import exit_code
from harness.cli.console import messages
from harness.model.errors import EnvironmentRefused, ExitCode
from harness.model.found.gate import GateResult
from harness.report.exports.junit import junit
from harness.report.exports.summary import comment, job_summary
from harness.report.view.gating import Judged, headline, said


@dataclass(frozen=True)
class GateFiles:
    """Where to write what the gate decided; None: nowhere."""

    junit: Path | None = None
    markdown: Path | None = None
    comment: Path | None = None

    def refuse_unwritable(self) -> None:
        """Raises EnvironmentRefused where a file has no folder to lie in: before measuring, not after it."""
        for option, path in (("--junit", self.junit), ("--markdown", self.markdown), ("--comment", self.comment)):
            if path is not None and (path.is_dir() or not path.parent.is_dir()):
                what = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
                raise EnvironmentRefused(what, where=f"{option} {path}", mend="name a file in a folder that is there")


def gate_outcome(
    judged: Judged, result: GateResult, files: GateFiles, *, fail_on_inconclusive: bool = False
) -> ExitCode:
    """Write the files, print a line for each check, and return the exit code: 4 where a check fired, 6 where one is
    inconclusive and that was asked for, else 0.

    Raises EnvironmentRefused where a file cannot be written.
    """
    for path, made in ((files.junit, junit), (files.markdown, job_summary), (files.comment, comment)):
        if path is not None:
            _write(path, made(judged))
    for row in judged.rows:
        for check in row.checks:
            place = f"{row.scenario}, {row.subject}" if row.subject else row.scenario
            messages.print(f"{check.outcome}: {place}: {said(check)}", markup=False, highlight=False)
    if judged.outcome is not None:
        messages.print(f"{headline(judged)}.", style="bold", markup=False, highlight=False)
    return exit_code(result, fail_on_inconclusive=fail_on_inconclusive)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise EnvironmentRefused(
            f"cannot be written: {error.strerror}", where=str(path), mend="name another file"
        ) from None
