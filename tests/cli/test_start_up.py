"""What a command loads: charts and statistics take over a second, and are loaded by commands that need them."""

import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "scipy.stats", "scipy.optimize", "numpy", "locust", "gevent")


def loaded_by(*arguments: str) -> set[str]:
    """Which of HEAVY a command has loaded when it ends."""
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr))\n"
        "from harness.cli.main import main\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list"], ["run", "--plan"], ["run", "--only", "nobody"], ["verify", "--only", "nobody"]],
    ids=" ".join,
)
def test_what_measures_nothing_loads_no_statistics_no_charts_and_no_load_driver(arguments: list[str]) -> None:
    assert loaded_by(*arguments) == set()


@pytest.mark.parametrize("command", ["export", "claim"])
def test_figures_alone_are_told_without_loading_charts(command: str) -> None:
    assert loaded_by(command, "results/sample") == {"numpy"}
