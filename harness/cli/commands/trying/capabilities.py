"""`harness capabilities`: what can applications do on servers?"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import messages, output, print_error, print_json
from harness.cli.option_record import options_from
from harness.cli.options import Folders, Json, Names, Quiet, selection
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class CapabilitiesAsked(Folders, Names):
    """The options of `harness capabilities`."""

    server: Annotated[
        list[str] | None,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="Try these servers instead of each application's default (repeatable; 'all': every server it names).",
        ),
    ] = None
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the answers in this campaign's folder, for its report."),
    ] = None
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Also show what was sent and what came back, for each answer.")
    ] = False
    json: Json = False
    quiet: Quiet = False


@options_from(CapabilitiesAsked)
def capabilities(asked: CapabilitiesAsked) -> int:
    """Try what applications can do on servers: HTTP/2, WebSockets, streaming, documentation, limits."""
    from harness.campaign.cells.probing import probe_cells, to_probe
    from harness.campaign.plan.project import Project
    from harness.campaign.session.progress import Silent
    from harness.cli.folders import results_folder
    from harness.cli.show.capable import capability_tables, evidence_lines, failure_lines
    from harness.cli.show.progress import Bar
    from harness.process.folders import temporary_folder
    from harness.store.folder import ResultsFolder

    project = Project.here()
    kept = ResultsFolder.open(results_folder(project, asked.keep)) if asked.keep else None
    chosen = selection(asked, only=asked.only, skip=asked.skip, servers=asked.server)
    prepared = to_probe(project, chosen)
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("capabilities"))
        progress = Silent() if asked.quiet else stack.enter_context(Bar())
        found = probe_cells(project, prepared, workdir, progress)
    if kept:
        kept.write_capabilities(found)
    if asked.json:
        print_json(found.model_dump(mode="json"))
    else:
        for part in capability_tables(found):
            output.print(part)
        for line in evidence_lines(found) if asked.evidence else ():
            output.print(line, markup=False, highlight=False, soft_wrap=True)
        for line in failure_lines(found):
            print_error(line)
    if kept:
        messages.print(f"Kept; write the report again: harness report {kept.path}", markup=False, highlight=False)
    return ExitCode.CELL_FAILED if found.failures else ExitCode.OK
