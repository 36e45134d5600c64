import platform
import sys
from pathlib import Path

import pytest

from harness.measure.interpreter import describe
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused, ExitCode


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_this_interpreter_describes_itself() -> None:
    interpreter = describe(Path(sys.executable))
    assert interpreter.version == platform.python_version()
    assert interpreter.implementation == platform.python_implementation()
    assert interpreter.gil is getattr(sys, "_is_gil_enabled", lambda: True)()
    assert Cell(app="a", server="s", workers=1, database="none", interpreter=interpreter.label)


def test_a_description_holds_no_path_of_the_machine() -> None:
    assert "/" not in describe(Path(sys.executable)).options


def test_the_users_settings_do_not_reach_the_probe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert describe(Path(sys.executable)).version


def test_an_interpreter_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="no such interpreter") as refused:
        describe(tmp_path / "python")
    assert refused.value.where == str(tmp_path / "python")
    assert "3.11" in refused.value.mend
    assert refused.value.exit_code is ExitCode.ENVIRONMENT


def test_an_interpreter_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = describe(Path(sys.executable)).model_copy(update={"version": "3.10.13"}).model_dump_json()
    with pytest.raises(EnvironmentRefused, match=r"3\.10\.13 is too old"):
        describe(script(tmp_path / "python", f"#!/bin/sh\necho '{old}'\n"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#!/bin/sh\necho hello\n", "does not answer as Python does"),
        ("#!/bin/sh\necho broken >&2\nexit 3\n", "does not work: broken"),
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
    ],
)
def test_a_program_that_is_no_interpreter_is_refused(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match=why):
        describe(script(tmp_path / "python", text))


def test_a_file_that_may_not_be_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "python").touch()
    with pytest.raises(EnvironmentRefused, match="cannot be run"):
        describe(tmp_path / "python")


def test_an_interpreter_that_hangs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.measure.interpreter.ANSWER_S", 0.2)
    with pytest.raises(EnvironmentRefused, match="no answer"):
        describe(script(tmp_path / "python", "#!/bin/sh\nexec sleep 30\n"))
