"""The curve over a setting on the page, on the terminal and in exports, and the sentences that follow from it."""

import json
from pathlib import Path

import pytest

from harness.cli.console import output
from harness.cli.show.settings import show_curves
from harness.model.found.curve import Curve, CurvePoint
from harness.model.found.ranking import CellCost, PairVerdict
from harness.report.export import ranking_of
from harness.report.exports.formats import as_markdown
from harness.report.reading import read
from harness.report.view.sections.settings.sentences import says
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.analysis.campaigns import application, campaign, made_up
from tests.report.dom import parse
from tests.report.test_settings import of

MIB = 1 << 20


def point(threads: int | None, rps: float, **cost: float) -> CurvePoint:
    cell = f"t{threads}" if threads else "async"
    return CurvePoint(cell=cell, value=threads, rps=rps, rps_low=rps, rps_high=rps, cost=CellCost(**cost))


def pair(first: str, second: str, ratio: float, verdict: str = "better") -> PairVerdict:
    return PairVerdict.model_validate(
        {"first": first, "second": second, "ratio": ratio, "low": 0.95 * ratio, "high": 1.05 * ratio}
        | {"verdict": verdict}
    )


EIGHT = point(8, 160, load_pss_bytes=50 * MIB, voluntary_switches=2.0, involuntary_switches=0.5)
MANY = point(200, 3700, load_pss_bytes=115 * MIB, voluntary_switches=4.0, involuntary_switches=1.0)
STORY = Curve(
    setting="threads",
    scenario="wait",
    points=(EIGHT, MANY),
    beside=(point(None, 4900),),
    best="t200",
    enough="t200",
    gain=pair("t200", "t8", 23.125),
    other=pair("async", "t200", 1.3243),
    cpu=pair("t8", "t200", 1.4),
)


def said(curve: Curve) -> list[str]:
    return list(says(curve, {"async": "Starlette on uvicorn"}.__getitem__))


def test_the_statement_is_made_from_the_figures_and_says_what_is_distinguished() -> None:
    assert said(STORY) == [
        "8 threads answer 160 requests/s; 200 threads 3,700, at 2.30× the memory; Starlette on uvicorn 4,900.",
        "200 threads are 23.12× (21.97–24.28) as fast as 8 threads.",
        "Starlette on uvicorn is 1.32× (1.26–1.39) as fast as 200 threads.",
        "The CPU time per request with 200 threads is 1.40× (1.33–1.47) that with 8 threads.",
        "Context switches per request: 2.50 with 8 threads, 5.00 with 200 threads.",
    ]


def test_what_is_not_distinguished_is_not_said_to_differ() -> None:
    undecided = {"gain": pair("t200", "t8", 1.02, "unresolved"), "other": pair("async", "t200", 1.01, "tied")}
    curve = STORY.model_copy(update={**undecided, "cpu": pair("t8", "t200", 1.0, "tied"), "enough": "t8"})
    lines = said(curve)
    assert "200 threads and 8 threads are not distinguished." in lines
    assert "Starlette on uvicorn and 200 threads are tied." in lines
    assert "In CPU time per request 8 threads and 200 threads are tied." in lines
    assert not any("as fast as" in line or "Beyond" in line for line in lines)


def test_a_value_beyond_which_nothing_is_faster_is_named() -> None:
    curve = STORY.model_copy(update={"enough": "t8", "best": "t8", "gain": None, "loss": pair("t8", "t200", 1.5)})
    lines = said(curve)
    assert "Beyond 8 threads nothing larger is distinguished as faster." in lines
    assert "8 threads are 1.50× (1.42–1.58) as fast as 200 threads." in lines


def test_figures_that_the_system_did_not_tell_are_left_out() -> None:
    bare = tuple(one.model_copy(update={"cost": CellCost()}) for one in STORY.points)
    lines = said(STORY.model_copy(update={"points": bare, "cpu": None, "beside": (), "other": None}))
    assert lines[0] == "8 threads answer 160 requests/s; 200 threads 3,700."
    assert not any("witches" in line or "CPU" in line for line in lines)


@pytest.mark.parametrize(
    ("setting", "starts"),
    [("pool", "A pool of 8 answers 160 requests/s; a pool of 200 3,700"), ("workers", "8 workers answer 160")],
)
def test_each_setting_has_its_words(setting: str, starts: str) -> None:
    assert said(STORY.model_copy(update={"setting": setting}))[0].startswith(starts)


CELLS = [of("flask", threads=threads) for threads in (1, 8, 200)]
STARLETTE = of("starlette", server="uvicorn")
SPEEDS = dict(zip((one.id for one in (*CELLS, STARLETTE)), (20.0, 160.0, 3700.0, 4900.0), strict=True))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = campaign((*CELLS, STARLETTE), blocks=6)
    apps = {name: application(name) for name in ("flask", "starlette")}
    folder = ResultsFolder.create(tmp_path_factory.mktemp("curves") / "one")
    folder.write_record(record.model_copy(update={"applications": apps, "state": "finished"}))
    folder.append_trials(made_up(SPEEDS, 6))
    return folder.path


def test_the_page_shows_the_curve_its_points_and_what_follows(results: Path, tmp_path: Path) -> None:
    written = write_report(results, tmp_path / "out")
    page = parse(written.read_text())
    rows = page.one("table", data_curves="json_threads").one("tbody").all("tr")
    assert [row.all("td")[0].text for row in rows] == ["1 thread", "8 threads", "200 threads", "has none"]
    assert page.one("svg", aria_labelledby="threads-json-title threads-json-says")
    text = page.one("p", class_="curve").text
    assert text.startswith("flask on gunicorn-gthread: 1 thread answers ")
    (curve,) = json.loads(written.with_name("ranking.json").read_text())["curves"]
    assert " ".join(curve["says"]) in text
    assert [one["value"] for one in curve["points"]] == [1, 8, 200]


def test_the_terminal_and_the_markdown_hold_the_same_sentences(
    results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", 200)
    source = read(results)
    show_curves(source)
    terminal = capsys.readouterr().out
    (curve,) = ranking_of(source).curves
    assert f"json, flask on gunicorn-gthread: {' '.join(curve.says)}" in terminal
    assert "200 threads" in terminal
    assert " ".join(curve.says) in as_markdown(ranking_of(source)).replace("\\", "")
