"""The gap between the tiers of one framework."""

import pytest

from harness.analysis.ranking.gaps import gaps
from harness.analysis.ranking.ranking import rank
from harness.model.asked.application import AppManifest, Uses
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Notice
from tests.analysis.campaigns import application, campaign, cell, made_up, trial

FLOOR, FLASK, WITH_ORM, DJANGO = cell("raw-asgi"), cell("flask"), cell("flask-sqlalchemy"), cell("django")
CELLS = (FLOOR, FLASK, WITH_ORM, DJANGO)
SPEEDS = {FLOOR.id: 10_000.0, FLASK.id: 4_000.0, WITH_ORM.id: 2_500.0, DJANGO.id: 3_000.0}


def manifest(app: str, tier: str, framework: str, *servers: str) -> AppManifest:
    changes = {"uses": Uses(framework=framework), "servers": servers or ("uvicorn",)}
    return application(app, tier=tier).model_copy(update=changes)


MANIFESTS = (
    manifest("raw-asgi", "floor", ""),
    manifest("flask", "controlled", "flask"),
    manifest("flask-sqlalchemy", "idiomatic", "flask"),
    manifest("django", "controlled", "django"),
)


def campaign_of(*cells: Cell, manifests: tuple[AppManifest, ...] = MANIFESTS, blocks: int = 8) -> CampaignRecord:
    record = campaign(cells, blocks=blocks)
    return record.model_copy(update={"applications": {app.id: app for app in manifests}})


def on(server: str, of: Cell) -> Cell:
    return Cell.model_validate(of.model_dump() | {"server": server})


def test_the_gap_is_the_idiomatic_cell_over_the_controlled_one_with_an_interval_that_holds_the_truth() -> None:
    (gap,) = gaps(campaign_of(*CELLS), made_up(SPEEDS, 8))
    assert (gap.framework, gap.scenario, gap.blocks, gap.same_server) == ("flask", "json", 8, True)
    assert (gap.controlled, gap.idiomatic) == (FLASK.id, WITH_ORM.id)
    assert gap.low is not None
    assert gap.high is not None
    assert gap.low < 0.625 < gap.high
    assert gap.low < gap.ratio < gap.high
    assert gap.ratio == pytest.approx(0.625, abs=0.02)


def test_an_idiomatic_cell_may_be_the_faster_one() -> None:
    (gap,) = gaps(campaign_of(*CELLS), made_up(SPEEDS | {WITH_ORM.id: 8_000.0}, 8))
    assert gap.low is not None
    assert 1 < gap.low < gap.ratio
    assert gap.ratio == pytest.approx(2.0, abs=0.07)


def test_it_is_the_same_figure_as_that_of_the_pair_in_the_ranking() -> None:
    ranking = rank(campaign_of(*CELLS), made_up(SPEEDS, 8))
    (gap,), scenario = ranking.gaps, ranking.scenarios["json"]
    (pair,) = [pair for pair in scenario.pairs if {pair.first, pair.second} == {FLASK.id, WITH_ORM.id}]
    assert pair.low is not None
    assert pair.high is not None
    assert (gap.ratio, gap.low, gap.high) == pytest.approx((1 / pair.ratio, 1 / pair.high, 1 / pair.low))


def test_one_block_has_a_ratio_and_no_interval() -> None:
    (gap,) = gaps(campaign_of(*CELLS, blocks=1), made_up(SPEEDS, 1))
    assert (gap.low, gap.high, gap.blocks) == (None, None, 1)
    assert gap.ratio == pytest.approx(0.625, abs=0.05)


def test_the_controlled_cell_on_the_same_server_is_the_one_compared_with() -> None:
    cells = (FLOOR, FLASK, on("granian", FLASK), on("granian", WITH_ORM))
    manifests = (
        manifest("raw-asgi", "floor", ""),
        manifest("flask", "controlled", "flask", "uvicorn", "granian"),
        manifest("flask-sqlalchemy", "idiomatic", "flask", "granian"),
    )
    (gap,) = gaps(campaign_of(*cells, manifests=manifests), made_up({c.id: 1_000.0 for c in cells}, 8))
    assert gap.same_server
    assert gap.controlled == on("granian", FLASK).id


def test_without_one_it_is_that_on_the_framework_s_first_server_and_says_so() -> None:
    cells = (FLOOR, on("waitress", FLASK), FLASK, on("granian", WITH_ORM))
    manifests = (
        manifest("raw-asgi", "floor", ""),
        manifest("flask", "controlled", "flask", "uvicorn", "waitress"),
        manifest("flask-sqlalchemy", "idiomatic", "flask", "granian"),
    )
    (gap,) = gaps(campaign_of(*cells, manifests=manifests), made_up({c.id: 1_000.0 for c in cells}, 8))
    assert not gap.same_server
    assert gap.controlled == FLASK.id


@pytest.mark.parametrize("change", [{"workers": 2}, {"database": "sqlite"}, {"interpreter": "cpython3.13"}])
def test_cells_that_differ_in_more_than_the_tier_have_no_gap(change: dict[str, object]) -> None:
    other = Cell.model_validate(WITH_ORM.model_dump() | change)
    assert gaps(campaign_of(FLOOR, FLASK, other), made_up({c.id: 1_000.0 for c in (FLOOR, FLASK, other)}, 8)) == ()


def test_of_two_controlled_applications_that_with_the_same_serializer_is_the_one_compared_with() -> None:
    with_orjson = cell("flask-orjson")
    other = manifest("flask-orjson", "controlled", "flask")
    other = other.model_copy(update={"uses": Uses(framework="flask", serializer="orjson")})
    record = campaign_of(FLOOR, with_orjson, FLASK, WITH_ORM, manifests=(*MANIFESTS, other))
    (gap,) = gaps(record, made_up(SPEEDS | {with_orjson.id: 6_000.0}, 8))
    assert gap.controlled == FLASK.id


def test_frameworks_that_are_not_named_do_not_belong_together() -> None:
    manifests = (manifest("flask", "controlled", ""), manifest("flask-sqlalchemy", "idiomatic", ""))
    assert gaps(campaign_of(*CELLS, manifests=manifests), made_up(SPEEDS, 8)) == ()


def test_a_scenario_in_which_one_of_the_two_has_no_figure_has_no_gap() -> None:
    gate = Notice(code="errors", seen="all failed", mend="look at its log")
    wrong = [trial(WITH_ORM.id, block, [1_000.0] * 40, failed_gates=(gate,)) for block in range(8)]
    others = {name: speed for name, speed in SPEEDS.items() if name != WITH_ORM.id}
    assert gaps(campaign_of(*CELLS), [*made_up(others, 8), *wrong]) == ()


def test_a_twin_is_no_variant() -> None:
    twin = cell("flask-sqlalchemy", twin=1)
    speeds = SPEEDS | {twin.id: 2_500.0}
    assert len(gaps(campaign_of(*CELLS, twin), made_up(speeds, 8))) == 1
