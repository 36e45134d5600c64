"""What a race came to: the cheapest first, who left and why, and what each knob brings."""

from harness.analysis.tuning.answer import cheapness, tuned
from harness.model.asked.cell import Cell
from harness.model.asked.tuning import Tuning
from harness.model.found.ranking import CellCost
from harness.model.found.tuning import Tuned
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Failure
from harness.report.view.tuning import Words, contender_rows, default_said, gone_rows, headline, knob_rows, sentences
from tests.analysis.campaigns import campaign, cell, made_up


def configured(workers: int, threads: int | None = None, server: str = "uvicorn") -> Cell:
    return cell("raw").model_copy(update={"workers": workers, "threads": threads, "server": server})


DEFAULT = configured(1)
TWIN = DEFAULT.model_copy(update={"twin": 1})


def race(cells: tuple[Cell, ...], blocks: int, default: Cell | None = DEFAULT) -> CampaignRecord:
    asked = Tuning(application="raw", title="Raw", default=default.id if default else None)
    return campaign((DEFAULT, *cells, TWIN), blocks=blocks).model_copy(update={"tuning": asked})


def answer(
    speeds: dict[Cell, float], blocks: int = 6, *, default_speed: float = 1000.0, **noise: float
) -> tuple[Words, Tuned]:
    record = race(tuple(speeds), blocks)
    by_id = {DEFAULT.id: default_speed, TWIN.id: default_speed} | {one.id: speed for one, speed in speeds.items()}
    found = tuned(record, made_up(by_id, blocks, **noise), ())
    assert found is not None
    return Words(record), found


def test_the_cheapest_has_the_fewest_workers_times_threads_then_least_memory_then_least_cpu() -> None:
    small, large = CellCost(load_pss_bytes=10.0, server_cpu_us=9.0), CellCost(load_pss_bytes=20.0, server_cpu_us=1.0)
    dear = CellCost(load_pss_bytes=10.0, server_cpu_us=10.0)
    assert cheapness(configured(2), large) < cheapness(configured(1, 4), small)
    assert cheapness(configured(1, 4), small) < cheapness(configured(4, 1), large)
    assert cheapness(configured(1, 4), small) < cheapness(configured(4, 1), dear)
    assert cheapness(configured(1), large) < cheapness(configured(1), CellCost()), "what is not known comes last"
    few, many = (configured(1).model_copy(update={"pool": pool}) for pool in (4, 16))
    assert cheapness(few, large) < cheapness(many, small)


def test_one_that_is_clearly_the_fastest_is_the_answer_and_the_others_are_named_with_what_beat_them() -> None:
    fast, slow = configured(2), configured(4)
    words, found = answer({fast: 2000.0, slow: 500.0})
    assert [one.cell for one in found.contenders] == [fast.id]
    assert found.recommended == fast.id
    assert found.settled
    assert headline(words, found) == "uvicorn, 2 workers gives the most requests per second of 3 configurations"
    assert {row.why for row in gone_rows(words, found)} == {"slower than uvicorn, 2 workers"}
    assert (
        default_said(words, found) == "The default, uvicorn, 1 worker, left the race: slower than uvicorn, 2 workers."
    )


def test_a_tie_is_said_as_a_tie_with_the_cheapest_first() -> None:
    few, many = configured(2), configured(4)
    words, found = answer({few: 2000.0, many: 2001.0}, 13, restart=0.002, noise=0.01)
    assert [one.cell for one in found.contenders] == [few.id, many.id]
    assert found.settled
    assert headline(words, found) == (
        "2 of 3 configurations are the best and tied; the cheapest of them is uvicorn, 2 workers"
    )


def test_where_the_default_is_among_the_best_it_is_as_good_as_any() -> None:
    words, found = answer({configured(2): 1001.0, configured(4): 400.0}, 13, restart=0.002, noise=0.01)
    assert headline(words, found).startswith("The default is as good as any: uvicorn, 1 worker is one of 2")


def test_what_is_not_told_apart_is_not_called_tied() -> None:
    words, found = answer({configured(2): 1020.0}, 4, restart=0.05)
    assert not found.settled
    assert headline(words, found).startswith("So far, the default is as good as any: ")
    assert "undecided" in headline(words, found)
    assert any("More blocks" in line for line in sentences(found))
    slow = [line for line in sentences(found) if "may be as slow as" in line]
    assert len(slow) == (found.recommended != max(found.contenders, key=lambda one: one.ratio).cell)


def test_one_block_recommends_nothing() -> None:
    words, found = answer({configured(2): 2000.0}, 1)
    assert found.estimate
    assert found.recommended is None
    assert headline(words, found) == "Nothing is decided yet among 2 configurations"


def test_each_knob_of_the_recommended_configuration_is_set_beside_those_that_differ_in_it_alone() -> None:
    best = configured(2, server="granian-asgi")
    words, found = answer({best: 3000.0, configured(2): 2000.0, configured(1, server="granian-asgi"): 1500.0})
    rows = {row.change: row for row in knob_rows(words, found)}
    assert set(rows) == {"granian-asgi instead of uvicorn", "2 workers instead of 1"}
    assert rows["2 workers instead of 1"].verdict == "faster"
    assert rows["2 workers instead of 1"].ratio.startswith(("1.9", "2.0"))


def test_a_candidate_that_failed_is_gone_with_its_reason() -> None:
    other = configured(2)
    record = race((other,), 6)
    failed = Failure(cell=other.id, phase="start", reason="it does not listen")
    found = tuned(record.model_copy(update={"failures": (failed,)}), made_up({DEFAULT.id: 1e3, TWIN.id: 1e3}, 6), ())
    assert found is not None
    (gone,) = found.gone
    assert (gone.cause, gone.reason) == ("failed", "start: it does not listen")


def test_the_fastest_of_the_table_has_no_interval_to_itself() -> None:
    words, found = answer({configured(2): 2000.0})
    (row,) = contender_rows(words, found)
    assert (row.ratio, row.interval) == ("1.00×", "the fastest")


def test_a_campaign_that_looks_for_no_configuration_has_no_answer() -> None:
    assert tuned(campaign((DEFAULT, TWIN)), (), ()) is None
