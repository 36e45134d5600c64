"""The project's own scenarios: what docs/contract.md fixes, and the checks beside the manifests."""

import json
import random
from pathlib import Path

import pytest

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.model.dataset import World, worlds
from harness.model.scenario import Level

ROOT = Path(__file__).parents[2]
SCENARIOS = {scenario.id: scenario for scenario in find_scenarios(ROOT / "scenarios")}
LEVEL = Level(connections=64)


def row(world: World) -> bytes:
    return json.dumps({"id": world.id, "randomNumber": world.random_number}).encode()


def fault(body: bytes) -> str | None:
    check = SCENARIOS["db"].check
    assert check
    return check.check(body, LEVEL)


def fault_of_many(bodies: list[bytes]) -> str | None:
    check = SCENARIOS["db"].check
    assert check
    assert check.check_many
    return check.check_many(bodies, LEVEL)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_levels_are_those_of_the_contract(scenario: Scenario) -> None:
    (line,) = [line for line in (ROOT / "docs/contract.md").read_text().splitlines() if f"| `{scenario.id}` |" in line]
    written = line.split("|")[-2]
    ranked = written.split("**")[1]
    assert [str(level.connections) for level in scenario.manifest.levels] == written.replace("**", "").split()
    assert str(scenario.manifest.rank.at.connections) == ranked
    assert f"`GET {scenario.manifest.requests[0].path}`" in line


def test_every_row_of_the_data_set_is_right() -> None:
    assert all(fault(row(world)) is None for world in worlds())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"id": 1}', "the keys id and randomNumber"),
        (b'{"id": 1, "randomNumber": 1, "x": 1}', "the keys id and randomNumber"),
        (b'[{"id": 1, "randomNumber": 1}]', "must be an object"),
        (b'{"id": 0, "randomNumber": 1}', "id must be a whole number"),
        (b'{"id": 10001, "randomNumber": 1}', "id must be a whole number"),
        (b'{"id": true, "randomNumber": 1}', "id must be a whole number"),
        (b'{"id": "1", "randomNumber": 1}', "id must be a whole number"),
        (b'{"id": 1, "randomNumber": 0}', "row 1 holds the number"),
        (b'{"id": 1, "randomNumber": null}', "row 1 holds the number"),
    ],
)
def test_a_wrong_row_is_told(body: bytes, told: str) -> None:
    found = fault(body)
    assert found
    assert told in found


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
