"""Which versions changed, from one set of packages to another and from one campaign to the next."""

from harness.analysis.compare.versions import versions_changed
from harness.model.found.versions import version_changes
from harness.model.measured.campaign import CampaignRecord
from tests.report.campaigns import campaign

BEFORE = {"frame": "1.0", "serve": "0.9", "gone": "1", "kept": "1", "forked": "5.2"}
AFTER = {"frame": "2.0", "serve": "1.0", "added": "1", "kept": "1", "forked": "5.2 or 6.0"}


def test_only_what_has_another_version_changed_and_what_is_asked_for_by_name_comes_first() -> None:
    found = version_changes(BEFORE, AFTER, {"serve": "server", "frame": "application"})
    assert [(one.package, one.before, one.after) for one in found] == [
        ("frame", "1.0", "2.0"),
        ("serve", "0.9", "1.0"),
        ("added", None, "1"),
        ("forked", "5.2", "5.2 or 6.0"),
        ("gone", "1", None),
    ]
    assert version_changes(BEFORE, BEFORE, {}) == ()


def with_versions(record: CampaignRecord, app: str, **versions: str) -> CampaignRecord:
    """The record with other versions in the live processes of one application."""
    cells = dict(record.cells)
    for id_, facts in record.cells.items():
        if id_.startswith(f"{app}.") and facts.identity:
            packages = facts.identity.packages | versions
            cells[id_] = facts.model_copy(update={"identity": facts.identity.model_copy(update={"packages": packages})})
    return record.model_copy(update={"cells": cells})


def test_a_cell_has_the_versions_that_its_own_processes_reported() -> None:
    then, _ = campaign()
    now = with_versions(then, "fastapi", fastapi="0.166.0", uvicorn="0.55.0", psycopg="3.4")
    found = versions_changed(then, now, {"uvicorn": "uvicorn"})
    assert {id_.partition(".")[0] for id_ in found} == {"fastapi"}
    (changes,) = found.values()
    assert [(one.package, one.origin) for one in changes] == [
        ("fastapi", "application"),
        ("uvicorn", "server"),
        ("psycopg", "dependency"),
    ]
