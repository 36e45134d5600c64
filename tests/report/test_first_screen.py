"""The first screen: the answer, the reason, one picture, what was compared; and how to measure it again."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.cli.main import app
from harness.model.measured.campaign import CampaignRecord
from harness.report.reading import read
from harness.report.view.opening.compared import compared
from harness.report.view.opening.lead import Lead, lead
from harness.report.view.opening.reason import reason
from harness.report.view.sections.again import options
from harness.report.view.source import Source
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.report.campaigns import APPS, campaign, saved
from tests.report.dom import parse
from tests.report.test_explanations import FASTAPI, STARLETTE, cells_of, profiles

FEW = {"json": "JSON"}


def source(folder: Path, blocks: int = 6, **how: object) -> Source:
    return read(saved(folder / "results", *campaign(blocks, **how)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return source(tmp_path_factory.mktemp("usual"))


def picture(of: Source) -> Lead:
    found = lead(of)
    assert found is not None
    return found


def test_the_picture_shows_applications_and_bare_callables_as_lines(usual: Source) -> None:
    found = picture(usual)
    assert [row.name.title for row in found.rows] == ["Starlette", "FastAPI", "Flask", "Django"]
    assert [line.label for line in found.ceilings] == ["Raw ASGI on uvicorn", "Raw WSGI on gunicorn-gthread"]
    assert found.rows[0].rank == "1"
    assert (found.scope, found.over) == ("overall", "the geometric mean of 3 scenarios")


def test_its_figures_are_those_of_the_overall_ranking(usual: Source) -> None:
    assert usual.ranking.overall is not None
    scores = {row.cell: row for row in usual.ranking.overall.rows}
    for row in picture(usual).rows:
        assert row.ratio == f"{scores[row.name.id].score:.3f}×"
        low, high = scores[row.name.id].score_low, scores[row.name.id].score_high
        assert row.interval == f"{low:.3f}–{high:.3f}"
        assert float(row.bar.width[:-1]) == pytest.approx(100 * scores[row.name.id].score, abs=0.01), "1 is the longest"


def test_of_one_scenario_it_shows_that_scenarios_ratios(tmp_path: Path) -> None:
    found = picture(source(tmp_path, scenarios=FEW))
    assert (found.scope, found.over) == ("json", "JSON")
    assert found.rows[0].ratio.startswith("0.7")


def test_without_intervals_there_are_no_whiskers(tmp_path: Path) -> None:
    found = picture(source(tmp_path, 1))
    assert {row.interval for row in found.rows} == {""}
    assert {row.bar.low for row in found.rows} == {None}


def test_of_many_applications_the_first_ones_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    more = [replace(APPS[1], id=f"app-{n}", title=f"App {n}") for n in range(12)]
    found = picture(source(tmp_path, apps=(APPS[0], *more), scenarios=FEW))
    assert (len(found.rows), found.left_out) == (8, 4)


def test_there_is_no_picture_where_nothing_can_be_chosen(tmp_path: Path) -> None:
    assert lead(source(tmp_path, apps=(APPS[0], APPS[3]))) is None
    assert lead(source(tmp_path / "none", 0)) is None


def test_the_reason_is_what_server_and_framework_take_of_the_fastest_and_the_slowest(usual: Source) -> None:
    effects = {effect.cell: effect for effect in usual.ranking.effects if effect.scenario == "json"}
    _, *_, last = usual.ranking.scenarios["json"].rows
    fast, slow = (next(effects[cell] for cell in effects if cell.startswith(app)) for app in ("starlette", last.app))
    assert reason(usual) == (
        f"JSON: uvicorn takes {fast.base_microseconds:.1f} µs per request without a framework, and Starlette adds"
        f" {fast.microseconds:.1f} µs; gunicorn-gthread takes {slow.base_microseconds:.0f} µs, and"
        f" {usual.name(slow.cell).title} adds {slow.microseconds:.1f} µs."
    )


def test_where_servers_were_profiled_the_reason_is_the_share_of_each_part(tmp_path: Path) -> None:
    path = saved(tmp_path / "profiled", *campaign())
    cells = cells_of(path)
    ResultsFolder.open(path).append_profiles(
        [*profiles(cells["starlette"], STARLETTE), *profiles(cells["fastapi"], FASTAPI)]
    )
    said = reason(read(path))
    assert said.startswith("FastAPI on uvicorn takes 2.")
    assert "× the CPU time of Starlette on uvicorn on JSON: the framework brings 2." in said


def test_an_estimate_has_no_reason(tmp_path: Path) -> None:
    assert reason(source(tmp_path, 1)) == ""


def test_what_was_compared_is_a_line_of_workers_cores_versions_and_noise(usual: Source) -> None:
    said = compared(usual)
    assert said.startswith("1 worker each; servers on ")
    assert "django 5.2.8, fastapi 0.165.0, flask 3.1.3, starlette 1.10.0; Python 3.11.7; 6 blocks; " in said
    assert said.endswith(" % are noise.")


def test_a_twin_of_two_blocks_does_not_say_that_all_differences_are_noise(usual: Source) -> None:
    found = {
        name: ranking.model_copy(update={"noise_floor": ranking.noise_floor.model_copy(update={"share": 137.4})})
        for name, ranking in usual.ranking.scenarios.items()
        if ranking.noise_floor
    }
    assert found
    noisy = replace(usual, ranking=usual.ranking.model_copy(update={"scenarios": found}))
    assert compared(noisy).endswith("too few blocks to say which differences are noise.")


def plan_again(record: CampaignRecord, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What the command on the page would measure."""
    ran = CliRunner().invoke(app, ["run", "--plan", "--json", *options(record)])
    assert ran.exit_code == 0, ran.output
    return dict(json.loads(ran.stdout))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"delta": 0.01, "max_blocks": 4, "latency": ("json",), "p99_s": 0.05, "budget_s": 90.0},
        {"latency": ("none",), "latency_share": 0.25, "levels_s": 2.0},
    ],
    ids=["as usual", "with limits", "with levels"],
)
def test_the_command_of_the_page_makes_the_same_plan(
    changes: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = RunOptions.model_validate(
        {"platform": {"database": "sqlite"}, "generator": {"waiting": "block"}, "seed": 5, **changes}
    )
    record = prepare(Project.here(), asked).record
    assert plan_again(record, capsys) == record.plan.model_dump(mode="json")


@pytest.mark.parametrize(("blocks", "says"), [(1, "No interval is known."), (6, "Whiskers are intervals.")])
def test_the_caption_of_the_first_picture_says_whether_intervals_are_known(
    tmp_path: Path, blocks: int, says: str
) -> None:
    page = write_report(saved(tmp_path / "results", *campaign(blocks, scenarios=FEW)), tmp_path / "out")
    assert parse(page.read_text()).one("p", class_="lead-caption").text.startswith(says)


def test_the_page_holds_the_command_and_the_commit(tmp_path: Path) -> None:
    path = saved(tmp_path / "results", *campaign(2, scenarios=FEW))
    again = parse(write_report(path, tmp_path / "out").read_text()).one("section", id="again")
    record = read(path).record
    assert again.one("pre").text == shlex.join(["harness", "run", *options(record)])
    assert f"harness {record.harness_version}" in again.text
