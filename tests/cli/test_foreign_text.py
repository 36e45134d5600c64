"""Whatever others wrote, nothing of it steers the terminal."""

import json
import re
from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from harness.cli.console import output, print_error, print_notice
from harness.cli.show.progress import Bar
from harness.cli.show.tables import table
from harness.model.foreign import HIDDEN, clean, redacted, secrets_in
from harness.model.notice import Failure, Notice
from tests.catalog.trees import RIGHT_APP
from tests.cli.conftest import GREETING
from tests.cli.said import Said, said
from tests.report.campaigns import campaign, later, saved

EVIL = "a\x1b[31mb\x1b]0;title\x07c\x00d\x9be\u202ef\u2066g\u200eh\u200fi\x7fj"
STEERING = re.compile(r"[^\n\t\x20-\x7e\xa0-\uffff]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def assert_harmless(told: Said) -> None:
    """No control of a terminal is in it, and the text around what was replaced is."""
    for text in (told.out, told.err):
        assert not STEERING.search(text.replace("\r\n", "\n")), ascii(text[:300])  # as RFC 4180 has it
    # Replaced, or written out where it is quoted; Markdown escapes the bracket.
    assert re.search(r"a(\ufffd|\\x1b)\\?\[31mb", told.out + told.err)


def evil_in_toml(text: str) -> str:
    return json.dumps(text)  # every escape of JSON is one of TOML


@pytest.mark.parametrize("show", ["error", "notice", "table", "failure", "step"])
def test_every_way_out_is_safe(show: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    {
        "error": lambda: print_error(EVIL),
        "notice": lambda: print_notice(Notice(code="evil", seen=EVIL, mend=EVIL)),
        "table": lambda: output.print(table((EVIL,), [(EVIL,)], title=EVIL)),
        "failure": lambda: Bar().failed(Failure(cell="x", phase="start", reason=EVIL, log_tail=EVIL)),
        "step": lambda: Bar().step(EVIL),
    }[show]()
    assert_harmless(Said(0, *capsys.readouterr()))


def test_a_hostile_scenario_is_listed_and_planned_without_harm(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = EVIL.replace("\x00", "")  # which a manifest may not hold at all
    greeting = GREETING.replace('"JSON"', evil_in_toml(evil)).replace('"A greeting."', evil_in_toml(evil))
    (project.scenarios / "json" / "scenario.toml").write_text(greeting)
    assert_harmless(said(capsys, "list"))
    assert_harmless(said(capsys, "run", "--plan", "--only", "shop", "--reference", "shop"))
    told = said(capsys, "list", "--json")
    assert not STEERING.search(told.out)
    assert json.loads(told.out)["scenarios"][0]["about"] == evil, "JSON escapes it and loses nothing"


@pytest.mark.parametrize("command", ["list", "verify", "run", "lock", "clean"])
def test_an_unknown_key_of_a_manifest_is_told_without_harm(
    project: Project, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (project.apps / "shop" / "app.toml").write_text(f"{evil_in_toml(EVIL)} = 1\n" + RIGHT_APP)
    told = said(capsys, command)
    assert told.code == 2
    assert_harmless(told)


def test_paths_are_told_without_harm(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("report", "export", "claim"):
        told = said(capsys, command, EVIL.replace("\x00", ""))
        assert told.code == 2
        assert not STEERING.search(told.err)


def test_a_hostile_campaign_is_exported_and_compared_without_harm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, trials = campaign()
    evil = {app: manifest.model_copy(update={"title": EVIL}) for app, manifest in record.applications.items()}
    then = saved(tmp_path / "then", record.model_copy(update={"applications": evil, "commit": EVIL}), trials)
    now = saved(tmp_path / "now", later().record, later().trials)
    for form in ("csv", "markdown"):
        assert_harmless(said(capsys, "export", then, "--format", form))
    assert_harmless(said(capsys, "compare", then, now))
    told = said(capsys, "claim", then)
    assert not STEERING.search(told.out + told.err)


def test_passwords_are_hidden_and_the_words_around_them_stay() -> None:
    url = "postgresql://me:s3cr%2Ft@127.0.0.1:5432/db"
    secrets = secrets_in({"DATABASE_URL": url, "API_TOKEN": "abcd1234", "LANG": "C.UTF-8"})
    assert secrets == {"s3cr%2Ft", "s3cr/t", "abcd1234"}
    assert redacted(f"cannot connect to {url}!") == f"cannot connect to postgresql://me:{HIDDEN}@127.0.0.1:5432/db!"
    assert redacted("password 's3cr/t', token=abcd1234; abcd12345", secrets) == (
        f"password '{HIDDEN}', token={HIDDEN}; abcd12345"
    )
    assert redacted("http://127.0.0.1:8000/me and you@home") == "http://127.0.0.1:8000/me and you@home"


def test_a_failure_and_a_message_hold_no_password_of_a_url() -> None:
    failure = Failure(cell="x", phase="start", reason="at mysql://u:pw@h/d", log_tail="at mysql://u:pw@h/d")
    assert failure.reason == failure.log_tail == f"at mysql://u:{HIDDEN}@h/d"


def test_line_breaks_and_letters_of_any_language_stay() -> None:
    assert clean("日本語 é\n\tمرح") == "日本語 é\n\tمرح"
