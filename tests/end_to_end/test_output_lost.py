"""A campaign whose output nobody reads, or whose report has no place, is finished all the same; secrets stay secret."""

import os
import subprocess
from pathlib import Path

from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place, environment
from tests.end_to_end.forks import COMMAND

SHORT = ("--scenario", "json", "--quick", "--rotations", "300ms", "--seed", "5", "--latency", "none")

PRINTER = """
id = "printer"
title = "Printer"
servers = ["own"]
scenarios = ["db"]
language = "other"
[own]
argv = ["python3", "{program}", "{{port}}"]
"""

PROGRAM = """
import os, sys

print(dict(os.environ))
print("no", os.environ["DATABASE_URL"])
sys.exit(3)
"""


def shop_alone(place: Place) -> tuple[str, ...]:
    return (*given(shop(place.folder, "shop")), "--only", "shop", *SHORT)


def run_into_closed_pipes(place: Place) -> int:
    """The exit code of a campaign of which neither standard output nor standard error has a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [str(COMMAND), "run", *place.folders(), *shop_alone(place)]
    ended = subprocess.run(
        command,
        cwd=place.folder,
        env=environment(),
        stdout=writer,
        stderr=writer,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    os.close(writer)
    return ended.returncode


def test_a_campaign_without_a_reader_is_finished_and_reported_and_its_exit_code_is_its_own(place: Place) -> None:
    code = run_into_closed_pipes(place)
    record = place.campaign.read_record()
    assert record.state == "finished"
    assert len(record.completed_blocks) == 1
    assert place.ranking["state"] == "finished"
    assert code == (0 if place.ranking["scenarios"]["json"] else 3)
    assert place.page.is_file()


def test_a_report_that_has_no_place_at_the_end_loses_nothing_and_says_how_to_write_it(
    short: tuple[Place, Ended],
) -> None:
    place, ended = short
    assert ended.code in (5, 3), ended  # 3 where the machine was too busy for its gates
    assert "the report cannot be written" in ended.err
    assert "Nothing measured is lost; write the report again with: harness report" in ended.err
    assert "json at " in ended.out, "the ranking is shown all the same"
    assert place.campaign.read_record().state == "finished"
    again = place.run("report", place.results / "latest", "--out", place.folder / "again")
    assert again.code == 0, again
    assert (place.folder / "again" / "index.html").is_file()


def test_the_password_of_the_database_is_on_no_page_record_log_or_terminal_when_a_program_prints_it(
    place: Place,
) -> None:
    home = place.folder / "printer"
    home.mkdir()
    (home / "dies.py").write_text(PROGRAM)
    (home / "app.toml").write_text(PRINTER.format(program=home / "dies.py"))
    ended = place.measure(
        *given(home), "--only", "printer", "--scenario", "db", "--quick", "--rotations", "300ms", "--database",
        "postgresql", "--latency", "none",
    )  # fmt: skip
    assert ended.code == 3, ended
    assert "Nothing was ranked: " in ended.err
    record = place.campaign.read_record()
    (failure, *_) = [one for one in record.failures if one.cell.startswith("printer")]
    assert "***@" in failure.log_tail
    told = "".join(
        path.read_text(errors="replace")
        for folder in (place.results, place.page.parent)
        for path in Path(folder).rglob("*")
        if path.is_file()
    )
    assert "postgresql://" in told
    for text in (told, ended.out, ended.err):
        for part in text.split("postgresql://")[1:]:
            user_and_password, at, _ = part.partition("@")
            assert not at or set(user_and_password.partition(":")[2]) <= {"*"}, part[:80]
