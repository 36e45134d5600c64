import io

import numpy as np
from rich.console import Console, RenderableType

from harness.analysis.latency.capacity import capacity_rows
from harness.analysis.latency.latency import latency_rows
from harness.cli.show.latency_tables import capacity_table, latency_table
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Failure, Notice
from tests.analysis.campaigns import campaign, cell
from tests.analysis.windows import search, window

A, B, C = cell("first-app"), cell("second-app"), cell("third-app")


def asked() -> CampaignRecord:
    record = campaign([A, B, C], blocks=1)
    plan = record.plan.model_copy(update={"latency": ("json",), "p99_s": 0.05})
    failure = Failure(cell=C.id, phase="verify", reason="a [bold]wrong[/] body")
    return record.model_copy(update={"plan": plan, "failures": (failure,)})


def shown(table: RenderableType, width: int = 80) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=width, color_system=None).print(table)
    return [line.rstrip() for line in text.getvalue().splitlines() if line.strip()]


def test_response_times_are_told_in_plan_order_with_what_is_missing_or_in_doubt() -> None:
    moved = Notice(code="capacity-moved", seen="it moved")
    rows = latency_rows(
        asked(),
        [
            window(B.id, 0, np.linspace(0.0001, 0.2, 10_000), marks=("drain-overrun",)),
            window(A.id, 0, [0.002] * 990, offered=1000, errors={"status": 10}),
            window(A.id, 0, [9.0] * 1000, discarded=moved),
        ],
    )["json"]
    lines = shown(latency_table("json", rows))
    assert lines[0] == "json: response times in ms at 50% of capacity"
    assert lines[1].split() == ["application", "server", "rate/s", "p50", "p90", "p99", "p99.9", "max"]
    assert lines[3].split() == ["first-app", "uvicorn", "1,000", "2.00", "2.00", "n/a", "n/a", "2.00"]
    assert lines[4].split() == ["second-app", "uvicorn", "1,000", "100", "180", "198", "n/a", "200"]
    notes = " ".join(lines[5:])
    assert "n/a: fewer than 30 requests lie beyond it" in notes
    assert "first-app on uvicorn: 1 of 2 windows discarded" in notes
    assert "first-app on uvicorn: 1.00% of requests failed" in notes
    assert "second-app on uvicorn: drain-overrun in 1 of 1 windows" in notes
    assert "n/a  third-app on uvicorn: verify: a [bold]wrong[/] body" in notes


def test_a_reason_that_several_share_is_given_once() -> None:
    rows = latency_rows(asked(), [])["json"]
    lines = shown(latency_table("json", rows), width=120)
    assert "n/a  first-app on uvicorn, second-app on uvicorn: no window was measured" in lines
    assert "n/a  third-app on uvicorn: verify: a [bold]wrong[/] body" in lines
    many = campaign([cell(f"app-{number}") for number in range(9)], blocks=1)
    many = many.model_copy(update={"plan": many.plan.model_copy(update={"latency": ("json",)})})
    (line,) = shown(latency_table("json", latency_rows(many, [])["json"]), width=300)[-1:]
    assert line.count(" on uvicorn") == 6
    assert line.endswith("and 3 more: no window was measured")


def test_a_scenario_whose_turn_did_not_come_says_so() -> None:
    record = asked()
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"latency_in_turn": True})})
    lines = shown(latency_table("json", latency_rows(record, [])["json"]), width=200)
    assert any("second-app on uvicorn: its turn did not come: each block measures" in line for line in lines)


def test_a_percentile_that_lies_among_unanswered_requests_says_so() -> None:
    rows = latency_rows(asked(), [window(A.id, 0, [0.002] * 8000, offered=10_000, errors={"timeout": 2000})])["json"]
    assert "first-app on uvicorn: no p90: 20.00% were never answered rightly" in shown(latency_table("json", rows))


def test_rates_under_a_limit_are_told_with_the_range_they_lie_in() -> None:
    searches = [search(A.id, 0, 1234.0, 1301.0), search(B.id, 0, 950.0, None)]
    lines = shown(capacity_table("json", capacity_rows(asked(), searches)["json"]))
    assert lines[0] == "json: highest rate with p99 within 50 ms"
    assert lines[3].split() == ["first-app", "uvicorn", "1,234", "1,234–1,301", "1", "2"]
    assert lines[4].split() == ["second-app", "uvicorn", "950", "950", "or", "more", "1", "1"]
    assert lines[5] == "n/a  third-app on uvicorn: verify: a [bold]wrong[/] body"


def test_no_figure_is_cut_on_a_narrow_terminal() -> None:
    long = cell("a-rather-long-name").model_copy(update={"server": "gunicorn-uvicorn-worker"})
    record = campaign([long], blocks=1)
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"latency": ("json",)})})
    seconds = np.linspace(0.0001, 5.2, 100_000)
    text = " ".join(shown(latency_table("json", latency_rows(record, [window(long.id, 0, seconds)])["json"])))
    assert all(figure in text for figure in ("1,000", "2,601", "4,682", "5,149", "5,198", "5,200"))
