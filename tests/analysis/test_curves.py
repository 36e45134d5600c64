"""Throughput over the values of a setting: which cells make a curve, and which differences are called."""

from collections.abc import Mapping

import pytest

from harness.analysis.curves.curves import curves_of
from harness.analysis.ranking.ranking import rank
from harness.model.asked.cell import Cell
from harness.model.found.curve import Curve
from harness.model.measured.trial import Cost
from tests.analysis.campaigns import application, campaign, cell, made_up


def of(app: str, **settings: object) -> Cell:
    return Cell.model_validate(cell(app).model_dump() | settings)


THREADS = [of("flask", server="gunicorn-gthread", threads=threads) for threads in (1, 8, 64, 200)]
ASYNC, OTHER_WORKERS = of("starlette"), of("fastapi", workers=2)
BARE = of("raw-asgi")
SPEEDS = dict(zip(THREADS, (20.0, 160.0, 1200.0, 1200.0), strict=True)) | {
    ASYNC: 4900.0,
    OTHER_WORKERS: 9000.0,
    BARE: 6000.0,
}


def found(speeds: Mapping[Cell, float], blocks: int = 10, **cpu_us: float) -> tuple[Curve, ...]:
    cells = tuple(speeds)
    record = campaign(cells, blocks=blocks)
    apps = {one.app: application(one.app, tier="floor" if one.app == "raw-asgi" else "controlled") for one in cells}
    record = record.model_copy(update={"applications": apps})
    trials = [
        trial.model_copy(update={"cost": Cost(server_cpu_s=1e-6 * trial.answered * cpu_us.get(trial.cell, 100.0))})
        for trial in made_up({one.id: rate for one, rate in speeds.items()}, blocks, restart=0.003)
    ]
    return curves_of(record, rank(record, trials).scenarios)


def test_a_curve_runs_over_the_values_of_a_setting_beside_what_has_none_of_it() -> None:
    (curve,) = found(SPEEDS)
    assert (curve.setting, curve.scenario) == ("threads", "json")
    assert [(point.cell, point.value) for point in curve.points] == [(one.id, one.threads) for one in THREADS]
    assert [point.cell for point in curve.beside] == [ASYNC.id], "no other number of workers, and no bare callable"
    assert all(point.rps_low and point.rps_low < point.rps < (point.rps_high or 0) for point in curve.points)


def test_the_usual_number_of_threads_is_a_point_where_others_were_chosen() -> None:
    one, usual, many = (of("flask", server="gunicorn-gthread", threads=threads) for threads in (1, None, 200))
    (curve,) = found({one: 20.0, many: 1200.0, usual: 160.0, ASYNC: 4900.0})
    assert [(point.cell, point.value) for point in curve.points] == [(one.id, 1), (usual.id, 8), (many.id, 200)]
    assert [point.cell for point in curve.beside] == [ASYNC.id]
    assert found({usual: 160.0, ASYNC: 4900.0}) == ()


def test_the_verdicts_of_a_curve_are_those_of_the_ranking() -> None:
    (curve,) = found(SPEEDS)
    assert curve.best in {THREADS[2].id, THREADS[3].id}
    assert curve.enough == THREADS[2].id, "200 threads are not called faster than 64"
    assert curve.gain is not None
    assert curve.other is not None
    assert (curve.gain.first, curve.gain.second, curve.gain.verdict) == (curve.best, THREADS[0].id, "better")
    assert (curve.other.first, curve.other.verdict) == (ASYNC.id, "better")
    assert curve.loss is None or curve.loss.verdict != "better"


def test_a_setting_that_costs_throughput_is_a_loss() -> None:
    (curve,) = found(dict(zip(THREADS[:3], (500.0, 400.0, 300.0), strict=True)))
    assert (curve.best, curve.enough, curve.gain) == (THREADS[0].id, THREADS[0].id, None)
    assert curve.loss is not None
    assert (curve.loss.first, curve.loss.second, curve.loss.verdict) == (THREADS[0].id, THREADS[2].id, "better")


def test_nothing_is_called_different_after_one_block() -> None:
    (curve,) = found(dict(zip(THREADS[:2], (20.0, 160.0), strict=True)), blocks=1)
    assert curve.gain is not None
    assert curve.gain.verdict == "unresolved"
    assert curve.points[0].rps_low is None


def test_a_cell_without_a_figure_has_no_point_and_one_point_is_no_curve() -> None:
    cells = THREADS[:3]
    record = campaign(cells, blocks=3)
    two = rank(record, made_up({one.id: 10.0 for one in cells[1:]}, 3)).scenarios
    (curve,) = curves_of(record, two)
    assert [point.value for point in curve.points] == [8, 64]
    one = rank(record, made_up({cells[1].id: 10.0}, 3)).scenarios
    assert curves_of(record, one) == ()


@pytest.mark.parametrize("setting", ["workers", "threads", "runtime_threads", "pool"])
def test_each_setting_that_is_a_number_has_its_curve(setting: str) -> None:
    others = {"threads": 1, "runtime_threads": 1, "pool": 4}
    cells = [of("flask", **others | {setting: value}) for value in (1, 2)]
    (curve,) = found({cells[0]: 10.0, cells[1]: 20.0}, blocks=3)
    assert (curve.setting, [point.value for point in curve.points]) == (setting, [1, 2])
