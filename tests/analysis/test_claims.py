"""A claimed ranking against campaigns whose truth is known."""

import pytest

from harness.analysis.inference.unresolved import unresolved
from harness.analysis.ranking.claims import finding, findings
from harness.analysis.ranking.ranking import rank
from harness.model.asked.cell import Cell
from harness.model.asked.claim import Claim, ClaimFinding
from harness.model.found.ranking import PairVerdict
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Cost, Trial
from harness.model.notice import Failure, Notice
from tests.analysis.campaigns import application, campaign, cell, made_up

FLOOR, FAST, SLOW, WITH_ORM, RAILS = (
    cell(app) for app in ("raw-asgi", "fastapi", "django", "fastapi-sqlalchemy", "rails")
)
TWIN = cell("raw-asgi", twin=1)
TIERS = {"raw-asgi": "floor", "fastapi-sqlalchemy": "idiomatic", "django-orm": "idiomatic", "rails": "reference"}
SPEEDS = {FLOOR.id: 10_000.0, FAST.id: 6_000.0, SLOW.id: 3_000.0, RAILS.id: 1_500.0}
CLAIM = Claim.model_validate(
    {
        "id": "fast-first",
        "title": "Fast > Slow > Rails",
        "about": "Somebody said so.",
        "scenario": "json",
        "beside": ["raw-asgi"],
        "subjects": [
            {"id": "fast", "title": "Fast", "controlled": "fastapi"},
            {"id": "slow", "title": "Slow", "controlled": "django"},
            {"id": "rails", "title": "Rails", "controlled": "rails"},
        ],
        "published": [
            {
                "title": "A run",
                "source": "A page",
                "differed": ["the machine"],
                "rps": {"json": {"fast": 4, "slow": 2, "rails": 1}, "db": {"fast": 3, "slow": 2, "rails": 1}},
            }
        ],
    }
)


def campaign_of(*cells: Cell, blocks: int = 8) -> CampaignRecord:
    record = campaign(cells, blocks=blocks)
    manifests = {app.app: application(app.app, tier=TIERS.get(app.app, "controlled")) for app in cells}
    return record.model_copy(update={"applications": manifests})


def found(
    speeds: dict[str, float] = SPEEDS, *cells: Cell, blocks: int = 8, claim: Claim = CLAIM, **trial: object
) -> ClaimFinding:
    record = campaign_of(*(cells or (FLOOR, FAST, SLOW, RAILS)), blocks=blocks)
    trials = [one.model_copy(update=trial) for one in made_up(speeds, blocks)]
    return finding(claim, record, rank(record, trials), "json")


def verdicts(one: ClaimFinding) -> list[tuple[str, str, str]]:
    return [(pair.first, pair.second, pair.verdict) for tier in one.tiers for pair in tier.pairs]


def without_rails() -> Claim:
    return CLAIM.model_copy(update={"subjects": CLAIM.subjects[:2], "published": ()})


def test_a_claim_that_is_true_holds_pair_by_pair_with_the_ratio_and_its_interval() -> None:
    told = found()
    assert told.verdict == "holds"
    assert verdicts(told) == [("fast", "slow", "holds"), ("fast", "rails", "holds"), ("slow", "rails", "holds")]
    for pair, truth in zip(told.tiers[0].pairs, (2.0, 4.0, 2.0), strict=True):
        assert pair.low is not None
        assert pair.high is not None
        assert pair.low < truth < pair.high
        assert pair.ratio == pytest.approx(truth, rel=0.05)
    assert told.command == ()


def test_a_claim_that_is_the_wrong_way_round_does_not_hold_and_its_ratio_is_told_as_claimed() -> None:
    told = found(SPEEDS | {SLOW.id: 9_000.0})
    assert told.verdict == "does-not-hold"
    pair = told.tiers[0].pairs[0]
    assert (pair.verdict, pair.reason) == ("does-not-hold", "Slow is faster")
    assert pair.low is not None
    assert pair.high is not None
    assert pair.ratio is not None
    assert pair.low < pair.ratio < pair.high < 1
    assert pair.low < 2 / 3 < pair.high


def test_equals_are_no_ranking() -> None:
    speeds = {FLOOR.id: 10_000.0, FAST.id: 6_000.0, SLOW.id: 6_000.0}
    record, trials = campaign_of(FLOOR, FAST, SLOW, blocks=30), made_up(speeds, 30, restart=0.002, noise=0.01)
    told = finding(without_rails(), record, rank(record, trials), "json")
    assert (told.verdict, told.tiers[0].pairs[0].reason) == (
        "does-not-hold",
        "they are tied: no difference that matters",
    )


def test_one_block_tells_nothing_and_says_so_and_the_campaign_can_go_on() -> None:
    told = found(blocks=1)
    assert told.verdict == "cannot-tell"
    assert {pair.reason for pair in told.tiers[0].pairs} == {"too few blocks for an interval"}
    assert told.command == ("harness", "run", "--resume", "made-up", "--budget", "2m")


def test_a_campaign_that_had_all_its_blocks_is_given_more_of_them() -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=1)
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"max_blocks": 1})})
    told = finding(CLAIM, record, rank(record, made_up(SPEEDS, 1)), "json", "elsewhere")
    assert told.command == ("harness", "run", "--resume", "elsewhere", "--budget", "2m", "--blocks", "6")


def test_blocks_of_other_groups_are_none_of_a_cells_own() -> None:
    """Of three blocks each cell was in one or two, the reference in all."""
    record = campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=3)
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"max_blocks": 3})})
    absent = {(FAST.id, 0), (SLOW.id, 1), (RAILS.id, 2)}
    trials = [trial for trial in made_up(SPEEDS | {SLOW.id: 5_950.0}, 3) if (trial.cell, trial.block) not in absent]
    told = finding(without_rails(), record, rank(record, trials), "json", "elsewhere")
    assert told.verdict == "cannot-tell"
    assert told.command == ("harness", "run", "--resume", "elsewhere", "--budget", "2m")


@pytest.mark.parametrize(("first", "second", "verdict"), [(FAST, SLOW, "holds"), (SLOW, FAST, "does-not-hold")])
def test_a_verdict_that_stands_though_its_interval_has_widened_says_so(first: Cell, second: Cell, verdict: str) -> None:
    record = campaign_of(FLOOR, FAST, SLOW)
    ranking = rank(record, made_up(SPEEDS, 8))
    pair = PairVerdict(
        first=first.id, second=second.id, ratio=1.03, low=0.992, high=1.07, verdict="better", decided_at=6
    )
    scenario = ranking.scenarios["json"].model_copy(update={"pairs": (pair,)})
    told = finding(without_rails(), record, ranking.model_copy(update={"scenarios": {"json": scenario}}), "json")
    (found_pair,) = told.tiers[0].pairs
    assert found_pair.verdict == verdict
    assert "distinguished after 6 blocks, which stands" in found_pair.reason


def test_a_difference_that_the_interval_leaves_open_cannot_be_told() -> None:
    told = found(SPEEDS | {SLOW.id: 5_950.0}, blocks=3)
    assert told.tiers[0].pairs[0].verdict == "cannot-tell"
    assert told.tiers[0].pairs[0].reason == "the interval includes both orders"


def test_a_pair_that_no_campaign_goes_on_for_is_asked_with_a_finer_difference() -> None:
    told = found(SPEEDS | {RAILS.id: 2_980.0}, blocks=3)
    assert [pair.verdict for pair in told.tiers[0].pairs] == ["holds", "holds", "cannot-tell"]
    assert told.command[:3] == ("harness", "run", "--only")
    assert told.command[-2:] == ("--until", "1%")


def test_nothing_is_claimed_where_the_reference_differs_from_itself() -> None:
    speeds = SPEEDS | {TWIN.id: 5_000.0}
    told = found(speeds, FLOOR, TWIN, FAST, SLOW, RAILS)
    assert told.verdict == "cannot-tell"
    assert "the reference was called different from itself" in told.tiers[0].pairs[0].reason


def test_what_was_not_measured_is_said_with_the_line_that_would_measure_it() -> None:
    told = found(SPEEDS, FLOOR, FAST, SLOW)
    assert told.verdict == "cannot-tell"
    assert verdicts(told)[0] == ("fast", "slow", "holds")
    assert told.tiers[0].pairs[1].reason == "Rails: not in this campaign"
    assert told.tiers[0].cells[2].reason == "not in this campaign"
    only = [part for app in ("raw-asgi", "fastapi", "django", "rails") for part in ("--only", app)]
    assert told.command == ("harness", "run", *only, "--scenario", "json")


def test_a_cell_that_failed_is_missing_for_its_own_reason() -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS)
    failure = Failure(cell=SLOW.id, phase="start", reason="ended with exit code 1")
    record = record.model_copy(update={"failures": (failure,)})
    told = finding(CLAIM, record, rank(record, made_up(SPEEDS, 8)), "json")
    assert told.tiers[0].cells[1].reason == "start: ended with exit code 1"
    assert told.verdict == "cannot-tell"


def test_a_pair_that_does_not_hold_refutes_whatever_is_missing() -> None:
    assert found(SPEEDS | {SLOW.id: 9_000.0}, FLOOR, FAST, SLOW).verdict == "does-not-hold"


def test_nothing_is_said_across_tiers() -> None:
    subjects = [subject.model_dump() for subject in CLAIM.subjects]
    subjects[0]["controlled"] = "fastapi-sqlalchemy"
    across = Claim.model_validate(CLAIM.model_dump() | {"subjects": subjects})
    told = found(SPEEDS | {WITH_ORM.id: 8_000.0}, FLOOR, SLOW, WITH_ORM, RAILS, claim=across)
    assert told.tiers[0].pairs[0].verdict == "cannot-tell"
    assert told.tiers[0].pairs[0].reason == "Fast: it is an application of the idiomatic tier"


def test_a_claim_holds_only_where_it_does_in_every_tier() -> None:
    subjects = [subject.model_dump() for subject in CLAIM.subjects]
    for subject, app in zip(subjects, ("fastapi-sqlalchemy", "django-orm", "rails"), strict=True):
        subject["idiomatic"] = app
    both = Claim.model_validate(CLAIM.model_dump() | {"subjects": subjects})
    other = cell("django-orm")
    cells, speeds = (FLOOR, FAST, SLOW, WITH_ORM, other, RAILS), SPEEDS | {other.id: 3_000.0}
    true = found(speeds | {WITH_ORM.id: 4_000.0}, *cells, claim=both)
    assert [(tier.tier, tier.verdict) for tier in true.tiers] == [("controlled", "holds"), ("idiomatic", "holds")]
    assert true.verdict == "holds"
    false = found(speeds | {WITH_ORM.id: 2_000.0}, *cells, claim=both)
    assert [tier.verdict for tier in false.tiers] == ["holds", "does-not-hold"]
    assert false.verdict == "does-not-hold"


def test_costs_and_published_figures_stand_beside_the_verdict() -> None:
    cost = Cost(server_cpu_s=0.5, service_cpu_s_a_request=0.00002)
    told = found(cost=cost, answered=1000)
    fast, _, rails = told.tiers[0].cells
    assert fast.server_cpu_us == pytest.approx(500)
    assert fast.service_cpu_us == pytest.approx(20)
    effects = rank(campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=8), made_up(SPEEDS, 8)).effects
    effect = next(one for one in effects if one.cell == FAST.id)
    assert (fast.framework_us, fast.framework_us_low) == (effect.microseconds, effect.low)
    assert fast.rps is not None
    assert rails.rps is not None
    assert fast.rps / rails.rps == pytest.approx(4, rel=0.05)
    assert told.tiers[0].pairs[0].cpu_ratio == pytest.approx(1.0)
    (run,) = told.published
    assert (run.rps, run.differed) == ({"fast": 4, "slow": 2, "rails": 1}, ("the machine",))


def test_it_is_tested_in_every_planned_scenario_with_figures_and_in_no_other() -> None:
    cells = (FLOOR, FAST, SLOW, RAILS)
    record = campaign(cells, ("json", "db", "plaintext"), blocks=2)
    trials: list[Trial] = []
    for name in ("json", "db", "plaintext"):
        trials += [one.model_copy(update={"scenario": name}) for one in made_up(SPEEDS, 2)]
    assert [one.scenario for one in findings(CLAIM, record, rank(record, trials))] == ["json", "db"]


def test_a_campaign_without_any_pair_of_the_claim_is_no_test_of_it() -> None:
    record = campaign_of(FLOOR, FAST)
    trials = made_up({FLOOR.id: 10_000.0, FAST.id: 6_000.0}, 8)
    assert findings(CLAIM, record, rank(record, trials)) == ()


def test_a_reference_holds_no_place_and_is_in_no_tie_group_but_has_its_figures_and_intervals() -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS)
    rows = {row.cell: row for row in rank(record, made_up(SPEEDS, 8)).scenarios["json"].rows}
    assert (rows[RAILS.id].rank_low, rows[RAILS.id].rank_high, rows[RAILS.id].tie_groups) == (None, None, ())
    assert rows[RAILS.id].league == "reference"
    assert rows[RAILS.id].ratio_low is not None
    assert {rows[one.id].rank_high for one in (FAST, SLOW)} == {1, 2}


def test_a_bare_callable_holds_no_place_beside_applications_and_one_where_there_are_none() -> None:
    record = campaign_of(FLOOR, FAST, SLOW)
    rows = {row.cell: row for row in rank(record, made_up(SPEEDS, 8)).scenarios["json"].rows}
    assert (rows[FLOOR.id].rank_low, rows[FLOOR.id].tie_groups, rows[FLOOR.id].league) == (None, (), "controlled")
    assert rows[FLOOR.id].ratio is not None
    other = cell("raw-wsgi")
    floors = {one.app: application(one.app, tier="floor") for one in (FLOOR, other)}
    alone = campaign_of(FLOOR, other).model_copy(update={"applications": floors})
    ranked = rank(alone, made_up({FLOOR.id: 9_000.0, other.id: 3_000.0}, 8)).scenarios["json"].rows
    assert [row.rank_high for row in ranked] == [1, 2]


@pytest.mark.parametrize("apart", [RAILS, FLOOR], ids=["a reference", "a bare callable"])
def test_no_campaign_goes_on_for_a_pair_with_one_that_holds_no_place(apart: Cell) -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=6)
    (open_now,) = unresolved(record, made_up(SPEEDS | {apart.id: 2_990.0}, 6))
    assert all(apart.id not in (pair.first, pair.second) for pair in open_now.pairs)


def test_a_reference_that_the_generator_limited_is_shown_and_said_to_be_and_an_application_is_not() -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=3)
    gate = Notice(code="generator-bound", seen="the generator used 97% of its cores")
    limited = {RAILS.id, SLOW.id}
    trials = [
        one.model_copy(update={"failed_gates": (gate,)}) if one.cell in limited else one for one in made_up(SPEEDS, 3)
    ]
    ranking = rank(record, trials).scenarios["json"]
    assert {row.cell for row in ranking.rows} == {FLOOR.id, FAST.id, RAILS.id}
    assert [cell.cell for cell in ranking.unranked] == [SLOW.id]
    (told,) = [notice for notice in ranking.notices if notice.code == "generator-bound"]
    assert told.seen.startswith(RAILS.id)


def test_a_reference_that_fails_another_gate_is_left_out_as_any_cell_is() -> None:
    record = campaign_of(FLOOR, FAST, SLOW, RAILS, blocks=3)
    gate = Notice(code="errors", seen="7 of 8 requests failed")
    trials = [
        one.model_copy(update={"failed_gates": (gate,)}) if one.cell == RAILS.id else one for one in made_up(SPEEDS, 3)
    ]
    assert [cell.cell for cell in rank(record, trials).scenarios["json"].unranked] == [RAILS.id]
