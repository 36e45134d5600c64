"""`harness outdated`: which locks lag behind the package index."""

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from harness.cli.commands.locks.lock import LockedAsked, with_locks
from harness.cli.console import messages, output, print_error, print_json
from harness.cli.option_record import options_from
from harness.cli.options import Json
from harness.cli.show.versions import ages_table, in_a_line
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class OutdatedAsked(LockedAsked):
    """The options of `harness outdated`."""

    fail_on: Annotated[
        Literal["outdated"] | None,
        typer.Option("--fail-on", help="'outdated': end with 4 if a lock lags behind the package index."),
    ] = None
    json: Json = False


@options_from(OutdatedAsked)
def outdated(asked: OutdatedAsked) -> int:
    """Show which locks lag behind the package index: what 'harness lock' would change now. Nothing is changed."""
    from harness.campaign.plan.project import Project
    from harness.process.in_use import using
    from harness.under_test.install.outdated import outdated as found_in
    from harness.under_test.launch.servers import REQUIREMENTS

    project = Project.here()
    applications = with_locks(project, asked.chosen(project), named=asked.named)
    messages.print("Resolving; this asks the package index", style="dim")
    with using(project.cache, "harness outdated"):
        common, *own = found_in(applications, REQUIREMENTS, project.apps, project.cache)
    ages = own if asked.only else [common, *own]
    if asked.json:
        print_json([age.model_dump(mode="json") for age in ages])
    elif any(age.changes for age in ages):
        output.print(ages_table(ages))
    for age in ages:
        if age.fault:
            print_error(age.fault)
    messages.print(in_a_line(ages), markup=False, highlight=False)
    if any(age.fault for age in ages):
        return ExitCode.USAGE
    return ExitCode.REGRESSION if asked.fail_on and any(age.outdated for age in ages) else ExitCode.OK
