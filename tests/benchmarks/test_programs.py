"""Every program has one form."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PROGRAMS = sorted(BENCHMARKS.glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_says_what_it_does_and_how_long_it_takes(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(program), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(program), run_name="__main__")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "--quick" in said
    assert "minute" in said


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_python_without_harness_is_told_how_to_get_it(program: Path) -> None:
    bare = subprocess.run([sys.executable, "-S", str(program), "--quick"], capture_output=True, text=True, check=False)
    assert bare.returncode == 1
    assert "make setup" in bare.stderr
    assert "Traceback" not in bare.stderr


def test_a_program_ends_with_one_line_a_figure() -> None:
    command = [sys.executable, str(BENCHMARKS / "report.py"), "--quick", "--blocks=1", "--runs=1", "--smaller=16"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines[:2]] == [["figure", "report_trials"], ["figure", "report_s"]]
    assert all(len(line) == 5 and float(line[3]) <= float(line[2]) <= float(line[4]) for line in lines)
