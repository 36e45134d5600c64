"""What the page and the terminal say of two variants."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.model.asked.diff import Diff, Side
from harness.model.asked.gate import Metric
from harness.model.found.variants import MetricChange
from harness.report.page import html
from harness.report.reading import read
from harness.report.text import percent
from harness.report.view.sections.facts import noise_floors
from harness.report.view.source import Source
from harness.report.view.variants import between, changed, headline, longer, packages_that_differ, value, verdict
from tests.report.campaigns import APPS, App, campaign, saved

RATES: Mapping[str, float] = {"json": 20_000.0}
HOSTILE = "<script>alert(1)</script>\u202e"


def source_of(folder: Path, ratio: float, *, same: bool = False, name: str = "starlette 1.10.0") -> Source:
    """A campaign of two variants, B answering `ratio` times the requests of A."""
    base = next(app for app in APPS if app.id == "starlette")
    sides = [
        replace(base, id="service-a", title="A: starlette 0.50.0", rates=RATES),
        App("service-b", f"B: {name}"[:80], "uvicorn", "controlled", "asgi", {"json": 20_000.0 * ratio}),
    ]
    record, trials = campaign(blocks=10, apps=sides, scenarios={"json": "JSON"})
    diff = Diff(
        application="service",
        title="My service",
        a=Side(app="service-a", name="starlette 0.50.0", words=("starlette==0.50",), understood=("a requirement",)),
        b=Side(app="service-b", name=name),
        same=same,
    )
    saved(folder, record.model_copy(update={"diff": diff}), trials)
    return read(folder)


def test_much_slower_is_the_headline_and_the_page_has_a_section_of_variants(tmp_path: Path) -> None:
    source = source_of(tmp_path / "campaign", 0.6)
    assert source.record.diff is not None
    assert source.variants is not None
    said = headline(source.record.diff, source.variants)
    assert said.startswith("B (starlette 1.10.0) is ")
    assert said.endswith(" % slower than A (starlette 0.50.0)")
    page = html(source)
    assert said in page
    assert "two variants of <bdi>My service</bdi>" in page
    assert '<section id="variants"' in page
    assert '<table class="lead"' not in page
    assert "harness diff service --a starlette==0.50" in page


def test_the_same_twice_is_no_difference_and_is_said_to_be_the_same(tmp_path: Path) -> None:
    source = source_of(tmp_path / "campaign", 1.0, same=True)
    assert source.record.diff is not None
    assert source.variants is not None
    said = headline(source.record.diff, source.variants)
    assert "slower than" not in said or said.startswith("Whether")
    assert "Nothing sets the two apart" in html(source)


def test_a_campaign_of_frameworks_has_no_such_section(tmp_path: Path) -> None:
    saved(tmp_path / "campaign", *campaign())
    page = html(read(tmp_path / "campaign"))
    assert '<section id="variants"' not in page
    assert '<table class="lead"' in page


def test_the_names_of_sides_are_other_peoples_text(tmp_path: Path) -> None:
    page = html(source_of(tmp_path / "campaign", 0.6, name=HOSTILE))
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_a_campaign_recorded_before_there_were_variants_is_read() -> None:
    sample = Path(__file__).parents[2] / "results" / "sample"
    assert read(sample).variants is None


def change(metric: Metric, **update: object) -> MetricChange:
    return MetricChange(metric=metric).model_copy(update=update)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (change("throughput", verdict="better"), "faster"),
        (change("throughput", verdict="worse"), "slower"),
        (change("cpu", verdict="worse"), "more"),
        (change("p99", verdict="better"), "shorter"),
        (change("memory", verdict="tied"), "tied"),
        (change("memory"), "undecided"),
        (change("memory", void=True), "void"),
        (change("p99", reason="nobody looked"), "n/a"),
    ],
)
def test_a_verdict_is_a_word_of_its_metric(found: MetricChange, word: str) -> None:
    assert verdict(found) == word


def test_figures_have_units_and_changes_have_signs() -> None:
    assert value("cpu", 20.8e-6) == "20.8 µs"
    assert value("p99", 0.0123) == "12.3 ms"
    assert value("memory", 32 * 2**20) == "32.0 MiB"
    assert value("throughput", None) == "n/a"
    found = change("throughput", ratio=0.979, low=0.97, high=0.988)
    assert (changed(found), between(found)) == ("-2.1 %", "-3.0 % to -1.2 %")
    wide = change("p99", ratio=12.0, low=1.2, high=641.8, verdict="better")
    assert between(wide) == "+20.0 % to 641.80×", "a share of 64,080 % says less than a factor"
    assert between(change("p99", ratio=1.17, low=0.02, high=641.8, verdict="unresolved")) == "hardly known"


def test_what_is_undecided_says_how_long_it_would_take() -> None:
    assert longer(change("cpu", blocks_more=6), 20.0) == "about 6 blocks more, 2 min 0 s"
    assert longer(change("cpu", blocks_more=None), 20.0) == "out of reach, or not known yet"
    assert longer(change("cpu", verdict="tied"), 20.0) == ""


def test_packages_that_differ_are_those_of_the_live_servers(tmp_path: Path) -> None:
    record = source_of(tmp_path / "campaign", 1.0).record
    a, b = (next(cell.id for cell in record.plan.cells if cell.app == app) for app in ("service-a", "service-b"))
    seen = dict(record.cells)
    for cell, packages in (
        (a, {"starlette": "0.50.0", "idna": "3"}),
        (b, {"starlette": "1.10.0", "new": "1", "idna": "3"}),
    ):
        identity = seen[cell].identity
        assert identity is not None
        seen[cell] = seen[cell].model_copy(update={"identity": identity.model_copy(update={"packages": packages})})
    found = packages_that_differ(record.model_copy(update={"cells": seen}))
    assert [tuple(one) for one in found] == [("new", "none", "1"), ("starlette", "0.50.0", "1.10.0")]


def test_the_noise_that_the_page_names_is_that_of_the_two_variants(tmp_path: Path) -> None:
    source = source_of(tmp_path / "campaign", 0.6)
    assert source.variants is not None
    [floor] = [one.floor for one in source.variants.scenarios[0].metrics if one.metric == "throughput"]
    assert floor is not None
    assert noise_floors(source) == [floor]
    assert f"differences up to {percent(floor)} are noise" in html(source)
