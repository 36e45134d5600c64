"""Which database a campaign may load: one that was named for it, and no other that the shell happens to know."""

from pathlib import Path

import pytest

from harness.campaign.plan.options import GIVEN_BY, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project

PROJECT = Project(Path(__file__).parents[2])
THEIRS = "postgresql://me:sesame@db.example/production"


def notices(scenario: str) -> dict[str, str]:
    wanted = Selection(only=("raw-asgi",), scenarios=(scenario,))
    prepared = prepare(PROJECT, RunOptions(selection=wanted, platform=PlatformOptions(database="sqlite")))
    assert prepared.platform.database_url is None
    return {notice.code: f"{notice.seen}; {notice.mend}" for notice in prepared.record.notices}


def test_the_database_of_the_users_shell_is_ignored_and_mentioned_with_the_option_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", THEIRS)
    told = notices("db")["database-url-ignored"]
    assert "--database-url" in told
    assert GIVEN_BY in told
    assert "sesame" not in told


def test_nothing_is_said_where_no_database_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", THEIRS)
    assert notices("json") == {}
