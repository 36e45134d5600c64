"""What more workers, more threads or another interpreter bring: two cells that differ in that alone."""

import pytest

from harness.analysis.ranking.effects import effects
from harness.analysis.ranking.ranking import rank
from harness.analysis.ranking.settings import varied
from harness.model.asked.cell import Cell
from tests.analysis.campaigns import application, campaign, cell, made_up


def of(app: str, **settings: object) -> Cell:
    return Cell.model_validate(cell(app).model_dump() | settings)


ONE, TWO = of("flask", workers=1, threads=1), of("flask", workers=2, threads=1)
MANY, BOTH = of("flask", workers=1, threads=8), of("flask", workers=2, threads=8)
FREE = of("flask", workers=1, threads=1, interpreter="cpython3.13t")
POOLS = [of("flask", workers=1, threads=1, pool=pool) for pool in (1, 4, 16)]


def test_cells_are_set_against_the_first_that_differs_in_one_setting_alone() -> None:
    record = campaign((ONE, TWO, MANY, BOTH, FREE))
    assert list(varied(record)) == [
        ("workers", TWO, ONE),
        ("workers", BOTH, MANY),
        ("threads", MANY, ONE),
        ("threads", BOTH, TWO),
        ("interpreter", FREE, ONE),
    ]


def test_each_pool_is_set_against_the_smallest() -> None:
    assert list(varied(campaign(POOLS))) == [("pool", POOLS[1], POOLS[0]), ("pool", POOLS[2], POOLS[0])]


def test_twins_and_other_servers_are_no_settings() -> None:
    record = campaign((ONE, of("flask", threads=1, twin=1), of("flask", server="granian", workers=2, threads=1)))
    assert list(varied(record)) == []


def test_what_a_setting_brings_is_the_ratio_of_the_ranking_with_its_interval_and_verdict() -> None:
    speeds = {ONE.id: 1_000.0, TWO.id: 1_800.0, MANY.id: 500.0}
    found = rank(campaign((ONE, TWO, MANY), blocks=10), made_up(speeds, 10, restart=0.003))
    workers, threads = found.settings
    assert (workers.setting, workers.cell, workers.base) == ("workers", TWO.id, ONE.id)
    assert (threads.setting, threads.cell, threads.base) == ("threads", MANY.id, ONE.id)
    for effect, truth in ((workers, 1.8), (threads, 0.5)):
        assert effect.low is not None
        assert effect.high is not None
        assert effect.low < truth < effect.high
        assert effect.ratio == pytest.approx(truth, rel=0.03)
        assert (effect.verdict, effect.blocks) == ("better", 10)
        pair = next(p for p in found.scenarios["json"].pairs if {p.first, p.second} == {effect.cell, effect.base})
        assert effect.ratio == pytest.approx(pair.ratio if pair.first == effect.cell else 1 / pair.ratio)


def test_one_block_gives_a_ratio_without_an_interval() -> None:
    (effect,) = rank(campaign((ONE, TWO)), made_up({ONE.id: 10.0, TWO.id: 20.0}, 1)).settings
    assert (effect.low, effect.high, effect.verdict) == (None, None, "unresolved")


def test_a_framework_and_a_server_are_compared_where_settings_are_equal() -> None:
    bare = [of("raw-wsgi", workers=workers, threads=threads) for workers in (1, 2) for threads in (1, 8)]
    flask = [ONE, TWO, MANY, BOTH]
    elsewhere = [of("flask", server="waitress", workers=1, threads=threads) for threads in (1, 8)]
    cells = (*bare, *flask, *elsewhere)
    apps = {"raw-wsgi": application("raw-wsgi", tier="floor"), "flask": application("flask")}
    record = campaign(cells, blocks=2).model_copy(update={"applications": apps})
    found = effects(record, made_up({one.id: 1_000.0 for one in cells}, 2))
    known = {one.id: one for one in cells}
    pairs = [(one.kind, known[one.cell], known[one.base]) for one in found]
    assert len(pairs) == len(flask) + len(elsewhere)
    for _, one, base in pairs:
        assert (one.workers, one.threads) == (base.workers, base.threads)
