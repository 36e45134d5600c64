"""How much a request of `mixed` computes: found once for a campaign, recorded, and kept by one that is resumed."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.campaign.cells import working
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.model.errors import EnvironmentRefused
from harness.under_test.launch.calibrating import work_for

ROOT = Path(__file__).parents[2]
PROJECT = Project(ROOT)
SHARED = ROOT / "apps" / "_shared"


@dataclass
class Kept:
    """A recorder that holds nothing but the record's work."""

    record: Any = field(default_factory=lambda: SimpleNamespace(work={}))

    def update(self, **fields: object) -> None:
        self.record = SimpleNamespace(**fields)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    wanted = Selection(only=("raw-asgi",), scenarios=("json", "mixed"))
    return prepare(PROJECT, RunOptions(selection=wanted, platform=PlatformOptions(database="sqlite")))


def test_the_steps_are_found_once_and_every_request_that_computes_takes_them(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([700_000])
    monkeypatch.setattr(working, "work_for", lambda *_: next(found))
    kept = Kept()
    first = working.calibrated(PROJECT, prepared, kept)  # type: ignore[arg-type]
    again = working.calibrated(PROJECT, prepared, kept)  # type: ignore[arg-type]
    assert kept.record.work == {"mixed": 700_000}
    assert first.scenarios["mixed"].requests == again.scenarios["mixed"].requests
    assert {request.path.split("&")[0] for request in first.scenarios["mixed"].requests} == {
        "/mixed?work=0",
        "/mixed?work=700000",
    }
    assert first.scenarios["json"] is prepared.scenarios["json"]
    assert first.record.plan == prepared.record.plan, "so that a resumed campaign has the same plan"


def test_more_time_is_more_steps() -> None:
    short, long = (work_for(seconds, Path(sys.executable), SHARED, ()) for seconds in (0.002, 0.04))
    assert 0 < short < long


def test_an_interpreter_that_cannot_compute_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="cannot be found"):
        work_for(0.002, Path(sys.executable), tmp_path, ())
