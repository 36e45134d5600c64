"""Two campaigns compared: shown, written where that was asked for, and held to thresholds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.analysis.compare.comparison import compare
from harness.analysis.compare.gate import gate_between, parse_fail_on
from harness.analysis.compare.versions import versions_changed
from harness.cli.console import messages, output, print_json
from harness.cli.options import GateOptions
from harness.cli.show.comparing import show, why_nothing
from harness.cli.show.gating import GateFiles, gate_outcome
from harness.cli.show.versions import in_short
from harness.model.asked.cell import labels
from harness.model.asked.gate import FailOn
from harness.model.errors import ExitCode
from harness.model.found.comparison import Comparison
from harness.report.comparison import measured, write_comparison
from harness.report.view.gating import of_campaigns
from harness.under_test.launch.servers import SERVERS

DISTRIBUTIONS: Final = {server.id: server.distribution for server in SERVERS.values() if server.distribution}
"""By server, what it is installed as."""


@dataclass(frozen=True)
class Gate:
    """What a comparison is held to, and the files that say so."""

    fail_on: FailOn
    files: GateFiles
    given: bool
    fail_on_inconclusive: bool

    @classmethod
    def of(cls, asked: GateOptions) -> "Gate":
        """From the options. Raises UsageError for a threshold that means nothing, EnvironmentRefused for a file that
        could not be written: before anything is measured."""
        asked.refuse_alone()
        given = asked.fail_on is not None
        fail_on = parse_fail_on(asked.fail_on, between_campaigns=True) if asked.fail_on is not None else FailOn()
        files = GateFiles(asked.junit, asked.markdown, asked.comment)
        files.refuse_unwritable()
        return cls(fail_on, files, given, asked.fail_on_inconclusive)


@dataclass(frozen=True)
class Compared:
    """The comparison, and the exit code that its gate gives."""

    comparison: Comparison
    code: ExitCode


def compared(
    before: Path,
    after: Path,
    gate: Gate,
    *,
    delta: float | None = None,
    across_machines: bool = False,
    json: bool = False,
    out: Path | None = None,
) -> Compared:
    """Compare the campaigns in two results folders, and print what changed, with the versions that changed beside it.

    Raises UsageError, naming each field, where they are not comparable.
    """
    sides = [measured(folder) for folder in (before, after)]
    then, now = (side.record for side in sides)
    comparison = compare(sides[0], sides[1], delta=delta, across_machines=across_machines)
    called = {id_: name for side in sides for id_, name in labels(side.record.plan.cells).items()}
    if json:
        print_json(comparison.model_dump(mode="json"))
    else:
        changes = versions_changed(then, now, DISTRIBUTIONS)
        show(comparison, called, {cell: in_short(found) for cell, found in changes.items()})
    if out is not None:
        page = write_comparison(comparison, now, out)
        messages.print("The comparison:", end=" ")
        (messages if json else output).print(str(page), markup=False, highlight=False, soft_wrap=True)
    result = gate_between(comparison, gate.fail_on)
    judged = of_campaigns(comparison, result, called)
    code = gate_outcome(judged, result, gate.files, fail_on_inconclusive=gate.fail_on_inconclusive)
    if not comparison.compared:
        for line in why_nothing(then, now):
            messages.print(f"Nothing to compare: {line}", markup=False, highlight=False)
        code = code or (ExitCode.INCONCLUSIVE if gate.given else ExitCode.OK)
    return Compared(comparison, code)
