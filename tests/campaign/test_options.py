"""What was asked for makes a plan, and the plan makes what was asked for again."""

from pathlib import Path

import pytest

from harness.campaign.plan import preparation
from harness.campaign.plan.options import Generator, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare, waiting_of
from harness.campaign.plan.project import Project
from harness.campaign.session.resume import differences
from harness.model.errors import UsageError
from harness.model.measured.campaign import SliceShape
from harness.model.measured.machine import Cores
from tests.catalog.trees import RIGHT_APP, application

PROJECT = Project(Path(__file__).parents[2])
ASKED = {
    "everything": RunOptions(platform=PlatformOptions(database="sqlite")),
    "no database": RunOptions(selection=Selection(scenarios=("json",))),
    "a matrix": RunOptions(
        selection=Selection(only=("raw-*",), servers=("all",)), platform=PlatformOptions(database="sqlite")
    ),
    "all by option": RunOptions(
        selection=Selection(only=("flask", "django"), scenarios=("plaintext", "json")),
        platform=PlatformOptions(server_workers=(3,)),
        reference="flask",
        seed=11,
        shape=SliceShape(length_s=0.2, burn_in_s=0.1, rotations_s=1.0, warm_up_s=0.2),
        delta=0.1,
        budget_s=33.0,
        max_blocks=4,
    ),
}


def again(prepared: Prepared) -> Prepared:
    return prepare(PROJECT, RunOptions.like(prepared.record.plan))


@pytest.mark.parametrize("asked", ASKED)
def test_a_plan_makes_the_options_that_make_it_again(asked: str) -> None:
    first = prepare(PROJECT, ASKED[asked])
    assert again(first).record.plan == first.record.plan
    assert list(differences(first.record, again(first).record)) == []


def test_the_seed_is_drawn_anew_unless_it_is_given() -> None:
    assert RunOptions().seed != RunOptions().seed


def test_options_that_measure_something_else_make_another_plan() -> None:
    first = prepare(PROJECT, ASKED["all by option"]).record.plan
    for changes in ({"seed": 12}, {"reference": "django"}, {"selection": Selection(only=("flask",))}, {"delta": 0.2}):
        assert prepare(PROJECT, ASKED["all by option"].model_copy(update=changes)).record.plan != first


def test_an_application_outside_the_project_must_be_given_again(tmp_path: Path) -> None:
    shop = application(tmp_path, RIGHT_APP, "shop")
    asked = RunOptions(selection=Selection(only=("raw-asgi",), app_folders=(shop,), scenarios=("json",)))
    plan = prepare(PROJECT, asked).record.plan
    like = RunOptions.like(plan)
    with pytest.raises(UsageError, match="the campaign measured shop, of which nothing is found now") as refused:
        prepare(PROJECT, like)
    assert "--app DIR" in str(refused.value)
    given = like.model_copy(update={"selection": like.selection.model_copy(update={"app_folders": (shop,)})})
    assert prepare(PROJECT, given).record.plan == plan


def test_a_generator_waits_for_answers_as_it_was_told_and_by_itself_as_the_machine_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = Cores(generator=(1,), server=(0,), services=(0,))
    monkeypatch.setattr(preparation, "why_not_spin", lambda _: None)
    assert waiting_of(Generator(), two) == ("spin", ())
    assert waiting_of(Generator(waiting="block"), two) == ("block", ())
    assert waiting_of(Generator(workers=2), two) == ("block", ()), "waking it elsewhere costs the servers nothing"
    assert waiting_of(Generator(workers=2, waiting="spin"), two) == ("spin", ())
    monkeypatch.setattr(preparation, "why_not_spin", lambda _: "it has no core")
    assert waiting_of(Generator(waiting="spin"), Cores()) == ("spin", ())
    for generator, why in (
        (Generator(), "it has no core"),
        (Generator(processes=2), "more load processes (2) than CPUs"),
    ):
        waiting, (notice,) = waiting_of(generator, two)
        assert (waiting, notice.code) == ("block", "generator-sleeps")
        assert why in notice.seen
        assert "--generator spin" in notice.mend
