"""`harness verify`: do applications answer the contract?"""

from dataclasses import dataclass
from typing import Annotated

import typer

from harness.cli.console import print_error, print_json
from harness.cli.option_record import options_from
from harness.cli.options import Filters, Json, Quiet, SeveralSettings
from harness.cli.quantities import number_of
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class VerifyAsked(SeveralSettings, Filters):
    """The options of `harness verify`."""

    server: Annotated[
        list[str] | None,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="Verify on these servers only (repeatable; default: every server that an application names).",
        ),
    ] = None
    json: Json = False
    quiet: Quiet = False


@options_from(VerifyAsked)
def verify(asked: VerifyAsked) -> int:
    """Start applications and check them against the contract: every application, on every server it names, in every
    scenario it answers, unless options say less."""
    from harness.campaign.cells.verifying import to_verify
    from harness.campaign.plan.project import Project

    project = Project.here()
    selection = asked.selection.model_copy(update={"servers": tuple(asked.server or ["all"])})
    prepared = to_verify(project, selection, asked.platform)

    # What shows progress loads statistics: by now there is something to look at.
    from harness.cli.run.verifying import show, verified

    found = verified(project, prepared, quiet=asked.quiet)
    if asked.json:
        print_json([verdict.model_dump(mode="json") for verdict in found.verdicts])
    else:
        show(found.verdicts, found.cells)
    if found.passed:
        return ExitCode.OK
    print_error(f"{len(found.failed)} of {number_of(len(found.verdicts), 'configuration')} failed the contract")
    return ExitCode.CELL_FAILED
