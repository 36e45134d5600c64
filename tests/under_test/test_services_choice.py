from pathlib import Path

import pytest

from harness.model.errors import EnvironmentRefused, UsageError
from harness.under_test.services import provision
from harness.under_test.services.choice import choose_database, postgresql_trials
from harness.under_test.services.postgresql_programs import Programs

NOWHERE = "postgresql://me:sesame@127.0.0.1:1/base"


@pytest.fixture
def broken(tmp_path: Path) -> Programs:
    return Programs("a broken copy", tmp_path / "nothing here", ())


def test_postgresql_is_used_where_it_can_be_had(tmp_path: Path) -> None:
    assert choose_database("auto", None, tmp_path) == ("postgresql", ())
    assert choose_database("postgresql", None, tmp_path) == ("postgresql", ())


def test_sqlite_is_used_where_postgresql_cannot_be_had_and_a_notice_says_why(tmp_path: Path, broken: Programs) -> None:
    kind, (notice,) = choose_database("auto", None, tmp_path, candidates=[broken])
    assert kind == "sqlite"
    assert notice.code == "postgresql-missing"
    assert "a broken copy, " in notice.seen
    assert "SQLite is used instead" in notice.seen
    assert "--database-url" in notice.mend


def test_where_no_postgresql_is_installed_the_notice_says_so(tmp_path: Path) -> None:
    kind, (notice,) = choose_database("auto", None, tmp_path, candidates=[])
    assert kind == "sqlite"
    assert "none is installed" in notice.seen


def test_postgresql_that_was_asked_for_is_never_replaced(tmp_path: Path, broken: Programs) -> None:
    with pytest.raises(EnvironmentRefused, match="a broken copy"):
        choose_database("postgresql", None, tmp_path, candidates=[broken])


def test_a_given_server_that_does_not_answer_is_never_passed_over(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="refused"):
        choose_database("auto", NOWHERE, tmp_path)


def test_a_given_url_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not the URL of a PostgreSQL server"):
        choose_database("auto", "sqlite:////somewhere/file", tmp_path)


def test_a_given_server_that_answers_is_used(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=5) as live:
        assert choose_database("auto", live.url, tmp_path, candidates=[]) == ("postgresql", ())


def test_sqlite_that_was_asked_for_leaves_a_given_server_alone_and_says_so(tmp_path: Path) -> None:
    assert choose_database("sqlite", None, tmp_path) == ("sqlite", ())
    kind, (notice,) = choose_database("sqlite", NOWHERE, tmp_path)
    assert (kind, notice.code) == ("sqlite", "database-url-ignored")


def test_every_postgresql_of_the_machine_is_tried_and_leaves_nothing_behind(tmp_path: Path) -> None:
    trials = postgresql_trials(tmp_path)
    assert all(bool(trial.version) != bool(trial.refusals) for trial in trials)
    assert trials[0].version
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
