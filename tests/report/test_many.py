"""More cells than a sentence holds: forty-eight applications, the first nine alike, each other a little slower."""

import json
import re
from itertools import chain, combinations
from typing import Any

import pytest

from harness.report.write import write_report
from tests.report.campaigns import APPS, App, campaign, saved
from tests.report.dom import Element, parse

CLOSE = tuple(
    App(f"app-{at:02}", f"App {at:02}", "uvicorn", "controlled", "asgi", {"json": 24_000 * 0.985 ** max(0, at - 8)})
    for at in range(48)
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Element, dict[str, Any]]:
    """The page and its figures."""
    path = tmp_path_factory.mktemp("many")
    record, trials = campaign(9, apps=(APPS[0], *CLOSE), scenarios={"json": "JSON"})
    page = write_report(saved(path / "results", record, trials), path / "out")
    return parse(page.read_text()), json.loads(page.with_name("ranking.json").read_text())


def better(figures: dict[str, Any]) -> set[tuple[str, str]]:
    return {(pair["first"], pair["second"]) for pair in figures["pairs"]["json"] if pair["verdict"] == "better"}


def test_two_called_better_and_worse_share_no_tie_group_however_many_there_are(
    many: tuple[Element, dict[str, Any]],
) -> None:
    _, figures = many
    groups = {row["cell"]: set(row["tie_groups"]) for row in figures["scenarios"]["json"]}
    assert len(set(chain(*groups.values()))) > 26
    told_apart = better(figures)
    for one, other in combinations(groups, 2):
        assert bool(groups[one] & groups[other]) != bool({(one, other), (other, one)} & told_apart)


def test_the_sentence_names_a_few_that_are_not_told_apart_from_the_best_and_counts_the_others(
    many: tuple[Element, dict[str, Any]],
) -> None:
    page, figures = many
    best, *others = [row for row in figures["scenarios"]["json"] if row["tier"] != "floor"]
    alike = [row for row in others if (best["cell"], row["cell"]) not in better(figures)]
    title = {cell.attributes["data-cell"]: cell.attributes["data-app"] for cell in page.all("tr") if cell.attributes}
    first_four = [f"{title[row['cell']]} on uvicorn" for row in alike[:4]]
    assert len(alike) > 5
    assert (
        page.one("dl", class_="answers")
        .one("dd")
        .text.endswith(f"{', '.join(first_four)} and {len(alike) - 4} others are not distinguished from it.")
    )
    assert re.fullmatch(
        rf"(App \d\d on uvicorn(, | and )){{3}}{len(alike) - 2} others share the lead here", page.one("h1").text
    )


def test_rails_that_do_not_meet_share_a_lane_and_each_joins_a_whole_tie_group(
    many: tuple[Element, dict[str, Any]],
) -> None:
    page, figures = many
    shown = page.one("table", data_scenario="json").one("tbody").all("tr")
    pieces = [[piece.attributes.get("class", "").partition(" ")[0] for piece in row.all("i")] for row in shown]
    groups = [row["tie_groups"] for row in figures["scenarios"]["json"]]
    joined = {name for name in chain(*groups) if sum(name in held for held in groups) > 1}
    assert sum(piece == "start" for piece in chain(*pieces)) == len(joined)
    assert len(pieces[0]) < len(joined)
    for held, row in zip(groups, pieces, strict=True):
        assert sum(piece in {"start", "middle", "end"} for piece in row) == len(joined & set(held))
