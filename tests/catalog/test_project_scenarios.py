"""The project's own scenarios: what docs/contract.md fixes, and the checks beside the manifests."""

import json
import random
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, World, fortunes, worlds
from harness.model.asked.request import Level
from harness.model.fault import Fault

ROOT = Path(__file__).parents[2]
SCENARIOS = {scenario.id: scenario for scenario in find_scenarios(ROOT / "scenarios")}
LEVEL = Level(connections=64)


def row(world: World) -> bytes:
    return json.dumps({"id": world.id, "randomNumber": world.random_number}).encode()


def fault(body: bytes) -> str | Fault | None:
    check = SCENARIOS["db"].check
    assert check
    return check.check(body, LEVEL)


def fault_of_many(bodies: list[bytes]) -> str | Fault | None:
    check = SCENARIOS["db"].check
    assert check
    assert check.check_many
    return check.check_many(bodies, LEVEL)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_levels_are_those_of_the_contract(scenario: Scenario) -> None:
    contract = (ROOT / "docs" / "contract.md").read_text()
    (line,) = [line for line in contract.splitlines() if re.match(rf"\| `{scenario.id}` \| `[A-Z]+ /", line)]
    manifest, written = scenario.manifest, line.split("|")[-2]
    numbers = [Level(**told) for told in told_levels(written.replace("**", ""))]
    assert list(manifest.levels) == numbers
    assert str(manifest.rank.at.n or manifest.rank.at.connections) == written.split("**")[1]
    first = scenario.requests[0]
    (asked,) = re.findall(rf"`{first.method} (/[^`]+)`", line)
    assert without_values(asked) == without_values(first.path.replace("{n}", "N"))


def without_values(path: str) -> str:
    """With the names of its parameters alone."""
    return re.sub(r"=[^&]+", "=", path)


def told_levels(written: str) -> list[dict[str, int]]:
    """Levels as the contract writes them: `16 64 256`, or `N = 1 5 10 at 64`."""
    if "at" not in written:
        return [{"connections": int(number)} for number in written.split()]
    numbers, connections = written.removeprefix(" N =").split("at")
    return [{"connections": int(connections), "n": int(number)} for number in numbers.split()]


@pytest.mark.parametrize("name", ["queries", "updates", "cached"])
def test_odd_parameters_are_those_of_the_contract(name: str) -> None:
    path = SCENARIOS[name].manifest.requests[0].path.removesuffix("{n}")
    odd = {"0": 1, "foo": 1, "501": 500, "": 1}
    expected = {path.partition("?")[0]: 1, **{path + text: n for text, n in odd.items()}}
    assert {edge.path: edge.n for edge in SCENARIOS[name].manifest.edges} == expected


def test_only_updates_write() -> None:
    assert [scenario.id for scenario in SCENARIOS.values() if scenario.manifest.writes] == ["updates"]


def list_of(*rows: World) -> bytes:
    return b"[" + b",".join(map(row, rows)) + b"]"


@pytest.mark.parametrize("name", ["queries", "updates", "cached"])
@pytest.mark.parametrize("n", [1, 5, 20, 100, 500])
def test_as_many_random_rows_as_asked_for_are_right(name: str, n: int) -> None:
    check, dice = SCENARIOS[name].check, random.Random(n)
    assert check
    level = Level(connections=64, n=n)
    for _ in range(20):
        assert check.check(list_of(*dice.choices(worlds(), k=n)), level) is None


@pytest.mark.parametrize("name", ["queries", "updates", "cached"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (row(worlds()[0]), "row-malformed"),
        (b"[]", "rows-miscounted"),
        (list_of(*worlds()[:6]), "rows-miscounted"),
        (list_of(*[worlds()[0]] * 5), "rows-repeated"),
        (b'[1, 2, 3, 4, {"id": 5}]', "row-malformed"),
    ],
)
def test_a_wrong_list_of_rows_is_found(name: str, body: bytes, code: str) -> None:
    check = SCENARIOS[name].check
    assert check
    found = check.check(body, Level(connections=64, n=5))
    assert isinstance(found, Fault)
    assert found.code == code


@pytest.mark.parametrize("name", ["queries", "cached"])
def test_a_number_that_the_data_set_does_not_hold_is_wrong_where_nothing_is_updated(name: str) -> None:
    check, changed = SCENARIOS[name].check, World(1, worlds()[0].random_number % 10_000 + 1)
    assert check
    found = check.check(list_of(changed), Level(connections=64, n=1))
    assert str(found) == f"row 1 holds the number {worlds()[0].random_number} in the database"


@pytest.mark.parametrize("number", ["0", "10001", '"17"', "17.0", "true", "null"])
def test_an_updated_row_holds_a_number_as_the_table_may(number: str) -> None:
    check = SCENARIOS["updates"].check
    assert check
    found = check.check(b'[{"id": 1, "randomNumber": %b}]' % number.encode(), Level(connections=64, n=1))
    assert str(found) == "randomNumber must be a whole number from 1 to 10000"


def test_the_template_that_applications_share_makes_a_right_page() -> None:
    folder = FileSystemLoader(ROOT / "apps" / "_shared" / "templates")
    template = Environment(loader=folder, autoescape=True).get_template("fortunes.html")
    told = sorted((*fortunes(), Fortune(0, ADDED_FORTUNE)), key=lambda fortune: fortune.message)
    check = SCENARIOS["fortunes"].check
    assert check
    assert check.check(template.render(fortunes=told).encode(), LEVEL) is None
    assert "must be sorted by message" in str(check.check(template.render(fortunes=told[::-1]).encode(), LEVEL))


def test_updated_rows_may_hold_any_number_and_must_hold_new_and_different_ones() -> None:
    check, dice, level = SCENARIOS["updates"].check, random.Random(1), Level(connections=64, n=20)
    assert check
    assert check.check_many
    drawn = [dice.sample(worlds(), 20) for _ in range(64)]
    renumbered = [list_of(*(World(world.id, dice.randint(1, 10_000)) for world in rows)) for rows in drawn]
    assert [check.check(body, level) for body in renumbered] == [None] * 64
    assert check.check_many(renumbered, level) is None
    as_before = [list_of(*rows) for rows in drawn]
    assert "1280 of 1280 rows hold the number that they held before" in str(check.check_many(as_before, level))
    alike = [list_of(*(World(world.id, 7) for world in rows)) for rows in drawn]
    assert "1280 rows hold only 1 different numbers" in str(check.check_many(alike, level))


def test_a_few_updated_rows_say_nothing_of_chance() -> None:
    check = SCENARIOS["updates"].check
    assert check
    assert check.check_many
    assert check.check_many([list_of(worlds()[0])], Level(connections=1, n=1)) is None


def test_every_row_of_the_data_set_is_right() -> None:
    assert all(fault(row(world)) is None for world in worlds())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id": 1}', "row-malformed"),
        (b'{"id": 1, "randomNumber": 1, "x": 1}', "row-malformed"),
        (b'[{"id": 1, "randomNumber": 1}]', "row-malformed"),
        (b'{"id": 0, "randomNumber": 1}', "row-malformed"),
        (b'{"id": 10001, "randomNumber": 1}', "row-malformed"),
        (b'{"id": true, "randomNumber": 1}', "row-malformed"),
        (b'{"id": "1", "randomNumber": 1}', "row-malformed"),
        (b'{"id": 1, "randomNumber": 0}', "row-differs"),
        (b'{"id": 1, "randomNumber": null}', "row-differs"),
    ],
)
def test_a_wrong_row_is_found(body: bytes, code: str) -> None:
    found = fault(body)
    assert isinstance(found, Fault)
    assert found.code == code


def test_a_number_of_another_type_is_not_the_stored_one() -> None:
    number = worlds()[0].random_number
    assert fault(json.dumps({"id": 1, "randomNumber": float(number)}).encode())
    assert fault(json.dumps({"id": 1, "randomNumber": str(number)}).encode())


@pytest.mark.parametrize("count", [1, 2, 20, 64, 256, 5000])
def test_random_rows_are_spread(count: int) -> None:
    for seed in range(20):
        dice = random.Random(seed)
        assert fault_of_many([row(dice.choice(worlds())) for _ in range(count)]) is None


def test_one_row_again_and_again_is_not_spread() -> None:
    assert "20 responses held only 1 different ids" in str(fault_of_many([row(worlds()[0])] * 20))


def test_rows_in_order_are_not_spread() -> None:
    assert "leave a quarter of the table out" in str(fault_of_many([row(world) for world in worlds()[:256]]))
