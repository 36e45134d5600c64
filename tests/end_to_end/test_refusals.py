"""Going on is refused where something has changed; faults of a manifest and of the command line are told together.

Most of it is asked within this process, where a fault of the harness would be an exception: starting costs seconds.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.said import said
from tests.end_to_end.applications import given
from tests.end_to_end.command import Ended, Place

FIVE_FAULTS = """
id = "Shop"
titel = "A shop"
servers = ["uvikorn"]
scenarios = ["json"]
tier = "fastest"
root = "../elsewhere"
targets.asgi = "app:app"
"""


@pytest.fixture
def measured(short: tuple[Place, Ended], tmp_path: Path) -> tuple[Path, Path]:
    """A campaign's folder, and a copy of its application that may be changed."""
    there, _ = short
    mine = tmp_path / "shop"
    shutil.copytree(there.folder / "shop", mine)
    return (there.results / "latest").resolve(), mine


def change_lock(folder: Path) -> None:
    (folder / "requirements.txt").write_text("# another lock\n")


def change_manifest(folder: Path) -> None:
    manifest = folder / "app.toml"
    manifest.write_text('tier = "idiomatic"\n' + manifest.read_text())


@pytest.mark.parametrize(
    ("change", "options", "named"),
    [
        (None, ("--seed", "6"), "plan.seed: 5 then, 6 now"),
        (None, ("--rotations", "2s"), "plan.shape.rotations_s: 0.3 then, 2.0 now"),
        (None, ("--scenario", "plaintext"), "plan.scenarios.plaintext: none then, present now"),
        (change_lock, (), "locks.shop: e3b0c44298fc"),
        (change_manifest, (), "applications.shop.tier: controlled then, idiomatic now"),
    ],
)
def test_going_on_is_refused_with_the_field_that_differs(
    change: Callable[[Path], None] | None,
    options: tuple[str, ...],
    named: str,
    measured: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    results, mine = measured
    if change:
        change(mine)
    before = {path: path.read_bytes() for path in results.rglob("*.json*")}
    refused = said(capsys, "run", "--resume", results, *given(mine), *options)
    assert (refused.code, refused.out) == (2, ""), refused
    assert "this campaign cannot be resumed" in refused.err
    assert f"  {named}" in refused.err
    assert {path: path.read_bytes() for path in results.rglob("*.json*")} == before


def test_going_on_under_another_interpreter_is_refused(
    measured: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, mine = measured
    version = sys.version.split()[0]
    other = tmp_path / "python3"
    other.write_text(f'#!/bin/sh\n"{sys.executable}" "$@" | sed "s/{version}/3.99.0/g"\n')
    other.chmod(0o755)
    refused = said(capsys, "run", "--resume", results, *given(mine), "--python", other)
    assert (refused.code, refused.out) == (2, ""), refused
    assert f"  interpreter.version: {version} then, 3.99.0 now" in refused.err


def test_going_on_without_the_folder_of_an_application_outside_says_what_to_give(
    measured: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = said(capsys, "run", "--resume", measured[0])
    assert refused.code == 2, refused
    assert "the campaign measured shop, of which nothing is found now" in refused.err
    assert "--app DIR" in refused.err


def test_five_faults_of_one_manifest_are_told_at_once(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.toml").write_text(FIVE_FAULTS)
    (folder / "requirements.in").touch()
    for refused in (place.run("verify", "--app", folder), said(capsys, "run", "--app", folder)):
        assert (refused.code, refused.out) == (2, ""), refused
        for fault in (
            "id: String should match pattern",
            'titel: unknown key; did you mean "title"?',
            'servers: no server is called "uvikorn"; did you mean "uvicorn"?',
            "tier: Input should be 'controlled', 'idiomatic', 'floor' or 'reference'",
            "root: '../elsewhere' leaves the application's folder",
        ):
            assert f"shop/app.toml: {fault}" in refused.err
        assert "docs/adding-an-application.md" in refused.err


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("verify", "--python", "/nowhere/python3"), 5, "/nowhere/python3: there is no such interpreter"),
        (("run", "--only", "fastpi"), 2, 'Did you mean "fastapi"?'),
    ],
)
def test_the_command_itself_ends_with_the_documented_code(
    arguments: tuple[str, ...], code: int, what: str, place: Place
) -> None:
    refused = place.run(*arguments)
    assert (refused.code, refused.out) == (code, ""), refused
    assert what in refused.err
