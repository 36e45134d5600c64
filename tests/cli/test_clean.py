"""What may not be cleaned away while somebody uses it."""

import pytest

from harness.campaign.plan.project import Project
from harness.model.errors import ExitCode
from tests.cli.said import said
from tests.process.test_in_use import user


@pytest.mark.parametrize("arguments", [("clean",), ("clean", "--all"), ("clean", "--reports")])
def test_clean_refuses_while_a_campaign_runs_and_names_it(
    arguments: tuple[str, ...], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with user(project.cache):
        refused = said(capsys, *arguments)
        assert refused.code == ExitCode.ENVIRONMENT
        assert "in use by campaign 20261126 in /elsewhere" in refused.message
        assert project.cache.exists()
    assert said(capsys, *arguments).code == ExitCode.OK
