"""Verifier and load generator take the same responses for right, and refuse the others for the same reason."""

import re
from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario
from harness.load.driver import LocustDriver
from harness.model.asked.request import Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.load import SliceRecord
from harness.under_test.verify.verification import verify
from tests.load.odd import SCENARIO, responses
from tests.load.servers import Behaviour, Peer, serving, slice_of

LEVEL = Level(connections=2)
NAMES = list(responses())


def odd(name: str, *, in_pieces: bool) -> Behaviour:
    """Byte by byte where it is in pieces, or in a thousand pieces where that is less."""

    def behaviour(peer: Peer) -> None:
        while True:
            peer.request()
            data = responses()[name].response
            size = 1 + len(data) // 1000 if in_pieces else len(data)
            for start in range(0, len(data), size):
                peer.send(data[start : start + size])

    return behaviour


def scenario_of(request: Request) -> Scenario:
    manifest = ScenarioManifest(
        id="plaintext",
        title="title",
        about="about",
        requests=(request,),
        expect=SCENARIO.expect,
        levels=(LEVEL,),
        rank=Ranked(at=LEVEL),
    )
    return Scenario(manifest, Path("scenarios/plaintext"))


def told(driver: LocustDriver, behaviour: Behaviour, request: Request = SCENARIO.requests[0]) -> tuple[str, str]:
    """What the verifier, asking twice on a connection, and the load generator say; empty where all is right."""
    before = Path(driver._log).read_text()
    scenario = scenario_of(request)
    with serving(behaviour) as served:
        target = served.target()
        verified = verify(target, [scenario], full=True)
        driver.prepare([target], [scenario.for_driver])
        record = first_judged(driver)
    log = Path(driver._log).read_text().removeprefix(before)
    return "; ".join(map(str, verified.faults)), f"{record.errors} {log}" if record.errors else ""


def first_judged(driver: LocustDriver) -> SliceRecord:
    """The first slice in which a response came to its end: a busy machine may take longer than one for its pieces."""
    for _ in range(60):
        (record,) = driver.drive([slice_of(0.1, connections=2, level=LEVEL)])
        if record.completions or record.errors:
            break
    return record


@pytest.mark.parametrize("name", NAMES)
def test_both_judge_alike_with_the_reason_in_words(driver: LocustDriver, name: str) -> None:
    reason = responses()[name].reason
    for said in told(driver, odd(name, in_pieces=False)):
        assert re.search(reason, said) if reason else said == ""


@pytest.mark.parametrize("name", [name for name in NAMES if "large" not in name])
def test_both_judge_alike_whatever_pieces_it_comes_in(driver: LocustDriver, name: str) -> None:
    reason = responses()[name].reason
    said = told(driver, odd(name, in_pieces=True))
    assert [bool(each) for each in said] == [reason is not None] * 2, said
