"""Manifests that are no honest mistake: each is refused by one message of a bounded length, and never waited for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.catalog.claim_files import read_claim
from harness.catalog.fault import MOST_SHOWN
from harness.catalog.scenarios import find_scenarios
from harness.model.errors import UsageError
from tests.catalog.trees import RIGHT_APP, RIGHT_SCENARIO, application, found, scenario

DEEP = 5_000
MANY = 20_000
TOO_DEEP = "its values are nested too deeply"
DIGITS = "for integer string conversion"

HOSTILE = {
    "nul": ('nul = "a\\u0000b"\n', "holds a NUL character"),
    "nul-byte": ("\0", "at line 1, column 1"),
    "long": ('surprise = "' + "x" * 5_000 + '"\n', "surprise: unknown key"),
    "long-key": ("x" * 5_000 + " = 1\n", "unknown key"),
    "lists": ("surprise = " + "[" * DEEP + "]" * DEEP + "\n", TOO_DEEP),
    "tables": (".".join("a" * DEEP) + " = 1\n", TOO_DEEP),
    "giant": ("surprise = " + "9" * 5_000 + "\n", DIGITS),
    "many": ("".join(f"k{number} = 1\n" for number in range(MANY)), "  and 19,95"),
    "too-many": ("".join(f"k{number} = 1\n" for number in range(300_000)), "is larger than 262,144 bytes"),
    "terminal": ('"\\u001b[31m" = 1\n', r"\x1b[31m: unknown key"),
}

Read = Callable[[Path, str], object]


def an_application(folder: Path, text: str) -> object:
    application(folder, text + RIGHT_APP)
    return found(folder)


def a_scenario(folder: Path, text: str) -> object:
    scenario(folder, text + RIGHT_SCENARIO)
    return find_scenarios(folder)


def a_claim(folder: Path, text: str) -> object:
    (folder / "claim.toml").write_text(text)
    return read_claim(folder / "claim.toml")


@pytest.mark.parametrize("read", [an_application, a_scenario, a_claim])
@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_with_the_reason_in_a_message_of_a_screen(
    read: Read, text: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refusal:
        read(tmp_path, text)
    assert reason in str(refusal.value)
    assert len(str(refusal.value)) < (MOST_SHOWN + 10) * 300
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.mkdir(), "is a folder, not a file"),
        (os.mkfifo, "is a named pipe, not a file"),
        (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
        (lambda path: path.symlink_to("nowhere"), "is a link to nothing"),
    ],
)
def test_what_is_no_file_in_the_place_of_one_is_told(make: Callable[[Path], None], kind: str, tmp_path: Path) -> None:
    for folder in (application(tmp_path / "apps"), scenario(tmp_path / "scenarios", check="")):
        for name in ("app.toml", "scenario.toml", "check.py"):
            if (folder / name).exists():
                (folder / name).unlink()
                make(folder / name)
    make(tmp_path / "claim.toml")
    with pytest.raises(UsageError, match=rf"shop/app\.toml: {kind}"):
        found(tmp_path / "apps")
    with pytest.raises(UsageError, match=rf"(?s)hello/scenario\.toml: {kind}.*hello/check\.py: {kind}"):
        find_scenarios(tmp_path / "scenarios")
    with pytest.raises(UsageError, match=rf"claim\.toml: {kind}"):
        read_claim(tmp_path / "claim.toml")
    folder = application(tmp_path / "others")
    (folder / "requirements.in").unlink()
    make(folder / "requirements.in")
    with pytest.raises(UsageError, match=rf'requirements: "requirements\.in" {kind}'):
        found(tmp_path / "others")


def test_requirements_that_are_not_text_are_told(tmp_path: Path) -> None:
    (application(tmp_path) / "requirements.in").write_bytes(b"starlette \xff")
    with pytest.raises(UsageError, match=r'requirements: "requirements\.in" is not text in UTF-8: byte 10 is 0xff'):
        found(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read everything")
def test_a_manifest_without_permission_is_told(tmp_path: Path) -> None:
    (application(tmp_path) / "app.toml").chmod(0)
    with pytest.raises(UsageError, match=r"app\.toml: cannot be read: Permission denied"):
        found(tmp_path)


def test_all_faults_of_a_hostile_manifest_are_told_at_once(tmp_path: Path) -> None:
    long = "x" * 5_000
    manifest = RIGHT_APP.replace('"A shop"', f'"{long}"').replace('["json"]', f'["{long}"]')
    application(tmp_path, f'root = "{long}"\nrequirements = "a\\u0000b"\ncore = nan\n' + manifest)
    with pytest.raises(UsageError) as refusal:
        found(tmp_path)
    lines = [line for line in str(refusal.value).splitlines() if "app.toml: " in line]
    assert {line.split(": ")[1] for line in lines} == {
        "root",
        "requirements",
        "core",
        "title",
        "scenarios",
        "scenarios.0",
    }
    assert max(map(len, lines)) < 500


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_figure_of_a_claim_is_a_number_with_an_end(number: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"published\.0\.rps\.json\.a: Input should be"):
        a_claim(tmp_path, f'published = [{{ label = "x", rps = {{ json = {{ a = {number} }} }} }}]\n')
