"""The documentation of the commands is tested: what there is, is in it, and nothing in it is gone."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import program
from harness.model.errors import ExitCode

ROOT = Path(__file__).parents[1]
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SHARED = {
    "## Which applications, servers and scenarios": (
        *("list", "verify", "run", "lock", "outdated", "upgraded", "capabilities"),
    ),
    "## What applications run on (`run`, `verify`)": ("run", "verify"),
    "## A service without a manifest (`run`, `diff`, `tune`)": ("run", "diff", "tune"),
}
"""Sections whose tables hold options of these commands. One that is headed by a command holds that command's; other
tables name the command before each option."""

NEEDS_NO_WORDS = {"--help"}


def commands() -> dict[str, Any]:
    """Each command as typer has made it."""
    return dict(program().commands)


def options_of(command: Any) -> set[str]:
    """The long names: a short one is a convenience."""
    found = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    return found - NEEDS_NO_WORDS


def sections() -> Iterator[tuple[str, str]]:
    """Each heading of the second level, and the text below it."""
    for part in COMMANDS.split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        yield f"## {heading}", text


def about(heading: str) -> tuple[str, ...]:
    """The commands that a section's options belong to."""
    headed = re.match(r"## `harness (\w+)", heading)
    return (headed[1],) if headed else SHARED.get(heading, ())


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| (.+?) \|", text, re.MULTILINE)


def documented() -> dict[str, set[str]]:
    """The options that docs/commands.md explains for each command."""
    found: dict[str, set[str]] = {name: set() for name in commands()}
    for heading, text in sections():
        for cell in first_cells(text):
            for code in re.findall(r"`([^`]+)`", cell):
                named = re.match(r"harness (\w+)", code)
                options = set(re.findall(r"--[a-z0-9-]+", code))
                for command in [named[1]] if named else about(heading):
                    found[command] |= options
    return found


def test_every_command_is_in_the_table_of_commands_and_no_other() -> None:
    assert set(re.findall(r"^\| `harness (\w+)", COMMANDS.split("\n## ")[0], re.MULTILINE)) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_of_a_command_is_explained(name: str) -> None:
    assert options_of(commands()[name]) - documented()[name] - as_above(name) == set()


def as_above(name: str) -> set[str]:
    """Options that a row of the command refers to: "`--app` and `--python` as above"."""
    rows = [line for line in COMMANDS.splitlines() if f"`harness {name} " in line and "as above" in line]
    return {option for row in rows for option in re.findall(r"`(--[a-z-]+)`", row.split("|")[2])}


def test_no_option_is_explained_that_is_gone() -> None:
    known = {name: options_of(command) for name, command in commands().items()}
    for heading, text in sections():
        anywhere = set().union(*(known[name] for name in about(heading) or known))
        for code in (code for cell in first_cells(text) for code in re.findall(r"`([^`]+)`", cell)):
            named = re.match(r"harness (\w+)", code)
            assert set(re.findall(r"--[a-z0-9-]+", code)) <= (known[named[1]] if named else anywhere), code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_in_the_documentation_can_be_given(page: Path) -> None:
    for line in re.findall(r"harness [a-z]+(?: [^`\n#|]*)?", page.read_text()):
        name = line.split()[1]
        if name in commands():
            assert set(re.findall(r"(?<= )--[a-z0-9-]+", line)) <= options_of(commands()[name]) | NEEDS_NO_WORDS, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_named_in_the_documentation_exists_somewhere(page: Path) -> None:
    known = set().union(*map(options_of, commands().values())) | NEEDS_NO_WORDS
    named = set(re.findall(r"`(--[a-z0-9-]+)", page.read_text()))
    of_others = {"--blocking-threads", "--no-control-socket", "--require-hashes"}
    assert named - known - of_others == set()


def test_every_exit_code_is_explained_and_no_other() -> None:
    text = dict(sections())["## Exit codes"]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == {int(code) for code in ExitCode}


def test_the_defaults_told_are_those_of_the_program() -> None:
    from harness.campaign.plan.options import DEFAULT_BUDGET_S, QUICK_SHAPE
    from harness.model.measured.campaign import SliceShape

    shape = SliceShape()
    assert f"(default `{DEFAULT_BUDGET_S / 60:.0f}m`;" in COMMANDS
    told = f"`{shape.length_s * 1000:.0f}ms`, `{shape.burn_in_s * 1000:.0f}ms`, `{shape.rotations_s:.0f}s`"
    assert told in COMMANDS
    assert f"(default `{shape.warm_up_s * 1000:.0f}ms`)" in COMMANDS
    assert f"(default `{shape.continuous_s:.0f}s`; `none`" in COMMANDS
    assert f"one block of {QUICK_SHAPE.rotations_s:.0f} s per scenario" in COMMANDS


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_make_alone_lists_every_target() -> None:
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^ *make ([a-z-]+)", told, re.MULTILINE)) == targets()


def test_every_target_says_that_it_is_no_file() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_make_target_is_named_that_is_gone(page: Path) -> None:
    named = re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert set(named) <= targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / link).exists(), f"{page.name} links to {link}"
