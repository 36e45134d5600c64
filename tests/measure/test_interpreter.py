import json
import platform
import sys
import sysconfig
from pathlib import Path

import pytest

from harness.measure.interpreter import describe, found_of, in_path
from harness.measure.probe.harness_interpreter import options
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


def test_options_that_debian_records_of_another_build_are_not_taken_for_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schemes = sysconfig.get_scheme_names()
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: "'--enable-shared' '--with-lto'")
    monkeypatch.setattr(sysconfig, "get_scheme_names", lambda: [one for one in schemes if one != "deb_system"])
    assert options() == "--enable-shared --with-lto"
    monkeypatch.setattr(sysconfig, "get_scheme_names", lambda: [*schemes, "deb_system"])
    assert options() == ""


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


def other(folder: Path, name: str, version: str, build: str = "one") -> Path:
    """A program that answers as an interpreter does."""
    said = {"label": f"cpython-{version}", "implementation": "CPython", "version": version.rstrip("t"), "build": build}
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{json.dumps(said | {'compiler': ''})}'\n")
    program.chmod(0o755)
    return program


def test_of_several_interpreters_those_that_cannot_be_used_are_left_out_with_the_reason(tmp_path: Path) -> None:
    good, old = other(tmp_path, "good", "3.12.1"), other(tmp_path, "old", "3.10.4")
    found, notices = found_of([old, Path(sys.executable), tmp_path / "none", good, good])
    assert [one.path for one in found] == [Path(sys.executable), good]
    assert [one.interpreter.label for one in found][1] == "cpython-3.12.1"
    assert [notice.code for notice in notices] == ["interpreter-skipped"] * 3
    assert f"{old} is left out: Python 3.10.4 is too old" in notices[0].seen
    assert "there is no such interpreter" in notices[1].seen
    assert "it is cpython-3.12.1, which is given already" in notices[2].seen


def test_the_only_interpreter_is_refused_and_of_several_all_reasons_are_given(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="there is no such interpreter"):
        found_of([tmp_path / "none"])
    old = other(tmp_path, "old", "3.10.4")
    with pytest.raises(EnvironmentRefused, match=r"(?s)none of these.*no such interpreter.*is too old"):
        found_of([tmp_path / "none", old])


def test_builds_are_told_apart_by_their_labels(tmp_path: Path) -> None:
    builds = [other(tmp_path, "a", "3.13.0"), other(tmp_path, "b", "3.13.0t"), other(tmp_path, "c", "3.13.0", "two")]
    found, notices = found_of(builds)
    assert [one.interpreter.label for one in found] == ["cpython-3.13.0", "cpython-3.13.0t", "cpython-3.13.0-2"]
    assert notices == []


def test_a_name_without_a_slash_is_what_a_shell_would_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = other(tmp_path, "python-of-mine", "3.12.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert in_path(Path("python-of-mine")) == program
    assert in_path(Path("nobody")) == Path("nobody")
    assert in_path(Path("/nowhere/python")) == Path("/nowhere/python")


def test_a_free_threaded_build_says_so_with_its_jit_and_its_build(tmp_path: Path) -> None:
    options = "--disable-gil --enable-experimental-jit=yes-off --enable-optimizations --with-lto=thin"
    said = {"label": "cpython-3.14.0t", "implementation": "CPython", "version": "3.14.0", "build": "", "compiler": ""}
    answer = json.dumps(said | {"options": options, "gil": False})
    found = describe(script(tmp_path / "python3.14t", f"#!/bin/sh\necho '{answer}'\n"))
    assert (found.free_threaded, found.lock) == (True, "off (free-threaded build)")
    assert found.jit == "built in, off unless PYTHON_JIT=1"
    assert found.built == "optimised by profile, link-time optimisation"
    assert found.model_copy(update={"gil": True}).lock == "on, although it is a free-threaded build"


def test_what_an_interpreter_does_not_say_of_its_build_is_not_known(tmp_path: Path) -> None:
    found = describe(other(tmp_path, "python", "3.12.1"))
    assert (found.free_threaded, found.lock, found.jit, found.built) == (False, "on", None, None)


def test_a_version_is_looked_for_in_path_and_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = other(tmp_path, "python3.13t", "3.13.0t")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert in_path(Path("3.13t")) == program
    found, (notice,) = found_of([Path("3.13t"), Path("3.14t")])
    assert [one.interpreter.label for one in found] == ["cpython-3.13.0t"]
    assert notice.seen == "3.14t is left out: there is no such interpreter"
