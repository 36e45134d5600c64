"""`harness diff`, from a repository that the test makes to the verdict."""

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from harness.cli.run.changes.diffing import Gate, finish
from harness.cli.show.gating import GateFiles
from harness.store.folder import ResultsFolder
from tests.campaign.repositories import commit, everything, repository
from tests.end_to_end.command import ASLEEP, Ended, Place
from tests.end_to_end.conftest import Once

MOST_BLOCKS = 19
SHORT = ("--rotations", "1s", "--blocks", MOST_BLOCKS, "--continuous", "none", "--latency", "none")
GATE = ("--fail-on", "throughput:-5%,cpu:+5%")
ANSWER = "return as_json({"
LOOP = "sum(range(20_000))\n    return as_json({"


def slowed(root: Path, place: Place) -> Path:
    """A repository whose application was slowed since its only commit."""
    home = repository(place.folder / "repository")
    shutil.copytree(root / "apps" / "raw-asgi", home / "service", ignore=shutil.ignore_patterns("__pycache__"))
    manifest = home / "service" / "app.toml"
    manifest.write_text(manifest.read_text().replace('id = "raw-asgi"', 'id = "service"'))
    commit(home, "fast")
    code = home / "service" / "app.py"
    code.write_text(code.read_text().replace(ANSWER, LOOP, 1))
    return home


def diff(place: Place, home: Path, *arguments: object) -> Ended:
    return place.run("diff", "service", "--app", home / "service", *place.folders(), *ASLEEP, *arguments)


def of_a_ci_service(place: Place) -> Sequence[object]:
    """The options for files that it reads."""
    return [part for name, path in gate_files(place).items() for part in (f"--{name}", path)]


def gate_files(place: Place) -> Mapping[str, Path]:
    return {name: place.folder / f"gate.{name}" for name in ("junit", "markdown", "comment")}


@pytest.fixture(scope="module")
def measured(once: Once, root: Path) -> tuple[Place, Ended]:
    def measure(place: Place) -> Ended:
        home = slowed(root, place)
        before = everything(home / ".git")
        ended = diff(place, home, "--a", "HEAD", "--b", ".", *SHORT, *GATE, *of_a_ci_service(place))
        assert everything(home / ".git") == before
        return ended

    return once("diff", measure)


def test_a_change_that_makes_it_much_slower_is_called_slower(measured: tuple[Place, Ended]) -> None:
    place, ended = measured
    assert ended.code == 4, ended
    assert "B (uncommitted) is" in ended.out
    assert "% slower than A (HEAD " in ended.out
    record = place.campaign.read_record()
    assert record.diff is not None
    assert not record.diff.same


def test_the_page_speaks_of_variants_and_ranks_no_frameworks(measured: tuple[Place, Ended]) -> None:
    place, _ = measured
    page = place.page.read_text()
    assert "two variants of" in page
    assert 'id="variants"' in page
    assert '<table class="lead"' not in page
    assert "% slower than A (HEAD" in page


def test_a_report_made_later_from_the_folder_speaks_of_variants_too(measured: tuple[Place, Ended]) -> None:
    place, ended = measured
    again = place.folder / "again"
    assert place.run("report", place.results / "latest", "--out", again).code == 0
    (sentence,) = [line for line in ended.out.splitlines() if line.startswith("B (uncommitted) is")]
    assert sentence.rstrip(".") in (again / "index.html").read_text()


def test_run_does_not_resume_it_and_says_what_does(measured: tuple[Place, Ended]) -> None:
    place, _ = measured
    ended = place.run("run", "--resume", place.results / "latest")
    assert ended.code == 2, ended
    assert "harness diff service" in ended.err


def test_a_plan_measures_nothing_and_says_how_words_were_understood(place: Place, root: Path) -> None:
    home = slowed(root, place)
    ended = diff(place, home, "--a", "main", "--b", "main", "--plan")
    assert ended.code == 0, ended
    assert "main: git revision" in ended.err
    assert "A against itself" in ended.err
    assert not place.results.exists()


def test_a_gate_fires_on_it_and_writes_what_a_ci_service_reads(measured: tuple[Place, Ended]) -> None:
    place, _ = measured
    files = gate_files(place)
    assert ET.parse(files["junit"]).getroot().get("failures") == "2"
    assert files["markdown"].read_text().startswith("### The gate fired: 2 of 2 thresholds")
    assert "**The gate fired" in files["comment"].read_text()
    record = place.campaign.read_record()
    assert record.diff is not None
    assert [one.text for one in record.diff.thresholds] == ["throughput:-5%", "cpu:+5%"]
    assert len(record.completed_blocks) < MOST_BLOCKS, "it ends when both are decided"


@pytest.mark.parametrize("gated", [True, False])
def test_a_difference_is_a_failure_only_where_a_threshold_says_so(
    measured: tuple[Place, Ended], gated: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = measured
    campaign = ResultsFolder.open(shutil.copytree(place.campaign.path, tmp_path / "campaign"))
    record = campaign.read_record()
    assert record.diff is not None
    if not gated:
        without = record.diff.model_copy(update={"thresholds": ()})
        campaign.write_record(record.model_copy(update={"diff": without}))
    gate = Gate(GateFiles(), fail_on_inconclusive=False)
    code = finish(Project.here(), campaign.path, tmp_path / "report", json=True, fault=None, gate=gate)
    printed = json.loads(capsys.readouterr().out)
    assert printed["comparison"]["a"]["name"].startswith("HEAD ")
    outcomes = {check["outcome"] for check in printed["gate"]["checks"]} if gated else "gate" in printed
    assert (code, outcomes) == ((4, {"fired"}) if gated else (0, False))


def test_a_threshold_that_could_never_be_decided_is_refused_before_measuring(place: Place, root: Path) -> None:
    ended = diff(place, slowed(root, place), "--b", ".", "--fail-on", "p99:+10%", "--latency", "none")
    assert ended.code == 2, ended
    assert "no response times are measured in json" in ended.err
    assert not place.results.exists()
