"""What the page says, and that it says what ranking.json says."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from harness.model.asked.counting import Audit
from harness.model.measured.audit import Audited
from harness.model.measured.continuous import NO_CONTINUOUS_RUNS
from harness.model.measured.trial import Cost
from harness.model.notice import Notice
from harness.report.view.opening import answer
from harness.report.write import write_report
from tests.conftest import MadeOnce
from tests.report.campaigns import APPS, campaign, saved
from tests.report.dom import Element, as_written, parse

NOT_DRIVEN = Notice(code=NO_CONTINUOUS_RUNS, seen="no cell had its continuous run")


Report = tuple[Element, dict[str, Any]]
"""The page as a tree, and its figures."""


def report(folder: Path, **how: Any) -> Report:
    write_report(saved(folder / "results", *campaign(**how)), folder / "out")
    return read(folder)


def read(folder: Path) -> Report:
    page = folder / "out" / "index.html"
    return parse(page.read_text(encoding="utf-8")), json.loads(page.with_name("ranking.json").read_text())


@pytest.fixture(scope="module")
def usual(made_once: MadeOnce) -> Report:
    """Of the whole campaign, written once for all tests."""
    return read(made_once("usual report", report))


@pytest.fixture(scope="module")
def timed(made_once: MadeOnce) -> Report:
    """Of the same with levels that are not ranked and with response times."""
    return read(made_once("timed report", partial(report, levels=3, timed=True)))


def rows(page: Element, scenario: str) -> list[Element]:
    return page.one("table", data_scenario=scenario).one("tbody").all("tr")


def test_the_figures_of_the_page_are_those_of_ranking_json(usual: Report) -> None:
    page, figures = usual
    assert len(figures["scenarios"]) == 3
    for scenario, ranked in figures["scenarios"].items():
        shown = rows(page, scenario)
        assert [row.attributes["data-cell"] for row in shown] == [row["cell"] for row in ranked]
        for row, figure in zip(shown, ranked, strict=True):
            assert float(row.one("td", class_="rps").attributes["data-value"]) == as_written(figure["rps"])
            assert float(row.one("td", class_="ratio").attributes["data-value"]) == as_written(figure["ratio"])
            assert float(row.one("td", class_="errors").attributes["data-value"]) == figure["error_share"]
            assert float(row.one("td", class_="blocks").attributes["data-value"]) == figure["blocks"]
            low, high = figure["rank_low"], figure["rank_high"]
            rank = "no rank" if low is None else str(low) if low == high else f"{low}–{high}"
            assert row.one("td", class_="rank").text == rank
            assert (low is None) == (figure["tier"] == "floor"), "nobody chooses a bare callable"
            text = row.one("td", class_="rps").text
            assert text == f"{figure['rps']:,.0f} {figure['rps_low']:,.0f}–{figure['rps_high']:,.0f}"


def test_costs_are_told_and_equal_those_of_ranking_json(usual: Report) -> None:
    page, figures = usual
    for row in rows(page, "db"):
        cost = figures["costs"]["db"][row.attributes["data-cell"]]
        assert float(row.one("td", class_="cpu").attributes["data-value"]) == as_written(cost["cpu_us_a_request"])
        assert float(row.one("td", class_="memory").attributes["data-value"]) == as_written(cost["load_pss_bytes"])
        assert float(row.one("td", class_="startup").attributes["data-value"]) == as_written(cost["startup_s"])
        assert "database 120 µs" in row.one("td", class_="cpu").text
    assert "database" not in rows(page, "json")[0].one("td", class_="cpu").text


def test_costs_that_no_trial_knows_are_absent_with_the_reason(tmp_path: Path) -> None:
    record, trials = campaign(2)
    bare = [trial.model_copy(update={"cost": None}) for trial in trials]
    page = parse(write_report(saved(tmp_path / "results", record, bare), tmp_path / "out").read_text())
    assert not page.all("td", class_="cpu")
    assert "CPU per request, memory and start-up: n/a (the system did not report them)." in page.text


def test_a_cost_that_one_cell_does_not_know_is_absent_and_never_nought(tmp_path: Path) -> None:
    record, trials = campaign(2)
    some = [trial.model_copy(update={"cost": None}) if "django" in trial.cell else trial for trial in trials]
    page = parse(write_report(saved(tmp_path / "results", record, some), tmp_path / "out").read_text())
    django = next(row for row in rows(page, "json") if row.attributes["data-app"] == "Django")
    assert django.one("td", class_="cpu").text == "n/a the system did not report it"
    assert django.one("td", class_="cpu").attributes["data-value"] == ""


def test_a_repeated_trial_takes_the_place_of_the_one_that_failed_a_gate(tmp_path: Path) -> None:
    record, trials = campaign(2)
    first = next(trial for trial in trials if trial.cell.startswith("flask"))
    gate = Notice(code="errors", seen="many", mend="look")
    failed = first.model_copy(update={"failed_gates": (gate,), "cost": Cost(server_cpu_s=1e9), "answered": 1})
    repeat = first.model_copy(update={"repeat": True})
    results = saved(tmp_path / "results", record, [failed, *(trial for trial in trials if trial is not first), repeat])
    write_report(results, tmp_path / "out")
    costs = json.loads((tmp_path / "out" / "ranking.json").read_text())["costs"]["json"]
    assert costs[first.cell]["cpu_us_a_request"] < 1e6


def test_the_figures_of_every_block_are_those_of_ranking_json(usual: Report) -> None:
    page, figures = usual
    for ranked in figures["scenarios"].values():
        for figure in ranked:
            cell = page.one("details", data_cell=figure["cell"])
            shown = [float(block.attributes["data-value"]) for block in cell.all("span", class_="block")]
            assert any(shown[at : at + 6] == as_written(figure["block_rps"]) for at in range(0, 18, 6))


def test_all_pairs_are_inside_the_page_as_they_are_beside_it(usual: Report) -> None:
    page, figures = usual
    inside = page.one("script", type="application/json")
    told = json.loads("".join(child for child in inside.children if isinstance(child, str)))
    for scenario, pairs in figures["pairs"].items():
        found = told["pairs"][scenario]
        cells = [told["cells"][place]["id"] for place in found["cells"]]
        speed = dict(zip(cells, found["speeds"], strict=True))
        spread = dict(zip(map(frozenset, combinations(cells, 2)), found["spreads"], strict=True))
        assert len(spread) == len(pairs)
        for pair in pairs:
            ratio, apart = (
                speed[pair["first"]] / speed[pair["second"]],
                spread[frozenset((pair["first"], pair["second"]))],
            )
            assert (ratio / apart, ratio, ratio * apart) == pytest.approx(
                (pair["low"], pair["ratio"], pair["high"]), 1e-5
            )


def test_the_answer_is_a_sentence_for_each_scenario(usual: Report) -> None:
    page, figures = usual
    assert page.one("h1").text == "Starlette on uvicorn is fastest in all 3 scenarios"
    first = page.one("dl", class_="answers").all("dd")[0].text
    best = figures["scenarios"]["json"][1]
    assert best["app"] == "starlette"
    assert first.startswith("Starlette on uvicorn has 0.")
    assert f"; in this run {best['rps']:,.0f} requests per second" in first
    assert f"{best['ratio']:.3f}× ({best['ratio_low']:.3f}–{best['ratio_high']:.3f}) the speed of Raw ASGI" in first
    assert re.search(r"[45]\.\d\d× \([45]\.\d\d–[45]\.\d\d\) that of (Django|Flask) on gunicorn-gthread", first)


def test_a_tie_at_the_top_is_told_as_one(tmp_path: Path) -> None:
    twins = tuple(replace(app, rates=APPS[1].rates) if app.id == "fastapi" else app for app in APPS)
    page, _ = report(tmp_path, apps=twins)
    answers = page.one("dl", class_="answers").text
    assert page.one("h1").text in {
        f"{first} on uvicorn and {second} on uvicorn share the lead in all 3 scenarios"
        for first, second in (("Starlette", "FastAPI"), ("FastAPI", "Starlette"))
    }
    assert re.search(r"(Starlette|FastAPI) on uvicorn is (not distinguished from|tied with) it\.", answers)


def test_where_nothing_is_told_apart_no_winner_is_named(tmp_path: Path) -> None:
    same = tuple(replace(app, rates=APPS[1].rates) for app in APPS[1:3])
    page, _ = report(tmp_path, apps=(APPS[0], *same))
    assert page.one("h1").text == "No application is distinguished from the others yet"


def test_different_winners_are_named_each_with_its_scenarios(tmp_path: Path) -> None:
    apps = tuple(replace(app, rates={**app.rates, "db": 20_000}) if app.id == "django" else app for app in APPS)
    page, _ = report(tmp_path, apps=apps)
    assert page.one("h1").text == (
        "No single winner: Starlette on uvicorn in JSON and Plaintext; Django on gunicorn-gthread in One database row"
    )


def test_of_many_scenarios_with_different_winners_only_who_leads_most_often_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "SCENARIOS_NAMED", 2)
    apps = tuple(replace(app, rates={**app.rates, "db": 20_000}) if app.id == "django" else app for app in APPS)
    page, _ = report(tmp_path, apps=apps)
    said = "No single winner: Starlette on uvicorn leads or shares the lead in 2 of 3 scenarios"
    assert page.one("h1").text == said


def test_a_tie_group_is_drawn_and_told(usual: Report) -> None:
    page, figures = usual
    tied = [row for row in figures["scenarios"]["json"] if row["rank_low"] != row["rank_high"]]
    assert {row["app"] for row in tied} == {"flask", "django"}
    last_two = rows(page, "json")[-2:]
    [pair] = [pair for pair in figures["pairs"]["json"] if {pair["first"], pair["second"]} == {r["cell"] for r in tied}]
    word, open_ = ("tie", "") if pair["verdict"] == "tied" else ("undecided", " open")
    assert [row.all("i")[0].attributes["class"] for row in last_two] == [f"start{open_}", f"end{open_}"]
    assert all(f"{word} group {tied[0]['tie_groups'][0]}" in row.one("td", class_="tie").text for row in last_two)


def test_what_was_compared_where_and_when_stands_at_the_top(usual: Report) -> None:
    page, _ = usual
    facts = page.one("dl", class_="facts").text
    for expected in (
        "2026-11-22 07:31 UTC",
        "took 7 min 12 s",
        "Intel Xeon 8375C",
        "2 logical CPUs",
        "CPython 3.11.7",
        "postgresql 18.6",
        "6 blocks of at most 19",
        "seed 20261122",
        "commit 95fb9da3c0ffee"[:18],
        "Raw ASGI on uvicorn",
    ):
        assert expected in facts
    assert re.search(r"Noise floor\s*\d\.\d %", facts)


def test_what_an_application_says_about_itself_stands_in_its_details(tmp_path: Path) -> None:
    record, trials = campaign(1)
    said = {"about": "Views return a dict.", "follows": ("https://docs.example.org/a/", "https://docs.example.org/b/")}
    flask = record.applications["flask"].model_copy(update=said)
    record = record.model_copy(update={"applications": {**record.applications, "flask": flask}})
    page = parse(write_report(saved(tmp_path / "results", record, trials), tmp_path / "out").read_text())
    terms = [(one.text, other.text) for one, other in zip(page.all("dt"), page.all("dd"), strict=True)]
    of_one = [other for one, other in terms if one in ("What is idiomatic about it", "Documentation that it follows")]
    assert of_one == ["Views return a dict.", "https://docs.example.org/a/ https://docs.example.org/b/"]


@pytest.mark.parametrize("sleeps", [True, False])
def test_a_generator_that_slept_is_told_at_the_top(tmp_path: Path, sleeps: bool) -> None:
    """As it did in every campaign of schema version 1."""
    record, trials = campaign(1)
    folder = saved(tmp_path / "results", record, trials)
    kept = json.loads((folder / "campaign.json").read_text())
    if sleeps:
        del kept["plan"]["waiting"]
        kept["schema_version"] = 1
    (folder / "campaign.json").write_text(json.dumps(kept))
    text = parse(write_report(folder, tmp_path / "out").read_text()).text
    assert ("The load generator slept between answers" in text) == sleeps
    assert ("sleeps between answers and is woken" in text, "never sleeps in a slice" in text) == (sleeps, not sleeps)


def test_what_a_restart_changes_stands_on_the_page_for_each_scenario(usual: Report) -> None:
    page, figures = usual
    facts = {one.text: other.text for one, other in zip(page.all("dt"), page.all("dd"), strict=True)}
    for scenario, title in (("json", "JSON"), ("db", "One database row")):
        found = figures["inference"][scenario]
        assert f"by the restart alone {100 * found['restart_sd']:.1f} %" in facts[f"Spread of a block, {title}"]
        assert "30 rotations a block" in facts[f"Spread of a block, {title}"]


def test_versions_are_those_of_the_live_processes(usual: Report) -> None:
    page, _ = usual
    fastapi = next(row for row in page.one("table", class_="versions").all("tr") if "FastAPI" in row.text)
    assert [cell.text for cell in fastapi.all("td")] == [
        "CPython 3.11.7",
        "fastapi 0.165.0 psycopg 3.3.9 uvicorn 0.54.0",
    ]


def test_what_an_application_is_built_from_stands_in_its_section(tmp_path: Path) -> None:
    record, trials = campaign(2)
    flask = record.applications["flask"]
    with_orjson = flask.model_copy(update={"uses": flask.uses.model_copy(update={"serializer": "orjson"})})
    changed = record.model_copy(update={"applications": record.applications | {"flask": with_orjson}})
    page = parse(write_report(saved(tmp_path / "results", changed, trials), tmp_path / "out").read_text())
    shown = [
        other.text for one, other in zip(page.all("dt"), page.all("dd"), strict=True) if one.text == "JSON serializer"
    ]
    assert sorted(set(shown)) == ["json", "orjson"]


def test_one_block_is_an_estimate_without_intervals(tmp_path: Path) -> None:
    page, figures = report(tmp_path, blocks=1)
    assert figures["inference"]["json"]["estimate"] is True
    assert "estimate" in page.one("p", class_="flag").text
    assert page.one("h1").text == "Starlette on uvicorn looks fastest in all 3 scenarios"
    assert "Where no interval is shown, it is n/a: one block gives no interval." in page.one("section", id="json").text
    assert "one block" not in page.one("table", data_scenario="json").text, "told once for all rows"
    assert not page.one("table", data_scenario="json").all("use")


def test_where_cells_take_turns_the_blocks_are_those_of_a_cell(tmp_path: Path) -> None:
    record, trials = campaign(6)
    ids = [cell.id for cell in record.plan.cells if cell.id != record.plan.reference and not cell.twin]
    groups = {cell: {place % 3, 3 + place % 2} if place else {1} for place, cell in enumerate(ids)}
    taken = [trial for trial in trials if trial.block in groups.get(trial.cell, range(6))]
    page = parse(write_report(saved(tmp_path / "results", record, taken), tmp_path / "out").read_text())
    assert "6 blocks, 1–2 per configuration (at most 19)" in page.one("dl", class_="facts").text


def test_without_a_completed_block_the_page_says_so(tmp_path: Path) -> None:
    page, figures = report(tmp_path, blocks=0, state="interrupted")
    assert figures["scenarios"] == {"json": [], "plaintext": [], "db": []}
    assert page.one("h1").text == "No application could be ranked yet"
    assert "not measured in any completed block" in page.one("dl", class_="answers").text
    assert "interrupted" in page.text
    assert len(page.all("ul", class_="unranked")) == 3


def test_bare_callables_alone_are_no_answer(tmp_path: Path) -> None:
    page, _ = report(tmp_path, apps=(APPS[0], APPS[3]))
    assert page.one("h1").text == "No application could be ranked yet"
    assert "Only bare callables have a figure here" in page.one("dl", class_="answers").text
    assert len(rows(page, "json")) == 2


def test_a_block_that_was_cut_off_leaves_a_page_of_the_others(tmp_path: Path) -> None:
    record, trials = campaign(blocks=5, state="interrupted")
    record = record.model_copy(update={"completed_blocks": (0, 1, 2, 3)})
    page = write_report(saved(tmp_path / "results", record, trials), tmp_path / "out")
    assert all(row.one("td", class_="blocks").text == "4" for row in rows(parse(page.read_text()), "json"))


def test_a_failed_cell_is_shown_with_its_cause_and_the_end_of_its_log(tmp_path: Path) -> None:
    page, figures = report(tmp_path, failed=("flask",))
    assert [row["app"] for row in figures["unranked"]["json"]] == ["flask"]
    assert "flask" not in {row["app"] for row in figures["scenarios"]["json"]}
    unranked = page.one("ul", class_="unranked").text
    assert "n/a start: exited with code 3 before it answered" in unranked
    assert "No module named 'flask'" in unranked
    assert "failed: start" in page.one("details", data_app="Flask").text
    assert "Flask on gunicorn-gthread" in page.one("p", class_="flag").text


def test_a_failed_reference_leaves_ratios_absent_with_the_reason(tmp_path: Path) -> None:
    page, _ = report(tmp_path, failed=("raw-asgi",), twin=False)
    ratio = rows(page, "json")[0].one("td", class_="ratio")
    assert ratio.text == "n/a the reference has no figure here"
    assert ratio.attributes["data-value"] == ""


def test_a_gated_trial_is_told_in_the_details_of_its_cell(tmp_path: Path) -> None:
    record, trials = campaign()
    gate = Notice(code="errors", seen="12 of 900 requests failed", mend="read the server's log")
    gated = [
        trial.model_copy(update={"failed_gates": (gate,)})
        if trial.cell.startswith("django") and not trial.block
        else trial
        for trial in trials
    ]
    page = write_report(saved(tmp_path / "results", record, gated), tmp_path / "out")
    django = parse(page.read_text()).one("details", data_app="Django")
    assert "3 trials gated" in django.text
    assert "errors in block 0, json, 64c: 12 of 900 requests failed read the server's log" in django.text


def test_what_the_audit_counted_is_told_in_the_details_and_where_none_was_made_that(tmp_path: Path) -> None:
    record, trials = campaign()
    scenarios = [
        scenario.model_copy(update={"audit": Audit(reads=1)}) if scenario.id == "db" else scenario
        for scenario in record.plan.scenarios
    ]
    plan = record.plan.model_copy(update={"scenarios": tuple(scenarios)})
    counted = Audited(scenario="db", requests=64, reads=64, rows_read=1064, rows_written=0)
    audits = {cell.id: (counted,) for cell in plan.cells if cell.app == "django"}
    record = record.model_copy(update={"plan": plan, "audits": audits})
    page = parse(write_report(saved(tmp_path / "results", record, trials), tmp_path / "out").read_text())
    told = "Database auditdb: 64 requests, 64 reading statements, 1,064 rows"
    assert told in page.one("details", data_app="Django").text
    assert "Database auditn/a (it was not made)" in page.one("details", data_app="Flask").text


def test_where_no_scenario_asks_for_an_audit_none_is_told(usual: Report) -> None:
    page, _ = usual
    assert "Database audit" not in page.text


def test_tiers_are_ranked_apart(tmp_path: Path) -> None:
    apps = tuple(replace(app, tier="idiomatic") if app.id == "django" else app for app in APPS)
    page, _ = report(tmp_path, apps=apps)
    tables = page.all("table", data_scenario="json")
    assert [table.attributes["data-league"] for table in tables] == ["controlled", "idiomatic"]
    assert [row.one("td", class_="rank").text for row in tables[1].one("tbody").all("tr")] == ["1"]


def test_a_trial_that_is_not_of_the_plan_is_named_and_left_out(tmp_path: Path) -> None:
    record, trials = campaign()
    stray = trials[0].model_copy(update={"scenario": "elsewhere"})
    page = write_report(saved(tmp_path / "results", record, (*trials, stray)), tmp_path / "out").read_text()
    assert "unusable-trial" in page
    assert "its scenario is not in the plan" in page


def test_charts_that_lack_data_are_named_with_the_reason(usual: Report) -> None:
    page, _ = usual
    assert (
        "requests per second against connections n/a (only one level was driven)"
        in page.one("p", class_="missing").text
    )


def test_whose_cpu_a_request_takes_is_drawn_where_a_database_is_asked(usual: Report) -> None:
    page, figures = usual
    drawn = [
        chart for chart in page.all("svg", class_="chart") if chart.attributes["aria-labelledby"].startswith("cpu-")
    ]
    assert [chart.attributes["aria-labelledby"].split()[0] for chart in drawn] == ["cpu-db-title"]
    costs = {cell.split(".")[0]: cost["cpu_us_a_request"] for cell, cost in figures["costs"]["db"].items()}
    above = costs["flask"] - costs["raw-wsgi"]
    expected = (
        f"Flask on gunicorn-gthread: {costs['raw-wsgi']:.3g} microseconds of the server, {above:.3g} of framework"
    )
    assert expected in drawn[0].one("desc").text


def test_every_chart_has_a_name_and_says_its_figures(timed: Report) -> None:
    page, _ = timed
    charts = page.all("svg", class_="chart")
    assert len(charts) == 19
    ids = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for chart in charts:
        assert chart.one("title").text
        assert re.search(r"\d", chart.one("desc").text)
        assert not [e for e in chart.walk() if "style" in e.attributes]


def test_the_script_is_given_the_verdict_of_every_pair(usual: Report) -> None:
    page, figures = usual
    data = json.loads(page.one("script", type="application/json").text)
    ids = [cell["id"] for cell in data["cells"]]
    for scenario, pairs in figures["pairs"].items():
        verdicts = {frozenset((pair["first"], pair["second"])): pair["verdict"][0] for pair in pairs}
        cells = [ids[place] for place in data["pairs"][scenario]["cells"]]
        expected = "".join(verdicts[frozenset(two)] for two in combinations(cells, 2))
        assert data["pairs"][scenario]["verdicts"] == expected


def test_nothing_on_the_page_comes_from_elsewhere_or_runs_but_its_own_script(timed: Report) -> None:
    page, _ = timed
    for element in page.walk():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"], element
        for name in ("src", "href"):
            assert element.attributes.get(name, "#").startswith(("#", "data:,", "ranking.json")), element
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, of in (("style", "style-src"), ("script", "script-src")):
        body = [e for e in page.all(tag) if "type" not in e.attributes]
        assert len(body) == 1
        text = "".join(child for child in body[0].children if isinstance(child, str))
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{of} 'sha256-{digest}'" in policy


@pytest.mark.parametrize("width", [1, 4])
def test_cells_that_differ_in_workers_alone_are_told_apart(tmp_path: Path, width: int) -> None:
    record, trials = campaign(blocks=2, twin=False)
    wide = record.plan.cells[1].model_copy(update={"workers": 1 + width})
    plan = record.plan.model_copy(update={"cells": (*record.plan.cells, wide)})
    results = saved(tmp_path / "results", record.model_copy(update={"plan": plan}), trials)
    page = parse(write_report(results, tmp_path / "out").read_text())
    assert f"Starlette on uvicorn ({1 + width} workers)" in page.text
    assert "Starlette on uvicorn (1 worker)" in page.text


def test_a_cell_without_any_figure_says_why_once_in_the_overview(tmp_path: Path) -> None:
    page, _ = report(tmp_path, failed=("flask",))
    overview = page.one("table", class_="glance").one("tbody")
    (failed,) = [row for row in overview.all("tr") if row.attributes["data-cell"].startswith("flask.")]
    (told,) = failed.all("td")
    columns = len(page.one("table", class_="glance").one("thead").all("th")) - 1
    assert int(told.attributes["colspan"]) == columns
    assert told.one("span", class_="na").text == "n/a"
    others = [row for row in overview.all("tr") if row is not failed]
    assert all(len(row.all("td")) == columns for row in others)


@pytest.mark.parametrize(("notices", "told"), [((), "5.0 s"), ((NOT_DRIVEN,), "not made: see the notices")])
def test_runs_on_end_are_told_as_made_only_where_they_were(
    tmp_path: Path, notices: tuple[Notice, ...], told: str
) -> None:
    record, trials = campaign(1, apps=APPS[:2], scenarios={"json": "JSON"})
    folder = saved(tmp_path / "results", record.model_copy(update={"notices": notices}), trials)
    page = parse(write_report(folder, tmp_path / "out").read_text())
    facts = dict(zip([one.text for one in page.all("dt")], [one.text for one in page.all("dd")], strict=True))
    assert facts["Continuous run per configuration"] == told
