import re
from pathlib import Path

from harness.catalog.applications import find_applications
from harness.under_test.install.locks import CONSTRAINTS, lock_of, stale_locks
from harness.under_test.launch.servers import REQUIREMENTS, SERVERS

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "apps"
APPLICATIONS = find_applications(
    APPS,
    known_servers={server.id: server.interface for server in SERVERS.values()},
    known_scenarios=[manifest.parent.name for manifest in ROOT.glob("scenarios/*/scenario.toml")],
)


def test_every_lock_fits_the_requirements_of_today() -> None:
    assert [notice.seen for notice in stale_locks(APPLICATIONS, REQUIREMENTS, APPS)] == []


def test_no_lock_holds_an_address_or_a_path_of_some_machine() -> None:
    locks = [lock for application in APPLICATIONS if (lock := lock_of(application))]
    for lock in (*locks, APPS / CONSTRAINTS):
        assert not re.search(r"://| @ |^\s*--(?!hash=sha256:)|(?<!\w)/\w", lock.read_text(), re.MULTILINE), lock
