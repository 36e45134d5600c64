"""The command by which an application puts back, before each block, what the requests of the last one changed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from harness.campaign.cells.stage import Stage
from harness.catalog.applications import Application
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused
from harness.model.notice import Failure
from harness.process.owned import OwnedProcess
from harness.under_test.launch.command import own_environment

LONGEST_S: Final = 120.0


def reset(stage: Stage, cells: Iterable[Cell]) -> Iterator[Failure]:
    """Run each application's command once; a failure for each cell of one that does not end well."""
    cells = tuple(cells)
    first = {cell.app: cell for cell in reversed(cells)}
    for app, one in first.items():
        application = stage.prepared.applications[app]
        if application.manifest.before_block:
            why, tail = _run(application, stage.pythons.of(one), stage.logs / f"{app}.before-block.log")
            for cell in cells if why else ():
                if cell.app == app:
                    yield Failure(cell=cell.id, phase="before-block", reason=why, log_tail=tail)


def _run(application: Application, python: Path, log: Path) -> tuple[str, str]:
    """(why it did not end well, the end of its log); empty where it did."""
    command = application.manifest.before_block
    named = " ".join(command)
    environment = own_environment(application, python)
    try:
        with OwnedProcess(
            command, name=named, log=log, cwd=application.root, env=environment, secrets=application.secrets
        ) as process:
            code = process.wait(LONGEST_S)
            why = f"does not end within {LONGEST_S:.0f} s" if code is None else f"ended with exit code {code}"
            return ("" if code == 0 else f"the command before each block, {named}, {why}"), process.log_tail()
    except EnvironmentRefused as fault:
        return f"the command before each block, {named}: {fault.what}", ""
