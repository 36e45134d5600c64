"""References outside Python, live: they keep the contract, as any application does, where their programs are."""

import json
import os
from pathlib import Path

import pytest

from harness.catalog.applications import Application, find_applications
from harness.catalog.scenarios import find_scenarios
from harness.under_test.launch.programs import absent, versions_of
from harness.under_test.launch.servers import SERVERS
from tests.cli.said import said

ROOT = Path(__file__).parents[2]
CI = (ROOT / ".ci" / "run").read_text()
FOUND = find_applications(
    ROOT / "apps",
    known_servers={server.id: server.interface for server in SERVERS.values()},
    known_scenarios=[scenario.id for scenario in find_scenarios(ROOT / "scenarios")],
)
REFERENCES = [one for one in FOUND if one.manifest.tier == "reference"]
each_reference = pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.id)


def needs_its_programs(reference: Application) -> None:
    """Skip with the command that brings them; in CI they must be there."""
    notice = absent(reference.manifest)
    if notice is not None:
        told = f"{notice.seen}; on Debian: {notice.mend}"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)


def test_the_references_are_of_four_languages_and_a_server() -> None:
    assert {reference.id: reference.manifest.language for reference in REFERENCES} == {
        "express": "JavaScript",
        "go-http": "go",
        "nginx": "c",
        "node": "JavaScript",
        "rails": "ruby",
    }


@each_reference
def test_a_reference_is_no_part_of_the_core_and_says_what_it_needs(reference: Application) -> None:
    manifest = reference.manifest
    assert not manifest.core
    assert manifest.language != "python"
    assert manifest.programs
    debian, _, otherwise = manifest.install.partition(" || ")
    packages = debian.removeprefix("apt-get install --no-install-recommends ").split()
    assert packages
    assert all(word in CI for word in (*packages, *otherwise.split())), "CI installs what the tests need"


@each_reference
def test_a_reference_keeps_the_contract(reference: Application, capsys: pytest.CaptureFixture[str]) -> None:
    """On the other database: `make verify`."""
    needs_its_programs(reference)
    ran = said(capsys, "verify", "--only", reference.id, "--database", "postgresql", "--json")
    (verdict,) = json.loads(ran.out)
    assert (verdict["passed"], verdict["faults"], ran.code) == (True, [], 0)
    assert sorted(verdict["scenarios"]) == sorted(reference.manifest.scenarios)


@each_reference
def test_a_reference_runs_with_several_workers(reference: Application, capsys: pytest.CaptureFixture[str]) -> None:
    needs_its_programs(reference)
    ran = said(capsys, "verify", "--only", reference.id, "--scenario", "json", "--server-workers", 2, "--json")
    assert (json.loads(ran.out)[0]["faults"], ran.code) == ([], 0)


@each_reference
def test_doctor_names_a_reference_as_optional_with_its_versions_or_the_command_that_brings_it(
    reference: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {check["name"]: check for check in json.loads(said(capsys, "doctor", "--json").out)}
    check, notice = told[f"application {reference.id}"], absent(reference.manifest)
    assert check["seen"].startswith("optional: ")
    if notice is None:
        assert (check["state"], check["mend"]) == ("ok", "")
        assert all(f"{name} {version}" in check["seen"] for name, version in versions_of(reference.manifest).items())
    else:
        assert (check["state"], check["mend"]) == ("note", reference.manifest.install)
