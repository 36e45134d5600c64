"""The commands of docs/workers.md, as they are written there, make a plan."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.said import said

TEXT = (Path(__file__).parents[2] / "docs" / "workers.md").read_text()
COMMANDS = [line for line in re.findall(r"^    harness (run .+)$", TEXT, re.MULTILINE) if "--python" not in line]
REFERENCED = [line for line in COMMANDS if "--reference" in line]
"""They name an interpreter of one machine."""


@pytest.mark.parametrize("command", [line for line in COMMANDS if line not in REFERENCED])
def test_a_documented_command_plans_each_value_of_its_axes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)
    ran = said(capsys, *words, "--database", "sqlite", "--plan", "--json")
    assert ran.code == 0, ran
    cells = json.loads(ran.out)["cells"]
    axes = {f"--{setting.replace('_', '-')}": setting for setting in ("threads", "runtime_threads", "pool")}
    axes["--server-workers"] = "workers"
    for option, setting in axes.items():
        if option in words and "," in (wanted := words[words.index(option) + 1]):
            assert set(map(int, wanted.split(","))) <= {cell[setting] for cell in cells}
