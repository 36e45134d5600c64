"""Does each answer of `wait` come from the upstream? The verifier or the counter finds applications that cheat."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.campaign.cells.accounting import Ledger, failure_of_account, fault_of_account, short
from harness.catalog.scenarios import find_scenarios
from harness.model.measured.load import Target
from harness.under_test.services.upstream import LiveUpstream, upstream
from harness.under_test.verify.examiner import Subject
from harness.under_test.verify.verification import Verification, verify_all
from tests.fakes.server import serving
from tests.fakes.waiting import AsksUpstream, MadeUp, Remembers

SCENARIOS = {one.id: one for one in find_scenarios(Path(__file__).parents[2] / "scenarios") if one.id == "wait"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveUpstream]:
    with upstream(tmp_path_factory.mktemp("upstream")) as live:
        yield live


def looked_at(live: LiveUpstream, application: type[AsksUpstream], looks: int = 1) -> tuple[list[str], Verification]:
    """The codes of all faults, those of the counter included, and the last look."""
    name = application.__name__
    own, ledger = live.of_cell(name), Ledger()
    ledger.open({name: [own.counts]})
    with serving(application(own.url)) as server:
        target = Target(cell=name, host="127.0.0.1", port=server.port)
        for _ in range(looks):
            (found,) = verify_all([Subject(target, [SCENARIOS["wait"]], None, own)], full=True)
            ledger.note_answers(name, found.answers)
    (account,) = ledger.close(0, {name: [own.counts]}, SCENARIOS)[name] or (None,)
    missing = [fault_of_account(account, [SCENARIOS["wait"]])] if account and short(account) else []
    return sorted({fault.fault.code for fault in (*found.faults, *missing)}), found


def test_a_right_application_passes_and_its_answers_are_those_that_were_counted(live: LiveUpstream) -> None:
    codes, found = looked_at(live, AsksUpstream)
    assert codes == []
    assert live.asked()["AsksUpstream"] >= sum(found.answers.values()) > 64


def test_an_answer_that_is_not_the_upstreams_is_found_at_once(live: LiveUpstream) -> None:
    codes, _ = looked_at(live, MadeUp)
    assert codes == [MadeUp.code], "what the verifier found wrong demands nothing"


def test_an_application_that_remembers_answers_is_found_by_the_upstreams_counter(
    live: LiveUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.campaign.cells.accounting.COUNTED_S", 0.1)
    codes, found = looked_at(live, Remembers, looks=2)
    assert found.passed, "each answer is right"
    assert codes == [Remembers.code]


def test_the_failure_names_what_was_demanded_and_what_the_upstream_counted(
    live: LiveUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.campaign.cells.accounting.COUNTED_S", 0.1)
    ledger, own = Ledger(), live.of_cell("nobody")
    ledger.open({"nobody": [own.counts]})
    ledger.note_answers("nobody", {("wait", None): 1000})
    (account,) = ledger.close(2, {"nobody": [own.counts]}, SCENARIOS)["nobody"]
    failure = failure_of_account(account, "nobody", list(SCENARIOS.values()))
    assert "wait: 1,000 answers in block 3 demand of the upstream 1,000 requests" in failure.reason
    assert "the upstream counted 0 requests" in failure.reason
