"""What a command loads: charts and statistics take over a second, and are loaded by commands that need them."""

import os
import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "scipy.stats", "scipy.optimize", "numpy", "locust", "gevent")
THREADS = "OPENBLAS_NUM_THREADS"


def at_the_end(shown: str, *arguments: str, **variables: str) -> str:
    """What an expression is when a command ends."""
    code = (
        "import atexit, sys, psutil\n"
        f"atexit.register(lambda: print({shown}, file=sys.stderr))\n"
        "from harness.cli.main import main\n"
        "main()\n"
    )
    env = {name: value for name, value in os.environ.items() if name != THREADS} | variables
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=env)
    return ran.stderr.splitlines()[-1]


def loaded_by(*arguments: str) -> set[str]:
    """Which of HEAVY a command has loaded when it ends."""
    return set(at_the_end(f"*(name for name in {HEAVY} if name in sys.modules)", *arguments).split())


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


def test_statistics_start_no_threads_unless_the_user_asks_for_them() -> None:
    """They would spin on the cores of the servers."""
    assert at_the_end("psutil.Process().num_threads()", "export", "results/sample") == "1"
    assert at_the_end(f"__import__('os').environ['{THREADS}']", "export", "results/sample", **{THREADS: "2"}) == "2"
