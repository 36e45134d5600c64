"""Charts: what they are made of, and the few sums they do themselves."""

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from harness.model.asked.request import Level
from harness.model.measured.trial import Trial
from harness.report.charts.agreement import Agreement, against, agreement
from harness.report.charts.changes import Shift, changes
from harness.report.charts.cost import Cost, cost
from harness.report.charts.cpu import Cpu, cpu
from harness.report.charts.drawing.figure import TOKENS, Chart, colour_of, in_lines
from harness.report.charts.drawing.lines import Line, apart, styles
from harness.report.charts.drawing.scale import plain, rounded, ticks
from harness.report.charts.levels import levels
from harness.report.charts.memory import memory
from harness.report.charts.percentiles import at_a_fixed_rate, under_full_load
from harness.report.charts.split import FRAMEWORK, SERVER, Split, split
from harness.report.charts.trace import machine_speed, trace
from tests.report.dom import parse

LINES = [Line("Starlette on uvicorn", ((16, 900), (64, 1000)), floor=False), Line("Raw", ((16, 950), (64, 1100)), True)]
COSTS = [
    Cost("Slow", "Raw", floor_us=40, extra_us=60, extra_low_us=50, extra_high_us=70),
    Cost("Quick", "Raw", floor_us=40, extra_us=-1, extra_low_us=-3, extra_high_us=1),
]
AGREEMENTS = [Agreement("Starlette", 0.75, 0.74, 0.76, blocks=(0.74, 0.75, 0.77), floor=False)]


def a_trial(cell: str, block: int, rates: tuple[float, ...], rotations: tuple[int, ...] | None = None) -> Trial:
    return Trial(
        cell=cell,
        block=block,
        scenario="json",
        level=Level(connections=64),
        rotations=rotations or tuple(range(len(rates))),
        rates=rates,
        completions=10,
        duration_s=1,
        errors={},
        bytes_received=0,
        body_bytes=0,
        reconnects=0,
        generator_cpu_s=0,
        wall_s=1,
    )


ONE_LINE = [Line("Starlette", ((0.5, 2.0), (0.99, 9.0)), floor=False)]
TWO_POINTS = [Line("Starlette", ((40, 900),), floor=False), Line("Raw", ((30, 990),), floor=True)]
SHIFTS = [Shift("Flask", 0.8, 0.77, 0.83, "worse"), Shift("One", 1.1, None, None, "unresolved")]
EVERY_CHART: dict[str, Callable[[], Chart | None]] = {
    "agreement-json": lambda: agreement("json", "JSON", AGREEMENTS, "Raw"),
    "cost-json": lambda: cost("json", "JSON", COSTS),
    "cpu-db": lambda: cpu("db", "DB", [Cpu("Django", 90.0, 210.0, 40.0), Cpu("Quick", 90.0, -2.0, 40.0)]),
    "changes-json": lambda: changes("json", "JSON", SHIFTS, 0.03),
    "latency-json": lambda: at_a_fixed_rate("json", "JSON", ONE_LINE, "50%"),
    "levels-json": lambda: levels("json", "JSON", LINES, "connections", "requests per second"),
    "percentiles-json": lambda: under_full_load("json", "JSON", ONE_LINE, "64 connections"),
    "memory-json": lambda: memory("json", "JSON", TWO_POINTS, "requests per second"),
    "split-json": lambda: split(
        "json", "JSON", [Split("Django", {SERVER: 90.0, FRAMEWORK: 60.0}), Split("Quick", {SERVER: 40.0})]
    ),
    "trace-json": lambda: trace("json", "JSON", [a_trial("a", 0, (10, 20, 30))]),
}


def drawn_as(id_: str) -> Chart:
    chart = EVERY_CHART[id_]()
    assert chart is not None
    assert chart.id == id_
    return chart


@pytest.mark.parametrize("id_", EVERY_CHART)
def test_a_chart_is_drawn_alike_every_time(id_: str) -> None:
    assert drawn_as(id_).svg == drawn_as(id_).svg


@pytest.mark.parametrize("id_", EVERY_CHART)
def test_a_chart_has_the_colours_of_the_page_and_text_that_is_text(id_: str) -> None:
    chart = drawn_as(id_)
    svg = parse(chart.svg).one("svg")
    assert not re.findall(r"#[0-9a-f]{6}", chart.svg), "a colour that neither light nor dark changes"
    assert "var(--" in chart.svg
    assert not [e for e in svg.walk() if "style" in e.attributes or e.tag in {"style", "metadata", "script"}]
    assert svg.all("text")
    assert svg.attributes["role"] == "img"
    assert [element.tag for element in svg.children if not isinstance(element, str)][:2] == ["title", "desc"]


def test_every_colour_of_the_charts_is_a_variable_of_the_style_sheet() -> None:
    from harness.report.page import _asset

    css = _asset("page.css")
    for name in TOKENS:
        assert re.search(rf"--{name}: light-dark\(#\w+, #\w+\);", css), f"--{name} is not set for light and dark"


@pytest.mark.parametrize(
    ("value", "told", "with_sign"),
    [
        (1234.5, "1,230", "+1,230"),
        (-1234.5, "\u22121,230", "\u22121,230"),
        (12.345, "12.3", "+12.3"),
        (0.0, "0", "0"),
        (1_234_567.0, "1,230,000", "+1,230,000"),
    ],
)
def test_a_long_time_is_told_in_plain_digits(value: float, told: str, with_sign: str) -> None:
    assert (rounded(value), rounded(value, signed=True)) == (told, with_sign)


def test_the_cost_of_a_slow_scenario_is_told_in_plain_digits() -> None:
    drawn = cost("updates", "Updates", [Cost("Flask", "Raw", 5660.0, 1404.0, None, None)])
    assert drawn
    assert "+1,400" in drawn.svg
    assert "Flask: 5,660 for Raw, and 1,400 for the framework" in drawn.svg


def test_without_data_there_is_no_chart() -> None:
    one_point = [Line("Starlette", ((64, 1000),), floor=False)]
    assert agreement("json", "JSON", [], "Raw") is None
    assert cost("json", "JSON", []) is None
    assert cpu("json", "JSON", []) is None
    assert changes("json", "JSON", [], 0.03) is None
    assert at_a_fixed_rate("json", "JSON", one_point, "50%") is None
    assert levels("json", "JSON", one_point, "connections", "requests per second") is None
    assert under_full_load("json", "JSON", one_point, "64 connections") is None
    assert memory("json", "JSON", one_point, "requests per second") is None
    assert trace("json", "JSON", [a_trial("a", 0, (10,))]) is None


def test_the_machines_speed_is_what_all_cells_have_in_common() -> None:
    fast_and_slow = [a_trial("a", 0, (100, 50, 100)), a_trial("b", 0, (10, 5, 10)), a_trial("a", 1, (50, 100))]
    assert machine_speed(fast_and_slow) == [(0, [1.0, 0.5, 1.0]), (1, [0.5, 1.0])]


def test_rotations_in_which_a_cell_did_not_run_do_not_shift_the_others() -> None:
    speeds = machine_speed([a_trial("a", 0, (100, 100, 50)), a_trial("b", 0, (10, 5), rotations=(0, 2))])
    assert speeds == [(0, [pytest.approx((1 + 10 / 7.5) / 2), 1.0, pytest.approx((0.5 + 5 / 7.5) / 2)])]


def test_ratios_are_taken_only_in_blocks_that_both_were_in() -> None:
    assert against({1: 50.0, 2: 60.0, 4: 70.0}, {1: 100.0, 3: 1.0, 4: 140.0}) == (0.5, 0.5)


@given(st.floats(min_value=1e-3, max_value=1e6), st.floats(min_value=1.25, max_value=1e4))
def test_an_axis_has_a_few_round_ticks_within_it(low: float, times: float) -> None:
    found = ticks(low, low * times)
    assert all(low <= tick <= low * times for tick in found)
    assert 2 <= len(found) <= 13


def test_every_number_of_an_axis_stands_where_its_value_lies() -> None:
    """Ticks and grid are drawn apart from the numbers: both must lie on the scale of what is drawn."""
    drawn = levels(
        "json",
        "JSON",
        [Line("Starlette", ((16, 100), (64, 10_000), (256, 1_000)), floor=False)],
        "users",
        "requests per second",
    )
    assert drawn is not None
    texts = {text.text: text.attributes for text in parse(drawn.svg).all("text")}
    ends = re.findall(r'<use x="([\d.]+)" y="([\d.]+)"', drawn.svg)
    assert [float(x) for x, _ in ends] == [float(texts[users]["x"]) for users in ("16", "64", "256")]
    low, high, between = (float(y) for _, y in ends)
    assert between == pytest.approx((low + high) / 2, abs=0.1)
    grid, ticks_below = (
        re.findall(r"M([\d.]+) ([\d.]+)", path) for path in re.findall(r'd="(M[^"]*M[^"]*)"', drawn.svg)
    )
    foot = 0.38 * 11
    assert [float(texts[rate]["y"]) - foot for rate in ("100", "1,000", "10,000")] == pytest.approx(
        [low, between, high], abs=0.2
    )
    assert {float(y) for _, y in grid} >= {low, between, high}
    assert [x for x, _ in ticks_below] == [x for x, _ in ends]


def test_ticks_are_written_in_plain_digits() -> None:
    assert [plain(value) for value in (20_000, 0.25, 3, 1_500)] == ["20,000", "0.25", "3", "1,500"]


@given(st.lists(st.floats(min_value=0, max_value=300), max_size=20))
def test_names_at_the_ends_of_lines_never_touch_and_keep_their_order(wanted: list[float]) -> None:
    placed = apart(wanted, 15, 0, 300)
    assert all(above - below >= 15 - 1e-6 for below, above in pairwise(sorted(placed)))
    assert [x for _, x in sorted(zip(wanted, placed, strict=True), key=lambda pair: pair[0])] == pytest.approx(
        sorted(placed)
    )
    assert min(placed, default=0) >= -1e-6


def test_names_that_do_not_touch_stay_where_their_lines_end() -> None:
    assert apart([200, 10, 100], 15, 0, 300) == pytest.approx([200, 10, 100])
    assert apart([100, 100], 20, 0, 300) == pytest.approx([90, 110])


@given(st.lists(st.floats(min_value=0, max_value=1000), min_size=1, max_size=12))
def test_names_lie_as_near_to_their_lines_as_can_be(wanted: list[float]) -> None:
    """Where there is room, in least squares: with the gaps taken out, what isotonic regression gives."""
    ordered, gaps = np.sort(wanted), 15.0 * np.arange(len(wanted))
    nearest = isotonic_regression(ordered - gaps).x + gaps
    assert sorted(apart(wanted, 15, -10_000, 10_000)) == pytest.approx(list(nearest))


def test_of_more_lines_than_can_be_told_apart_the_fastest_of_each_application_is_drawn_and_the_rest_is_counted() -> (
    None
):
    many = [
        Line(f"App {app} on server {server}", ((app + server, 900),), floor=False, app=f"App {app}", rps=server)
        for app in range(5)
        for server in range(20)
    ]
    drawn = memory("json", "JSON", many, "requests per second")
    assert drawn is not None
    assert drawn.caption.endswith(
        "5 of 100 configurations are drawn: the fastest of each application. The tables hold all."
    )
    assert re.findall(r"App (\d) on server (\d+):", drawn.svg) == [(str(app), "19") for app in range(5)]
    few = memory("json", "JSON", many[:16], "requests per second")
    assert few is not None
    assert "are drawn" not in few.caption


def test_of_more_bars_than_fit_on_a_screen_the_cheapest_of_each_application_is_drawn() -> None:
    rows = [Cost(f"App {at} on server", "Raw", 10.0, at, None, None, app=f"App {at % 3}") for at in range(30)]
    drawn = cost("json", "JSON", rows)
    assert drawn is not None
    assert drawn.caption.endswith(
        "3 of 30 configurations are drawn: the cheapest of each application. The tables hold all."
    )
    assert re.findall(r"App (\d+) on server:", drawn.svg) == ["0", "1", "2"]


def test_the_split_names_only_the_parts_that_somebody_has_with_the_cheapest_first() -> None:
    drawn = drawn_as("split-json")
    assert [name for name in (SERVER, FRAMEWORK, "driver, ORM") if f">{name}<" in drawn.svg] == [SERVER, FRAMEWORK]
    assert f"Quick: 40 microseconds, of which 40 {SERVER}, 0 {FRAMEWORK}; Django: 150 microseconds" in drawn.svg
    assert split("json", "JSON", []) is None


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("FastAPI on uvicorn", ["FastAPI on uvicorn"]),
        ("Bare WSGI callable on gunicorn-gthread", ["Bare WSGI callable on", "gunicorn-gthread"]),
        ("x" * 60, ["x" * 26, "x" * 25 + "…"]),
        ("", [""]),
    ],
)
def test_a_long_name_stands_on_two_lines(name: str, lines: list[str]) -> None:
    assert in_lines(name) == lines


def test_names_on_two_lines_are_whole_in_charts_of_bars_and_of_lines() -> None:
    long = "Bare WSGI callable on gunicorn-gthread"
    bars = cost("json", "JSON", [Cost(long, "Raw", 40, 60, 50, 70)])
    lines = memory("json", "JSON", [Line(long, ((40, 900),), floor=True), TWO_POINTS[0]], "requests per second")
    for drawn in (bars, lines):
        assert drawn is not None
        assert ">Bare WSGI callable on<" in drawn.svg
        assert ">gunicorn-gthread<" in drawn.svg


def test_an_application_has_its_own_colour_and_its_second_line_another_dash() -> None:
    of_two = [Line(name, ((1, 1),), floor=False, series=series) for name, series in (("a", 3), ("b", 1), ("c", 3))]
    (a, dash), (b, _), (c, other) = styles(of_two)
    assert a == c == colour_of(3) != b == colour_of(1)
    assert dash != other
    assert colour_of(9) == colour_of(1)


def test_what_nobody_sees_is_not_written() -> None:
    drawn = memory(
        "json",
        "JSON",
        [Line("Starlette", ((40, 900),), floor=False), Line("Raw", ((30, 990),), floor=True)],
        "requests per second",
    )
    assert drawn is not None
    for nothing in ("rotate(-0", "clip-path", "<g>", "<defs />", 'fill="none" />'):
        assert nothing not in drawn.svg, nothing
