"""The project's own scenarios under load: right answers count, and samples go through each scenario's check."""

from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.load.driver import LoadDriver
from harness.model.measured.load import SliceRecord, Target
from tests.fakes import wrong, wrong_prepared
from tests.fakes.server import Right, serving
from tests.fakes.wrong import Wrong
from tests.load.servers import marks_of, slice_of

SCENARIOS = {scenario.id: scenario for scenario in find_scenarios(Path(__file__).parents[2] / "scenarios")}
VOID_AGAIN = 3


def driven(driver: LoadDriver, application: Right, scenario: Scenario) -> SliceRecord:
    """A slice at the scenario's ranking level, but for the connections."""
    level = scenario.manifest.rank.at.model_copy(update={"connections": 4})
    with serving(application) as server:
        driver.prepare([Target(cell="fake", host="127.0.0.1", port=server.port)], [scenario.for_driver])
        asked = [slice_of(0.3, target="fake", scenario=scenario.id, level=level)]
        (record,) = driver.drive(asked)
        for _ in range(VOID_AGAIN):
            if record.is_void:  # a busy machine stopped the generator itself: a campaign drives it again too
                (record,) = driver.drive(asked)
    return record


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_right_answers_are_counted(driver: LoadDriver, scenario: Scenario) -> None:
    record = driven(driver, Right(), scenario)
    assert record.completions > 0
    assert (record.errors, record.marks) == ({}, ())


@pytest.mark.parametrize("application", [wrong.ComputesNothing, wrong.ComputesHalf])
def test_work_that_was_not_done_is_an_error_for_every_request_that_should_do_it(
    driver: LoadDriver, application: type[Wrong]
) -> None:
    record = driven(driver, application(), SCENARIOS["mixed"])
    assert record.errors["body"] > 0
    assert set(record.errors) == {"body"}


@pytest.mark.parametrize(
    "application",
    [
        wrong.OneWrongNumberAmongRows,
        wrong.OneRowTooFew,
        wrong.OneRowTwentyTimes,
        wrong.NotEscaped,
        wrong.NoAddedFortune,
        wrong.NumberOutside,
    ],
    ids=lambda application: application.__name__,
)
def test_wrong_answers_are_found_among_the_samples(driver: LoadDriver, application: type[Wrong]) -> None:
    record = driven(driver, application(), SCENARIOS[application.scenario])
    assert record.errors["body"] > 0
    assert marks_of(record) == {"wrong-body-in-sample"}


@pytest.mark.parametrize("application", [wrong.FewerMiddlewares, wrong.SameRouteAlways], ids=lambda one: one.__name__)
def test_each_answer_that_its_level_makes_wrong_is_an_error(driver: LoadDriver, application: type[Wrong]) -> None:
    record = driven(driver, application(), SCENARIOS[application.scenario])
    assert record.completions == 0
    assert record.errors["body"] > 0


@pytest.mark.parametrize(
    "application",
    [
        wrong_prepared.FieldIsNotNamed,
        wrong_prepared.DecimalsAsFloats,
        wrong_prepared.UnsignedTokenTaken,
        wrong_prepared.OnlySignatureChecked,
        wrong_prepared.HashRememberedByTheBeginning,
    ],
    ids=lambda application: application.__name__,
)
def test_wrong_answers_to_prepared_requests_are_found_at_once(driver: LoadDriver, application: type[Wrong]) -> None:
    record = driven(driver, application(), SCENARIOS[application.scenario])
    kind = "status" if application.code == "status-differs" else "body"
    assert record.errors.keys() == {kind}
    assert record.answered > 0, "the other answers are right"


def test_answers_that_need_no_row_are_counted_apart(driver: LoadDriver) -> None:
    record = driven(driver, Right(), SCENARIOS["auth"])
    assert record.unaudited == pytest.approx(record.answered / 16, abs=8)
