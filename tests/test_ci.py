"""The workflow files of docs/ci: right as far as can be seen without the services that run them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.analysis.compare.gate import parse_fail_on
from harness.cli.quantities import duration
from tests.test_docs import commands, options_of

CI = Path(__file__).parents[1] / "docs" / "ci"
ACTION, COMMENT = CI / "action" / "action.yml", CI / "github-comment.yml"
GITHUB, GITLAB = CI / "github-workflow.yml", CI / "gitlab-ci.yml"
FILES = sorted(CI.rglob("*.yml"))


@pytest.fixture
def jq() -> None:
    """The program that the script reads JSON with, as GitHub's machines have it."""
    if shutil.which("jq") is None:
        missing = "jq is not installed; on Debian: apt-get install jq"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


HOSTILE = "x'; touch stolen; $(touch stolen) `touch stolen` --json"


def plain(path: Path) -> str:
    """Without comments."""
    return "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))


def scripts(path: Path) -> list[str]:
    """The blocks of shell in it."""
    found = re.findall(r"^( *)(?:- |run: )\|\n((?:\1 .*\n|\n)+)", path.read_text(), re.MULTILINE)
    return [dedent(block) for _, block in found]


def one_line(text: str) -> str:
    return re.sub(r"\\\n\s*", " ", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_yaml(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    due = {ACTION: {"inputs", "runs"}, GITLAB: {"performance"}}.get(path, {"name", "permissions", "jobs"})
    assert due <= found.keys()


@pytest.mark.parametrize("path", [ACTION, GITLAB], ids=lambda path: path.name)
def test_it_names_no_option_that_the_command_does_not_have(path: Path) -> None:
    (line,) = re.findall(r"harness\"? diff .*", one_line(path.read_text()))
    options = set(re.findall(r"(?<= )--[a-z][a-z0-9-]*", line))
    assert {"--app", "--a", "--b", "--fail-on", "--budget", "--junit", "--markdown", "--comment"} <= options
    assert options <= options_of(commands()["diff"])


@pytest.mark.parametrize("path", [ACTION, GITHUB, GITLAB], ids=lambda path: path.name)
def test_its_thresholds_and_budgets_are_understood(path: Path) -> None:
    thresholds = re.findall(r"throughput:\S+", path.read_text())
    assert thresholds
    assert all(parse_fail_on(one).thresholds for one in thresholds)
    budgets = re.findall(r"(?:budget|BUDGET): (\d\S+)", path.read_text()) or re.findall(
        r"default: (\d+m)", path.read_text()
    )
    assert all(map(duration, budgets))
    assert budgets


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_text_of_others_becomes_part_of_a_script(path: Path) -> None:
    assert scripts(path) or path == GITHUB
    assert all("${{" not in script for script in scripts(path))
    assert not re.search(r"run: [^|\n]*\$\{\{", path.read_text())


def test_what_runs_the_code_of_strangers_only_reads_and_knows_no_secret() -> None:
    text = plain(GITHUB)
    assert re.search(r"^permissions:\n  contents: read\n\S", text, re.MULTILINE), "and nothing else"
    assert text.count("permissions:") == 1
    assert "persist-credentials: false" in text
    for path in (GITHUB, ACTION, GITLAB):
        assert not re.search(r"pull_request_target|secrets|github\.token|GITHUB_TOKEN|: write", plain(path)), path


def test_what_may_write_runs_nothing_of_the_pull_request() -> None:
    text = plain(COMMENT)
    assert "workflow_run:" in text
    assert not re.search(r"checkout|pull_request_target|setup-|cache|secrets", text)
    assert re.findall(r"uses: (\S+)", text) == ["actions/download-artifact@v4"]
    assert sorted(re.findall(r"^  (\S+: \S+)$", re.findall(r"permissions:\n((?:  .*\n)+)", text)[0], re.MULTILINE)) == [
        "actions: read",
        "pull-requests: write",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_its_scripts_are_right_for_the_shell(path: Path) -> None:
    for script in scripts(path):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def ran(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), **environment}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("code", [0, 4])
def test_the_action_hands_on_what_it_is_given_word_by_word_and_ends_as_the_harness_does(
    tmp_path: Path, code: int
) -> None:
    (script,) = scripts(ACTION)
    program(
        tmp_path / "harness" / ".venv" / "bin" / "harness",
        f'#!/bin/sh\nprintf "%s\\n" "$@" > said\necho summary > "$OUT/summary.md"\nexit {code}\n',
    )
    given = {"APPLICATION": HOSTILE, "FOLDER": "ser vice", "BASE": HOSTILE, "JUDGED": "HEAD"}
    rest = {"THRESHOLDS": "cpu:+3%", "BUDGET": "6m", "OUT": "out"}
    action = tmp_path / "harness" / "docs" / "ci" / "action"
    action.mkdir(parents=True)
    ended = ran(
        script, tmp_path, GITHUB_ACTION_PATH=str(action), GITHUB_STEP_SUMMARY=str(tmp_path / "step"), **given, **rest
    )
    assert ended.returncode == code, ended.stderr
    words = (tmp_path / "said").read_text().splitlines()
    assert words[:3] == ["diff", "--app", "ser vice"]
    assert f"--a={HOSTILE}" in words
    assert words[-2:] == ["--", HOSTILE]
    assert (tmp_path / "step").read_text() == "summary\n"
    assert not (tmp_path / "stolen").exists()


GH = """#!/bin/sh
case "$*" in
  *"GET repos/o/r/pulls"*) echo '[{"number": 7, "head": {"sha": "abc"}}, {"number": 8, "head": {"sha": "def"}}]' ;;
  *PATCH*|*POST*) printf '%s\\n' "$*" > asked; cat > posted ;;
  *issues/7/comments*) printf '[{"id": 5, "user": {"login": "eve"}, "body": "<!-- harness-gate:gate -->"}%s]' "$MINE" ;;
esac
"""
EVIL = "<!-- harness-gate:gate -->\n**fired**\n```\n@everyone <img src=x>\x1b[31m\u202e\n```\n" + "x" * 50_000


def posted(folder: Path, text: str, *, mine: str = "", commit: str = "abc") -> tuple[str, str] | None:
    """What was asked of GitHub, and the body of the comment; None where nothing was posted."""
    (script,) = scripts(COMMENT)
    program(folder / "bin" / "gh", GH)
    (folder / "untrusted").mkdir()
    (folder / "untrusted" / "comment.md").write_text(text)
    ended = ran(script, folder, REPOSITORY="o/r", OWNER="eve", BRANCH=HOSTILE, COMMIT=commit, MINE=mine)
    assert ended.returncode == 0, ended.stderr
    assert not (folder / "stolen").exists()
    if not (folder / "asked").exists():
        return None
    return (folder / "asked").read_text(), json.loads((folder / "posted").read_text())["body"]


@pytest.mark.usefixtures("jq")
def test_the_text_of_strangers_is_shown_in_a_block_that_it_cannot_end(tmp_path: Path) -> None:
    found = posted(tmp_path, EVIL)
    assert found is not None
    asked, body = found
    assert "POST repos/o/r/issues/7/comments" in asked, "the comment of another person is left alone"
    lines = body.splitlines()
    assert lines[:2] == ["<!-- harness-gate:gate -->", "```text"]
    assert (lines[-1], body.count("`"), body.count("<!--")) == ("```", 6, 1)
    assert body.isascii()
    assert "\x1b" not in body
    assert len(body) < 20_200


@pytest.mark.usefixtures("jq")
def test_its_own_comment_is_replaced(tmp_path: Path) -> None:
    own = ', {"id": 9, "user": {"login": "github-actions[bot]"}, "body": "<!-- harness-gate:gate -->\\nold"}'
    found = posted(tmp_path, "new", mine=own)
    assert found is not None
    assert "PATCH repos/o/r/issues/comments/9" in found[0]
    assert "new" in found[1]


@pytest.mark.usefixtures("jq")
def test_without_an_open_pull_request_of_the_commit_nothing_is_posted(tmp_path: Path) -> None:
    assert posted(tmp_path, "new", commit="elsewhere") is None
