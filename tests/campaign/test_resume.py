"""Going on with a campaign is refused exactly where something that decides its figures has changed."""

from pathlib import Path

import pytest

from harness.campaign.session.resume import differences, refuse_other_services, refuse_unlike
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord, ServiceFacts, Source
from harness.model.measured.machine import Cores
from tests.analysis.campaigns import application, campaign, cell, scenario

A, B = cell("a"), cell("b")
THEN = campaign((A, B), ("json", "db")).model_copy(update={"locks": {"a": "1" * 64, "b": "2" * 64}})
FOLDER = Path("results/one")


def with_plan(**changes: object) -> CampaignRecord:
    return THEN.model_copy(update={"plan": THEN.plan.model_copy(update=changes)})


def test_the_same_again_differs_in_nothing() -> None:
    later = THEN.model_copy(update={"id": "other", "created_at": 9.0, "commit": "other", "completed_blocks": (1, 2)})
    assert list(differences(THEN, later)) == []
    refuse_unlike(THEN, later, FOLDER)


def test_what_says_when_to_stop_may_change() -> None:
    assert list(differences(THEN, with_plan(budget_s=1.0, max_blocks=1))) == []


def test_the_start_deadline_may_change() -> None:
    assert list(differences(THEN, with_plan(start_timeout_s=90.0))) == []


def test_changed_code_is_refused_and_a_commit_that_leaves_it_as_it_was_is_not() -> None:
    def of(sha256: str, commit: str) -> CampaignRecord:
        return THEN.model_copy(update={"sources": {"a": Source(sha256=sha256, commit=commit)}})

    assert list(differences(of("1" * 64, "c1"), of("1" * 64, "c2"))) == []
    assert [field for field, _, _ in differences(of("1" * 64, "c1"), of("2" * 64, "c1"))] == ["sources.a"]
    assert list(differences(THEN, of("2" * 64, "c1"))) == [], "an older record says nothing of code"


SHAPE = THEN.plan.shape.model_copy(update={"rotations_s": 5.0})
OTHER_SCENARIO = scenario("json").model_copy(update={"title": "Other"})
CHANGES = {
    "plan.seed": with_plan(seed=2),
    "plan.shape.rotations_s": with_plan(shape=SHAPE),
    "plan.delta": with_plan(delta=0.1),
    "plan.database": with_plan(database="sqlite"),
    f"plan.cells.{B.id}": with_plan(cells=(A,)),
    "plan.reference": with_plan(reference=B.id),
    "plan.scenarios.json.title": with_plan(scenarios=(OTHER_SCENARIO, scenario("db"))),
    "locks.b": THEN.model_copy(update={"locks": {"a": "1" * 64, "b": "3" * 64}}),
    "machine.logical_cpus": THEN.model_copy(update={"machine": THEN.machine.model_copy(update={"logical_cpus": 4})}),
    "machine.cores.server": THEN.model_copy(
        update={"machine": THEN.machine.model_copy(update={"cores": Cores(server=(1,))})}
    ),
    "interpreter.version": THEN.model_copy(
        update={"interpreter": THEN.interpreter.model_copy(update={"version": "3.13.1"})}
    ),
    "applications.a.tier": THEN.model_copy(
        update={"applications": THEN.applications | {"a": application("a", "floor", ("json", "db"))}}
    ),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_is_named_by_its_field_alone(field: str) -> None:
    assert [name for name, _, _ in differences(THEN, CHANGES[field])] == [field]
    with pytest.raises(UsageError, match=rf"  {field}: .+ then, .+ now"):
        refuse_unlike(THEN, CHANGES[field], FOLDER)


def test_several_changes_are_told_together_with_both_values() -> None:
    changed = with_plan(seed=2, delta=0.1)
    with pytest.raises(UsageError) as refused:
        refuse_unlike(THEN, changed, FOLDER)
    assert "plan.seed: 1 then, 2 now" in str(refused.value)
    assert "plan.delta: 0.03 then, 0.1 now" in str(refused.value)
    assert str(FOLDER) in str(refused.value)
    assert "without --resume" in refused.value.mend


def test_what_is_there_no_more_is_shown_as_none() -> None:
    told = {field: (then, now) for field, then, now in differences(THEN, with_plan(cells=(A,)))}
    assert told == {f"plan.cells.{B.id}": ("present", "none")}


def postgresql(version: str = "18.6", source: str = "wheel", **settings: str) -> ServiceFacts:
    return ServiceFacts(name="PostgreSQL", version=version, source=source, settings=settings)


def test_another_database_than_the_one_measured_with_is_refused() -> None:
    refuse_other_services([], [postgresql()], FOLDER)
    refuse_other_services([postgresql(max_connections="42")], [postgresql(max_connections="43")], FOLDER)
    with pytest.raises(UsageError, match=r"services.PostgreSQL.source: wheel then, given --database-url now"):
        refuse_other_services([postgresql()], [postgresql(source="given --database-url")], FOLDER)
    with pytest.raises(UsageError, match=r"services.PostgreSQL.version: 18.6 then, 17.1 now"):
        refuse_other_services([postgresql()], [postgresql("17.1")], FOLDER)
