import pytest

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.planning import latency_scenarios
from harness.cli.run.asked import RunAsked
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import UsageError
from tests.campaign.test_planning import SCENARIO, a_plan


def scenario(name: str, *needs: str) -> ScenarioManifest:
    return ScenarioManifest.model_validate(SCENARIO.model_dump() | {"id": name, "needs": needs})


JSON, DB, QUERIES, PLAIN = scenario("json"), scenario("db", "database"), scenario("queries", "database"), scenario("p")


def test_unasked_one_scenario_is_measured_the_first_that_needs_a_database() -> None:
    assert latency_scenarios([JSON, DB, QUERIES], None) == ("db",)
    assert latency_scenarios([JSON, PLAIN], None) == ("json",)


def test_scenarios_are_named_by_pattern_all_or_none() -> None:
    scenarios = [DB, JSON, QUERIES]
    assert latency_scenarios(scenarios, ["all"]) == ("db", "json", "queries")
    assert latency_scenarios(scenarios, ["none"]) == ()
    assert latency_scenarios(scenarios, ["queries", "j*"]) == ("json", "queries")


@pytest.mark.parametrize("wanted", [["jsno"], ["none", "json"]])
def test_a_name_that_matches_no_scenario_of_the_plan_is_refused(wanted: list[str]) -> None:
    with pytest.raises(UsageError, match="--latency") as refused:
        latency_scenarios([DB, JSON], wanted)
    assert "matches nothing" in str(refused.value)


@pytest.mark.parametrize("measured", [(), ("json",)])
@pytest.mark.parametrize("p99_s", [None, 0.05])
def test_what_decides_latency_is_asked_for_again_when_a_campaign_is_gone_on_with(
    measured: tuple[str, ...], p99_s: float | None
) -> None:
    plan = a_plan().model_copy(update={"latency": measured, "latency_share": 0.7, "p99_s": p99_s})
    plan = plan.model_copy(update={"shape": plan.shape.model_copy(update={"window_s": 7.0})})
    options = RunOptions.like(plan)
    assert latency_scenarios(plan.scenarios, options.latency) == measured
    assert (options.latency_share, options.p99_s, options.shape.window_s) == (0.7, p99_s, 7.0)


def test_a_short_look_measures_no_latency_unless_it_is_asked_for() -> None:
    assert RunAsked(quick=True).scenarios_with_latency == ("none",)
    assert RunAsked(p99=0.05, quick=True).scenarios_with_latency is None
    assert RunAsked(latency=["json"], quick=True).scenarios_with_latency == ("json",)
    assert RunAsked().scenarios_with_latency is None
