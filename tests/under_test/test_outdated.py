"""Which locks lag behind, against a small package index of the test's own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.catalog.applications import Application
from harness.model.errors import EnvironmentRefused
from harness.model.found.versions import LockAge, VersionChange
from harness.under_test.install import outdated as module
from harness.under_test.install.locks import CONSTRAINTS, Job, Locked, lock
from harness.under_test.install.outdated import outdated
from tests.under_test.lockable import application
from tests.under_test.package_index import PackageIndex, alone

SERVERS = {"one": ("serve",)}


@pytest.fixture
def index(apps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """A framework, what it needs, a server and what all share, each in its first version."""
    (apps / "_shared" / "requirements.in").write_text("common\n")
    index = alone(tmp_path / "index", monkeypatch)
    for name, requires in (("frame", ("needed",)), ("needed", ()), ("serve", ()), ("common", ())):
        index.publish(name, "1.0", *requires)
    return index


@pytest.fixture
def locked(index: PackageIndex, apps: Path, cache: Path) -> Application:
    app = application(apps, "shop", "frame")
    lock([app], SERVERS, apps, cache)
    return app


def files_of(folder: Path) -> Mapping[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changes_of(age: LockAge) -> Sequence[tuple[str, str | None, str | None, str]]:
    return [(one.package, one.before, one.after, one.origin) for one in age.changes]


def test_a_lock_of_the_newest_versions_is_not_outdated(locked: Application, apps: Path, cache: Path) -> None:
    ages = outdated([locked], SERVERS, apps, cache)
    assert [age.lock for age in ages] == [f"apps/{CONSTRAINTS}", "shop/requirements.txt"]
    assert not any(age.outdated or age.missing or age.fault for age in ages)


def test_every_package_with_another_version_is_named_the_framework_and_the_server_first(
    locked: Application, index: PackageIndex, apps: Path, cache: Path
) -> None:
    for name, requires in (("frame", ("needed", "added")), ("needed", ()), ("serve", ()), ("common", ())):
        index.publish(name, "2.0", *requires)
    index.publish("added", "3.0")
    before = files_of(apps)
    common, shop = outdated([locked], SERVERS, apps, cache)
    assert files_of(apps) == before, "nothing of the project is changed"
    assert changes_of(common) == [("serve", "1.0", "2.0", "server"), ("common", "1.0", "2.0", "shared")]
    assert changes_of(shop) == [
        ("frame", "1.0", "2.0", "application"),
        ("serve", "1.0", "2.0", "server"),
        ("common", "1.0", "2.0", "shared"),
        ("added", None, "3.0", "dependency"),
        ("needed", "1.0", "2.0", "dependency"),
    ]
    lock([locked], SERVERS, apps, cache)
    assert not any(age.outdated for age in outdated([locked], SERVERS, apps, cache))


def test_a_version_that_requirements_forbid_does_not_make_a_lock_outdated(
    index: PackageIndex, apps: Path, cache: Path
) -> None:
    app = application(apps, "shop", "frame<2")
    lock([app], SERVERS, apps, cache)
    index.publish("frame", "2.0")
    assert not any(age.outdated for age in outdated([app], SERVERS, apps, cache))


def test_a_framework_that_all_share_too_is_the_applications_own(index: PackageIndex, apps: Path, cache: Path) -> None:
    app = application(apps, "shop", "-r ../_shared/requirements.in", "common")
    lock([app], SERVERS, apps, cache)
    index.publish("common", "2.0")
    common, shop = outdated([app], SERVERS, apps, cache)
    assert [one.origin for one in (*common.changes, *shop.changes)] == ["shared", "application"]


def test_equal_requirements_are_resolved_once(
    index: PackageIndex, apps: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    resolved = module.resolved

    def noted(job: Job, cache: Path, *, upgrade: bool) -> Locked:
        names.append(job.name)
        return resolved(job, cache, upgrade=upgrade)

    twins = [application(apps, name, "frame", "-r limits.in") for name in ("first", "second")]
    limited = application(apps, "limited", "frame", "-c limits.in")
    for app in (*twins, limited):
        (app.folder / "limits.in").write_text("needed\n")
    lock([*twins, limited], SERVERS, apps, cache)
    index.publish("frame", "2.0", "needed")
    monkeypatch.setattr(module, "resolved", noted)
    _, *ages = outdated([*twins, limited], SERVERS, apps, cache)
    assert sorted(names[1:]) == ["limited", "second"], "what is required is distinguished from what is only limited"
    assert {age.of: [one.package for one in age.changes] for age in ages} == {
        name: ["frame"] for name in ("first", "second", "limited")
    }


def test_a_lock_that_was_never_made_is_distinguished_from_one_that_lags(
    locked: Application, index: PackageIndex, apps: Path, cache: Path
) -> None:
    fresh = application(apps, "fresh", "frame")
    _, shop, missing = outdated([locked, fresh], SERVERS, apps, cache)
    assert (shop.missing, missing.missing, missing.outdated) == (False, True, True)


def test_one_that_cannot_be_resolved_says_why_and_the_others_are_known(
    locked: Application, index: PackageIndex, apps: Path, cache: Path
) -> None:
    ill = application(apps, "ill", "frame>9")
    index.publish("frame", "2.0")
    _, shop, failed = outdated([locked, ill], SERVERS, apps, cache)
    assert shop.changes[0] == VersionChange(package="frame", before="1.0", after="2.0", origin="application")
    assert failed.fault.startswith("ill: no set of versions was found")
    assert not failed.changes


def test_an_index_that_does_not_answer_is_one_refusal_with_what_to_do(
    locked: Application, apps: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    (apps / "_shared" / "requirements.in").write_text("elsewhere\n")
    with pytest.raises(EnvironmentRefused, match=r"no package index answers\n(?s:.*)UV_DEFAULT_INDEX") as refused:
        outdated([locked], SERVERS, apps, cache)
    assert str(refused.value).count("no package index answers") == 1
    with pytest.raises(EnvironmentRefused, match="no package index answers"):
        lock([locked], SERVERS, apps, cache)


def test_a_network_that_is_not_to_be_used_is_refused_alike(
    locked: Application, apps: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    monkeypatch.setenv("UV_OFFLINE", "1")
    (apps / "_shared" / "requirements.in").write_text("elsewhere\n")
    with pytest.raises(EnvironmentRefused, match="no package index answers"):
        outdated([locked], SERVERS, apps, cache)
