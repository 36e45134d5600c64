"""The server's part of a request beside the framework's."""

from dataclasses import replace
from pathlib import Path

from harness.report.write import write_report
from tests.report.campaigns import APPS, App, campaign, saved
from tests.report.dom import Element, parse

FLOOR, STARLETTE, FASTAPI = APPS[:3]


def on(app: App, server: str, rate: float) -> App:
    return replace(app, server=server, rates={"json": rate})


def page(tmp_path: Path, *apps: App) -> Element:
    results = saved(tmp_path / "results", *campaign(4, apps=apps, scenarios={"json": "JSON"}))
    return parse(write_report(results, tmp_path / "out").read_text())


def test_servers_are_told_with_the_bare_callable_and_frameworks_by_what_they_add(tmp_path: Path) -> None:
    measured = (
        on(FLOOR, "uvicorn", 20_000),
        on(FLOOR, "granian-asgi", 40_000),
        on(FLOOR, "daphne", 2_000),
        on(STARLETTE, "uvicorn", 10_000),
        on(STARLETTE, "granian-asgi", 13_333),
        on(STARLETTE, "daphne", 1_818),
        on(FASTAPI, "uvicorn", 5_000),
    )
    table = page(tmp_path, *measured).one("table", data_parts="json")
    heads = [cell.text for cell in table.one("thead").all("th")]
    assert heads == ["On top of the server", "granian-asgi", "uvicorn", "daphne"], "the cheapest first"
    rows = table.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["the server with Raw ASGI", "Starlette adds", "FastAPI adds"]
    bare, starlette, fastapi = (
        [float(cell.attributes.get("data-value", "nan")) for cell in row.all("td")] for row in rows
    )
    for found, added_to_bare in zip(starlette, (2, 1, 0.1), strict=True):
        at = starlette.index(found)  # of a made-up machine that changes its speed for all of them alike
        assert 0.8 < found / bare[at] / added_to_bare < 1.25
    assert fastapi[1] > starlette[1]
    assert "n/a no figure here" in rows[2].all("td")[0].text
    assert rows[1].attributes["data-any"].count("starlette.") == 3, "what a search leaves"


def test_on_one_server_there_is_no_part_to_tell(tmp_path: Path) -> None:
    assert page(tmp_path, *APPS).all("table", class_="parts") == []
