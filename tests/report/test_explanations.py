"""The section of the page that says where a request's time goes: sentences, figures, flame graphs."""

import math
import random
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.model.found.explanation import Amount
from harness.model.measured.database_work import DatabaseWork, Statement
from harness.model.measured.profile import Frame, Profile, Stack
from harness.model.measured.queues import Queues
from harness.report.charts.flame import WIDTH, differential, flame, tree_of
from harness.report.page import html
from harness.report.reading import read
from harness.report.view.sections.explanations import explained, explanation_section, sentences
from harness.report.view.source import Source
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from harness.store.lines import append_lines
from tests.report.campaigns import campaign, saved
from tests.report.hostile import LONG, SHORT

SERVER = Frame(function="Server.run", file="uvicorn/server.py", owner="uvicorn")
FRAMEWORK = Frame(function="Route.handle", file="starlette/routing.py", owner="starlette")
CHECKS = Frame(function="validate", file="pydantic/main.py", owner="pydantic")
SEND = Frame(function="send", file="libc.so.6", owner="kernel")


def profiles(
    cell: str, own: dict[tuple[Frame, ...], float], blocks: int = 4, waits_us: float = 0.0, **changes: object
) -> list[Profile]:
    """Of a cell in `json`: microseconds by stack, the same but for 2 % in each block."""
    frames = list(dict.fromkeys(frame for stack in own for frame in stack))
    found = []
    for block in range(blocks):
        speed = math.exp(random.Random(f"{cell}{block}").gauss(0, 0.02))
        system = sum(us for stack, us in own.items() if stack[-1].owner == "kernel")
        given: dict[str, object] = {
            "cell": cell,
            "scenario": "json",
            "block": block,
            "answered": 1_000_000,
            "user_s": (sum(own.values()) - system) * speed,
            "system_s": system * speed,
            "rate": 1e6 / (sum(own.values()) * speed + waits_us),
            "slowed": 0.5,
            "samples_s": 4.0,
            "frames": tuple(frames),
            "stacks": tuple(
                Stack(frames=tuple(frames.index(one) for one in stack), samples=10 * us) for stack, us in own.items()
            ),
        }
        found.append(Profile.model_validate(given | changes))
    return found


STARLETTE = {(SERVER,): 25.0, (SERVER, FRAMEWORK): 20.0, (SERVER, FRAMEWORK, SEND): 12.0}
FASTAPI = {**STARLETTE, (SERVER, FRAMEWORK): 70.0, (SERVER, FRAMEWORK, CHECKS): 15.0}


def cells_of(path: Path) -> dict[str, str]:
    return {cell.app: cell.id for cell in read(path).record.plan.cells if not cell.twin}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A campaign with profiles of two of its cells."""
    path = saved(tmp_path / "campaign", *campaign())
    cells = cells_of(path)
    folder = ResultsFolder.open(path)
    folder.append_profiles([*profiles(cells["fastapi"], FASTAPI), *profiles(cells["starlette"], STARLETTE)])
    return path


def text_of(source: Source) -> list[str]:
    section = explanation_section(source, "json")
    assert section is not None
    [pair] = section.pairs
    return list(pair.sentences)


def test_the_sentences_say_the_whole_the_layers_and_the_parts_of_the_ratio(path: Path) -> None:
    whole, layers, parts, measured = text_of(read(path))
    assert whole.startswith("FastAPI on uvicorn spends 6")
    assert "µs more CPU time per request than Starlette on uvicorn on JSON (" in whole
    assert layers.startswith("By layer, in µs: framework +")
    assert "validation +1" in layers
    assert layers.endswith(".")
    assert parts.startswith("The ratio is 2.")
    assert "the framework brings 2." in parts
    assert "the server" not in parts, "it is alike, and brings nothing"
    assert measured.startswith("The campaign measured +")


def test_what_costs_less_is_said_with_bounds_of_the_same_sign(path: Path) -> None:
    source = read(path)
    [pair] = source.explanations["json"].differences
    less = pair.model_copy(update={"total": Amount(us=-60.0, low=-70.0, high=-50.0)})
    assert "60.0 µs less CPU time per request than Starlette on uvicorn on JSON (50.0 to 70.0)." in "\n".join(
        sentences(less, source.names, "JSON")
    )


def test_a_difference_that_may_be_none_is_not_explained(path: Path) -> None:
    source = read(path)
    [pair] = source.explanations["json"].differences
    unclear = pair.model_copy(update={"total": Amount(us=1.0, low=-2.0, high=4.0)})
    [only] = sentences(unclear, source.names, "JSON")
    assert only.endswith("That is not distinguished from no difference.")


def test_who_waits_longer_is_named_with_how_long(tmp_path: Path) -> None:
    path = saved(tmp_path / "waiting", *campaign())
    cells = cells_of(path)
    ResultsFolder.open(path).append_profiles(
        [*profiles(cells["fastapi"], FASTAPI, waits_us=500.0), *profiles(cells["starlette"], STARLETTE)]
    )
    assert "Beside that, FastAPI on uvicorn waits 500 µs more per request" in "\n".join(text_of(read(path)))


def test_waiting_for_the_load_generator_is_named_as_such(tmp_path: Path) -> None:
    path = saved(tmp_path / "limited", *campaign())
    cells = cells_of(path)
    queues = Queues(looks=9, connections=64, unaccepted=0, unread=1, unfetched=60)
    ResultsFolder.open(path).append_profiles(
        [
            *profiles(cells["fastapi"], FASTAPI, waits_us=500.0, queues=queues),
            *profiles(cells["starlette"], STARLETTE, queues=queues),
        ]
    )
    assert "waits 500 µs more per request: mostly for the load generator" in "\n".join(text_of(read(path)))


def test_the_page_holds_what_was_profiled_and_nothing_where_nothing_was(path: Path, tmp_path: Path) -> None:
    page = write_report(path, tmp_path / "with").read_text()
    assert 'id="json-layers"' in page
    assert 'id="plaintext-layers"' not in page
    assert "flame graph of the difference" in page
    flames = {file.name for file in (tmp_path / "with" / "flames").iterdir()}
    assert flames == {"1.svg", "2.svg", "3.svg"}
    assert all(f'href="flames/{name}"' in page for name in flames)
    without = write_report(saved(tmp_path / "plain", *campaign()), tmp_path / "without").read_text()
    assert "-layers" not in without
    assert not (tmp_path / "without" / "flames").exists()


def with_a_database(path: Path, text: str, cells: dict[str, str]) -> None:
    """Flask reads four times for each answer, Django once; the queues of Flask alone are known."""
    for app, calls in (("flask", 4), ("django", 1)):
        statement = Statement(text=text, calls=calls * 1_000, rows=calls * 1_000, seconds=0.01 * calls)
        work = DatabaseWork(
            answered=1_000, calls=calls * 1_000, reads=calls * 1_000, reads_asked=1, rows=calls * 1_000,
            seconds=0.01 * calls, statements=(statement,),
        )  # fmt: skip
        queues = Queues(looks=9, connections=64, unaccepted=0, unread=50, unfetched=1) if app == "flask" else None
        own = {(SERVER, FRAMEWORK): 50.0 + 5 * calls}
        ResultsFolder.open(path).append_profiles(profiles(cells[app], own, database=work, queues=queues))


def test_the_page_says_what_the_database_does_and_where_a_request_waits(path: Path, tmp_path: Path) -> None:
    with_a_database(path, "SELECT * FROM world WHERE id = $1", cells_of(path))
    source = read(path)
    section = explanation_section(source, "json")
    assert section is not None
    figures = {
        row.title: dict(zip(section.names, row.figures, strict=True)) for row in (*section.database, *section.residence)
    }
    by_app = {name.label.partition(" ")[0]: name for name in section.names}
    assert figures["Statements"][by_app["Flask"]].value == 4.0
    assert figures["Time, µs"][by_app["Flask"]].value == pytest.approx(40)
    assert (
        figures["Bytes sent"][by_app["Flask"]].reason
        == "connections came and went, or the database is not the harness's own"
    )
    assert figures["Statements"][by_app["FastAPI"]].reason == "no statements were counted"
    assert figures["Socket"][by_app["Django"]].reason == "the system did not report its sockets"
    assert figures["Socket"][by_app["Flask"]].value == pytest.approx(50 * 70, rel=0.05)
    flask, django = by_app["Flask"], by_app["Django"]
    [remark] = section.remarks
    assert remark.startswith(
        f"{flask.label} reads the database 4.00 times per answer, and the scenario asks for 1 (N+1)"
    )
    [sentences_of] = [pair.sentences for pair in section.pairs if (pair.first, pair.second) == (flask, django)]
    counts = f"{flask.label} runs 4.0 statements per answer, {django.label} 1.0"
    assert f"{counts}; they take the database 40.0 and 10.0 µs." in sentences_of
    page = write_report(path, tmp_path / "out").read_text()
    assert "Where a request waits" in page
    assert "SELECT * FROM world WHERE id = $1" in page


def test_a_page_without_a_database_and_queues_does_not_speak_of_them(path: Path) -> None:
    page = html(read(path))
    assert "What the database does" not in page
    assert "Where a request waits" not in page


def test_the_same_profiles_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    one, other = (write_report(path, tmp_path / name).parent for name in ("one", "other"))
    for name in ("index.html", "ranking.json", "flames/1.svg", "flames/3.svg"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_a_campaign_of_profiles_alone_says_where_the_time_goes(tmp_path: Path) -> None:
    record, _ = campaign()
    path = saved(tmp_path / "alone", record.model_copy(update={"completed_blocks": ()}), [])
    assert explained(read(path)) == ""
    cells = cells_of(path)
    ResultsFolder.open(path).append_profiles(profiles(cells["fastapi"], FASTAPI))
    assert explained(read(path)).startswith("FastAPI on uvicorn spends 12")
    assert explained(read(path)) in html(read(path))
    ResultsFolder.open(path).append_profiles(profiles(cells["starlette"], STARLETTE))
    assert "more CPU time per request than Starlette" in explained(read(path))


def test_profiles_that_are_not_whole_are_named_and_left_out_and_endless_stacks_drawn_to_a_depth(
    path: Path, tmp_path: Path
) -> None:
    folder, cell = ResultsFolder.open(path), cells_of(path)["flask"]
    [good] = profiles(cell, {(SERVER,) * 5000: 50.0}, blocks=1)
    written = good.model_dump(mode="json")
    changes: list[dict[str, object]] = [
        {"stacks": [{"frames": [7], "samples": 1.0}]},
        {"stacks": [{"frames": [-1], "samples": 1.0}]},
        {"stacks": [{"frames": [], "samples": 1.0}]},
        {"user_s": 0.0, "system_s": 0.0},
        {"rate": 1e300},
        {"slowed": 1e-300},
    ]
    append_lines(path / "profiles.jsonl", [written | change for change in changes])
    folder.append_profiles([good])
    source = read(path)
    assert len([one for one in source.notices if one.code == "broken-line"]) == len(changes)
    assert [cell.blocks for cell in source.explanations["json"].cells if cell.cell == good.cell] == [1]
    assert write_report(path, tmp_path / "out").exists()


def test_profiles_of_what_is_not_planned_are_left_out(path: Path) -> None:
    folder = ResultsFolder.open(path)
    folder.append_profiles([*profiles("nobody.own.w1.none.x", FASTAPI), *profiles("nobody", FASTAPI, scenario="gone")])
    assert len(read(path).explanations["json"].cells) == 2
    assert read(path).explanations.keys() == {"json"}


@pytest.mark.parametrize("text", [*SHORT, LONG], ids=["tag", "template", "signs", "long"])
def test_hostile_names_stay_text_on_the_page_and_in_every_flame_graph(path: Path, tmp_path: Path, text: str) -> None:
    odd = Frame(function=text, file=text, owner=text)
    own = {(SERVER, odd): 50.0, (SERVER,): 10.0}
    folder = ResultsFolder.open(path)
    folder.append_profiles(profiles(cells_of(path)["flask"], own))
    with_a_database(path, text, cells_of(path))
    page = write_report(path, tmp_path / "out")
    assert "<img src=x" not in page.read_text()
    assert "\x07" not in page.read_text()
    flames = list((page.parent / "flames").glob("*.svg"))
    assert len(flames) == 4 + 6
    for file in flames:
        svg = ET.fromstring(file.read_text())
        assert {one.tag.rpartition("}")[2] for one in svg.iter()} <= {"svg", "g", "rect", "text", "title"}


def test_boxes_of_a_flame_graph_lie_within_their_callers_and_are_as_wide_as_their_time() -> None:
    svg = ET.fromstring(flame("FastAPI", tree_of(profiles("a", FASTAPI, blocks=1))))
    boxes = {}
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        title, box = group[0].text or "", group[1]
        boxes[title.partition(" (")[0]] = (float(box.get("x", "")), float(box.get("width", "")))
    assert boxes["Server.run"] == (0.0, WIDTH)
    left, width = boxes["Route.handle"]
    assert width == pytest.approx(WIDTH * (70 + 15 + 12) / 122, abs=0.2)
    inner_left, inner_width = boxes["validate"]
    assert left <= inner_left
    assert inner_left + inner_width <= left + width + 0.1


def test_a_differential_flame_graph_is_red_where_a_function_itself_takes_more() -> None:
    svg = differential(
        "FastAPI against Starlette", tree_of(profiles("a", FASTAPI, 1)), tree_of(profiles("b", STARLETTE, 1))
    )
    colours = {}
    for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        colours[(group[0].text or "").partition(" (")[0]] = group[1].get("fill", "")
    assert colours["Route.handle"] == "#ff4141"
    red, blue = int(colours["Server.run"][1:3], 16), int(colours["Server.run"][5:7], 16)
    assert abs(red - blue) < 80, "what it calls takes more, it does not"
