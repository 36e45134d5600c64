from pathlib import Path

from harness.process.folders import HELD
from harness.under_test.services import provision
from tests.under_test.databases import rows


def test_readers_and_the_writer_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with provision("sqlite", tmp_path, max_connections=1) as live:
        assert rows(live.url, "PRAGMA journal_mode") == [("wal",)]
        assert live.facts.settings["journal_mode"] == "wal"


def test_the_url_is_understood_by_sqlalchemys_rule_and_by_plain_url_parsing(tmp_path: Path) -> None:
    with provision("sqlite", tmp_path, max_connections=1) as live:
        for prefix in ("sqlite:///", "sqlite://"):
            assert Path(live.url.removeprefix(prefix)).is_file()
            assert Path(live.url.removeprefix(prefix)).is_absolute()


def test_nothing_is_left_in_the_working_folder(tmp_path: Path) -> None:
    with provision("sqlite", tmp_path, max_connections=1) as live:
        live.namespace("another")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_files_of_a_killed_harness_are_removed_by_the_next_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    abandoned = tmp_path / "sqlite-abandoned"
    abandoned.mkdir()
    (abandoned / "0.sqlite3").write_bytes(b"old")
    (abandoned / HELD).touch()
    with provision("sqlite", tmp_path, max_connections=1) as one, provision("sqlite", tmp_path, max_connections=1):
        assert not abandoned.exists()
        assert rows(one.url, "SELECT count(*) FROM world") == [(10_000,)]
