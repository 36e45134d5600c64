"""What a program was given in secret does not stay in its log."""

import sys
from pathlib import Path

from harness.process.logs import hide_secrets
from harness.process.owned import OwnedProcess

TELL = "import os; print(dict(os.environ)); print('no', os.environ['DATABASE_URL'], flush=True)"
URL = "postgresql://me:pa55word@127.0.0.1/db"


def test_neither_the_tail_nor_the_log_of_a_program_that_has_ended_holds_its_password(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {"DATABASE_URL": URL, "PLAIN": "pa55word"}
    with OwnedProcess([sys.executable, "-c", TELL], name="printer", log=log, env=environment) as process:
        assert process.wait(30.0) == 0
        assert process.log_tail().endswith("no postgresql://me:***@127.0.0.1/db")
        assert "pa55word" not in process.log_tail()
        before = log.stat().st_size
    text = log.read_text()
    assert "pa55word" not in text
    assert text.count("********") == 3
    assert log.stat().st_size == before


def test_a_log_without_a_secret_an_empty_one_and_none_stay_as_they_are(tmp_path: Path) -> None:
    plain, empty = tmp_path / "plain", tmp_path / "empty"
    plain.write_text("all is well at http://127.0.0.1:80/\n")
    empty.touch()
    for log in (plain, empty, tmp_path / "none"):
        hide_secrets(log, ["secret"])
    assert plain.read_text() == "all is well at http://127.0.0.1:80/\n"
    assert empty.read_bytes() == b""
    assert not (tmp_path / "none").exists()
