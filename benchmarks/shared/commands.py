"""The harness's own command, run as a user runs it, and what each run took."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.model.errors import EnvironmentRefused, HarnessError
from harness.process.owned import OwnedProcess
from shared.figures import Figure, of_runs

ACCOUNTANT: Final = Path(__file__).with_name("accountant.py")
TIMEOUT_S: Final = 300.0
MEGABYTE: Final = 1e6


@dataclass(frozen=True)
class Spent:
    """What one run took."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def harness_command() -> str:
    """Where the command is. Raises EnvironmentRefused where it is not installed beside this Python."""
    command = Path(sys.executable).with_name("harness")
    if not command.is_file():
        raise EnvironmentRefused("the command is not there", where=str(command), mend="install it with: make setup")
    return str(command)


def spent(arguments: Sequence[str]) -> Spent:
    """Run `harness` with these arguments. Raises HarnessError, with the end of its output, where it fails."""
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        result, log = Path(name) / "result.json", Path(name) / "output.log"
        argv = [sys.executable, "-I", "-S", str(ACCOUNTANT), str(result), harness_command(), *arguments]
        with OwnedProcess(argv, name="harness", log=log, env=os.environ) as process:
            code = process.wait(TIMEOUT_S)
            if code != 0:
                how = f"was not done after {TIMEOUT_S:.0f} s" if code is None else f"ended with {code}"
                raise HarnessError(f"{how}:\n{process.log_tail()}", where=f"harness {' '.join(arguments)}")
        return Spent(**json.loads(result.read_text()))


def figures_of(name: str, arguments: Sequence[str], runs: int) -> list[Figure]:
    """Wall seconds, CPU seconds and peak megabytes of so many runs. Before several, one only warms the disk's cache."""
    if runs > 1:
        spent(arguments)
    found = [spent(arguments) for _ in range(runs)]
    return [
        of_runs(f"{name}_s", [run.wall_s for run in found]),
        of_runs(f"{name}_cpu_s", [run.cpu_s for run in found]),
        of_runs(f"{name}_peak_mb", [run.peak_bytes / MEGABYTE for run in found]),
    ]
