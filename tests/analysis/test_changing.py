"""Servers that slow down, leak or restart while they are measured are named; those that do not are not."""

from collections.abc import Callable

import numpy as np
import pytest

from harness.analysis.ranking.changing import CODES, LEAKS, REOPENS, RESTARTS, SLOWS_DOWN
from harness.analysis.ranking.ranking import rank
from harness.model.measured.trial import Cost, Trial
from harness.model.notice import Notice
from tests.analysis.campaigns import campaign, cell, made_up

CELLS = [cell(f"app{number}") for number in range(7)]
SPEEDS = {one.id: 1000.0 + 300 * number for number, one in enumerate(CELLS)}
CHANGED = CELLS[3].id


def notices(trials: list[Trial], blocks: int) -> list[Notice]:
    found = rank(campaign(CELLS, blocks=blocks), trials).scenarios["json"].notices
    return [notice for notice in found if notice.code in CODES]


def slower_by(notice: Notice) -> float:
    return float(notice.seen.partition(" is ")[2].partition("%")[0])


def slowed(trials: list[Trial], slower: Callable[[int, int], float]) -> list[Trial]:
    """The changed cell's rates times what is given for (block, rotation)."""
    return [
        t.model_copy(update={"rates": tuple(slower(t.block, n) * r for n, r in zip(t.rotations, t.rates, strict=True))})
        if t.cell == CHANGED
        else t
        for t in trials
    ]


@pytest.mark.parametrize("blocks", [1, 2, 6])
def test_one_that_slows_down_within_a_block_is_named_with_how_much(blocks: int) -> None:
    trials = slowed(made_up(SPEEDS, blocks), lambda _, rotation: 1 - 0.2 * (rotation >= 20))
    (notice,) = notices(trials, blocks)
    assert notice.code == SLOWS_DOWN
    assert notice.seen.startswith(CHANGED)
    assert slower_by(notice) == pytest.approx(20, abs=5)
    assert "second half of a block" in notice.seen


def test_one_that_slows_down_from_block_to_block_is_named_with_how_much() -> None:
    (notice,) = notices(slowed(made_up(SPEEDS, 10), lambda block, _: 0.97**block), 10)
    assert notice.code == SLOWS_DOWN
    assert notice.seen.startswith(CHANGED)
    assert slower_by(notice) == pytest.approx(24, abs=5)
    assert "slower in the last block than in the first" in notice.seen


def test_a_machine_that_slows_down_under_all_of_them_names_nobody() -> None:
    trials = made_up(SPEEDS, 8)
    slower = [
        t.model_copy(update={"rates": tuple(r * 0.96 ** (t.block + n / 10) for n, r in enumerate(t.rates))})
        for t in trials
    ]
    assert notices(slower, 8) == []


@pytest.mark.parametrize("blocks", [1, 3, 8])
def test_steady_servers_are_hardly_ever_said_to_slow_down(blocks: int) -> None:
    """On a machine that drifts, flips between two speeds, and on which cells answer a slow core unequally."""
    campaigns, alarms = 40, 0
    dice = np.random.default_rng(20261126)
    for seed in range(campaigns):
        trials = []
        answer = {name: dice.uniform(0.75, 1.0) for name in SPEEDS}
        drift = [
            np.cumsum(dice.normal(0, 0.01, 40)) - 0.3 * (np.arange(40) > dice.uniform(0, 40)) for _ in range(blocks)
        ]
        for t in made_up(SPEEDS, blocks, seed=1000 + seed):
            unequal = np.exp(answer[t.cell] * drift[t.block])
            trials.append(t.model_copy(update={"rates": tuple(np.array(t.rates) * unequal)}))
        alarms += len(notices(trials, blocks))
    assert alarms <= 0.01 * campaigns * len(CELLS)


def with_memory(*memory: list[tuple[int, int]]) -> list[Trial]:
    return [
        t.model_copy(update={"cost": Cost(memory=tuple(memory[t.block]))}) if t.cell == CHANGED else t
        for t in made_up(SPEEDS, len(memory))
    ]


MB = 2**20


def test_one_that_grows_with_its_requests_is_named_with_how_much() -> None:
    (notice,) = notices(with_memory([(0, 50 * MB), (10_000, 55 * MB), (20_000, 60 * MB)]), 1)
    assert notice.code == LEAKS
    assert "10 MB in 20,000 requests, about 500 MB in a million, in each of 2 looks" in notice.seen


@pytest.mark.parametrize(
    "memory",
    [
        [[(0, 50 * MB), (10_000, 60 * MB), (20_000, 60 * MB)]],
        [[(0, 50 * MB), (10_000, 51 * MB), (20_000, 52 * MB)], [(0, 50 * MB), (10_000, 50 * MB), (20_000, 50 * MB)]],
        [[(0, 50 * MB), (1_000, 50 * MB + 500_000), (2_000, 51 * MB)]],
        [[(0, 50 * MB), (500_000, 55 * MB), (1_000_000, 60 * MB)]],
        [[(0, 50 * MB), (20_000, 60 * MB)]],
        [[]],
    ],
    ids=["a cache that fills", "one block only", "little", "little a request", "one look", "not told"],
)
def test_what_is_no_leak_is_not_named(memory: list[list[tuple[int, int]]]) -> None:
    assert notices(with_memory(*memory), len(memory)) == []


def with_cost(**changes: int) -> list[Trial]:
    return [
        t.model_copy(update={"cost": Cost(**changes), "answered": 10_000}) if t.cell == CHANGED else t
        for t in made_up(SPEEDS, 2)
    ]


def test_workers_that_restarted_are_told_with_the_connections_reopened() -> None:
    (notice,) = notices(with_cost(new_processes=6, reopened=238), 2)
    assert notice.code == RESTARTS
    assert "connections reopened 476 times in 20,000 requests, workers restarted 12 times or more" in notice.seen


@pytest.mark.parametrize(("reopened", "codes"), [(0, []), (90, []), (200, [REOPENS])])
def test_connections_that_were_reopened_are_told_where_they_are_many(reopened: int, codes: list[str]) -> None:
    assert [notice.code for notice in notices(with_cost(new_processes=0, reopened=reopened), 2)] == codes
