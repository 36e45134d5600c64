"""What distributions require, read from an environment's folder without running anything of it."""

from pathlib import Path

from harness.under_test.install.metadata import requirements_of


def environment(tmp_path: Path, **distributions: list[str]) -> Path:
    """The python of an environment with these distributions, each with its lines of Requires-Dist."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name, lines in distributions.items():
        folder = packages / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        required = "".join(f"Requires-Dist: {line}\n" for line in lines)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{required}")
    return tmp_path / "bin" / "python"


def test_what_is_named_and_what_that_requires_is_read_by_normalised_names(tmp_path: Path) -> None:
    python = environment(tmp_path, fast=["Star_Lette>=1", "typing.extensions"], star_lette=["anyio"], anyio=["idna"])
    assert requirements_of(python, ["Fast"]) == {"fast": ("star-lette", "typing-extensions"), "star-lette": ("anyio",)}


def test_extras_other_platforms_and_lines_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    lines = ["uvicorn; extra == 'standard'", "pywin32; sys_platform == 'win32'", "a b c", "h11; python_version > '3'"]
    assert requirements_of(environment(tmp_path, fast=lines), ["fast"]) == {"fast": ("h11",)}


def test_what_is_not_installed_and_an_environment_that_is_not_there_have_none(tmp_path: Path) -> None:
    assert requirements_of(environment(tmp_path, fast=[]), ["fast", "slow"]) == {"fast": ()}
    assert requirements_of(tmp_path / "nowhere" / "bin" / "python", ["fast"]) == {}
