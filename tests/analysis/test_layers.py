"""From profiles to layers: what the counters say is shared out by the samples, and nothing is lost."""

import math
import random
from collections.abc import Sequence

import pytest

from harness.analysis.layers.explanation import amount, explain, factors
from harness.analysis.layers.residence import PLACES, limited_by_load, residence
from harness.analysis.layers.spent import spent, weighed
from harness.analysis.layers.table import layers
from harness.model.measured.database_work import DatabaseWork, Statement
from harness.model.measured.profile import Frame, Profile, Stack
from harness.model.measured.queues import Queues

SERVER = Frame(function="Server.run", file="uvicorn/server.py", owner="uvicorn")
LOOP = Frame(function="Runner.run", file="asyncio/runners.py", owner="python:asyncio")
FRAMEWORK = Frame(function="Route.handle", file="starlette/routing.py", owner="starlette")
JSON = Frame(function="dumps", file="json/__init__.py", owner="python:json")
DATES = Frame(function="now", file="datetime.py", owner="python:datetime")
APP = Frame(function="hello", file="app.py", owner="application")
SEND = Frame(function="send", file="libc.so.6", owner="kernel")
INTERPRETER = Frame(function="dict_subscript", file="libpython3.11.so")
ORM = Frame(function="Query.as_sql", file="django/db/models/query.py", owner="django")
VIEW = Frame(function="View.dispatch", file="django/views/base.py", owner="django")
UNLISTED = Frame(function="mix", file="blender/mix.py", owner="blender")

Seen = Sequence[tuple[Sequence[Frame], float]]


def profile(seen: Seen, *, user_us: float = 80.0, system_us: float = 20.0, **changes: object) -> Profile:
    frames = list(dict.fromkeys(frame for stack, _ in seen for frame in stack))
    answered = 10_000
    given: dict[str, object] = {
        "cell": "a",
        "scenario": "json",
        "block": 0,
        "answered": answered,
        "user_s": user_us * answered / 1e6,
        "system_s": system_us * answered / 1e6,
        "rate": 10_000.0,
        "slowed": 0.9,
        "samples_s": 4.0,
        "frames": tuple(frames),
        "stacks": tuple(
            Stack(frames=tuple(frames.index(frame) for frame in stack), samples=count) for stack, count in seen
        ),
    }
    return Profile.model_validate(given | changes)


def test_samples_in_system_calls_share_the_kernels_time_and_all_others_the_rest() -> None:
    seen = [((SERVER, SEND), 1), ((SERVER, FRAMEWORK, SEND), 3), ((SERVER,), 100), ((SERVER, FRAMEWORK), 300)]
    found = spent(profile(seen, user_us=80, system_us=20), layers())
    assert found.layers == pytest.approx({"kernel": 20, "server": 20, "framework": 60})
    assert found.parts == pytest.approx({"server": 25, "framework": 75}), "a system call is its caller's part"


def test_layers_parts_and_functions_each_add_up_to_the_cpu_time_whatever_was_sampled() -> None:
    dice = random.Random(3)
    frames = [SERVER, LOOP, FRAMEWORK, JSON, DATES, APP, INTERPRETER, ORM, UNLISTED]
    for _ in range(200):
        seen = [
            ((*dice.choices(frames, k=dice.randint(1, 6)), *dice.choice([(), (SEND,)])), dice.randint(1, 50))
            for _ in range(dice.randint(0, 12))
        ]
        one = profile(seen, user_us=dice.uniform(0, 90), system_us=dice.uniform(0, 40))
        found = spent(one, layers())
        for sums in (found.layers, found.parts, found.own):
            assert math.isclose(sum(sums.values()), one.cpu_us, abs_tol=1e-6), seen
        assert math.isclose(sum(us for _, us in weighed(one)), one.cpu_us, abs_tol=1e-6)


def test_a_thread_that_runs_the_standard_library_alone_is_one_of_the_servers_pool() -> None:
    worker = Frame(function="_worker", file="concurrent/futures/thread.py", owner="python:concurrent")
    found = spent(profile([((worker,), 3), ((worker, UNLISTED), 1)], system_us=0), layers())
    assert found.parts == pytest.approx({"server": 60, "other": 20})
    assert found.layers == pytest.approx({"standard-library": 60, "other": 20})


def test_the_interpreter_works_for_its_caller() -> None:
    found = spent(profile([((SERVER, FRAMEWORK, INTERPRETER, INTERPRETER), 5)], system_us=0), layers())
    assert found.layers == pytest.approx({"framework": 80})
    assert found.own == pytest.approx({FRAMEWORK: 80})


def test_a_serialiser_is_a_layer_of_its_own_and_belongs_to_the_part_of_its_caller() -> None:
    seen = [((SERVER, FRAMEWORK, JSON), 1), ((SERVER, APP, JSON), 1)]
    found = spent(profile(seen, system_us=0), layers())
    assert found.layers == pytest.approx({"serialiser": 80})
    assert found.parts == pytest.approx({"framework": 40, "application": 40})


@pytest.mark.parametrize(
    ("frame", "layer"),
    [
        (ORM, "orm"),
        (VIEW, "framework"),
        (DATES, "standard-library"),
        (JSON, "serialiser"),
        (LOOP, "event-loop"),
        (UNLISTED, "other"),
        (APP, "application"),
    ],
)
def test_each_layer_has_its_own_distributions_folders_and_modules(frame: Frame, layer: str) -> None:
    assert layers().of(frame) == layer


def test_no_distribution_and_no_folder_is_in_two_layers() -> None:
    owners = [owner for layer in layers().all for owner in (*layer.owners, *layer.files)]
    assert len(owners) == len(set(owners))


def test_time_that_no_sample_stands_for_is_other_or_the_kernels_and_never_spread() -> None:
    found = spent(profile([((SERVER, SEND), 3)], user_us=10, system_us=5), layers())
    assert found.layers == pytest.approx({"kernel": 5, "other": 10})


def blocks(cell: str, layers_us: Sequence[float], spread: float = 0.02) -> list[Profile]:
    """Five blocks of a machine that is now faster, now slower, alike for every cell."""
    dice = random.Random(1)
    found = []
    for block in range(5):
        speed = math.exp(dice.gauss(0, spread))
        seen = [((frame,), us) for frame, us in zip((SERVER, FRAMEWORK, JSON), layers_us, strict=True) if us]
        found.append(profile(seen, user_us=sum(layers_us) * speed, system_us=0, cell=cell, block=block))
    return found


def test_the_difference_is_that_of_the_layers_block_by_block() -> None:
    profiles = [*blocks("a", (20, 60, 10)), *blocks("b", (20, 15, 0))]
    [pair] = explain("json", profiles, ["a", "b"], [("a", "b")]).differences
    assert pair.total.us == pytest.approx(55, rel=0.05)
    assert sum(one.us for one in pair.layers.values()) == pytest.approx(pair.total.us)
    assert max(pair.layers, key=lambda layer: pair.layers[layer].us) == "framework"
    assert pair.layers["server"].us == pytest.approx(0, abs=1e-9), "both met the same machine"
    assert pair.functions[0].function == FRAMEWORK.function
    by_name = {one.function: one for one in pair.functions}
    assert by_name[JSON.function].second_us is None, "the second never calls it"


def test_factors_multiply_to_the_ratio_and_a_part_that_is_alike_brings_nothing() -> None:
    dice = random.Random(5)
    for _ in range(100):
        one = {name: dice.choice([0.0, dice.uniform(1, 90)]) for name in "abcd"} | {"same": 30.0}
        other = {name: dice.choice([0.0, dice.uniform(1, 90)]) for name in "abcd"} | {"same": 30.0}
        found = factors(one, other)
        assert math.prod(found.values()) == pytest.approx(sum(one.values()) / sum(other.values()))
        assert found["same"] == pytest.approx(1.0)


def test_the_whole_ratio_is_of_the_only_part_that_differs() -> None:
    found = factors({"server": 20.0, "framework": 80.0}, {"server": 20.0, "framework": 30.0})
    assert found == pytest.approx({"server": 1.0, "framework": 2.0})


def test_below_three_blocks_there_is_no_interval() -> None:
    assert amount([10.0, 12.0]).half is None
    assert amount([10.0, 12.0, 11.0]).half is not None


def test_a_pair_without_a_block_in_common_is_not_compared() -> None:
    profiles = [profile([((SERVER,), 1)], cell="a", block=0), profile([((SERVER,), 1)], cell="b", block=1)]
    found = explain("json", profiles, ["a", "b"], [("a", "b")])
    assert [cell.cell for cell in found.cells] == ["a", "b"]
    assert found.differences == ()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    dice = random.Random(11)
    held = 0
    for _ in range(400):
        found = amount([100 * math.exp(dice.gauss(0, 0.05)) for _ in range(6)])
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 100 * math.exp(0.05**2 / 2) <= found.high
    assert 0.92 <= held / 400 <= 0.98


QUEUES = Queues(looks=30, connections=64, unaccepted=4.0, unread=50.0, unfetched=2.0)
READ = Statement(text="SELECT * FROM world", calls=20_000, rows=20_000, seconds=0.4)
WORK = DatabaseWork(
    answered=10_000, calls=30_000, reads=20_000, reads_asked=1, rows=20_000, seconds=0.5, statements=(READ,)
)


def test_a_request_stays_in_a_place_as_long_as_littles_law_says() -> None:
    found = residence(profile([((SERVER,), 1)], queues=QUEUES, database=WORK))
    assert found == pytest.approx(
        {"accept-queue": 400, "socket": 5000, "inside": 650, "database": 50, "work": 100, "generator": 200}
    )
    assert found.keys() == set(PLACES)
    assert sum(found.values()) == pytest.approx(64 * 100), "64 connections, 10,000 requests a second"


def test_time_inside_a_server_is_never_less_than_none() -> None:
    everywhere = QUEUES.model_copy(update={"unread": 57.5})
    found = residence(profile([((SERVER,), 1)], queues=everywhere, database=WORK))
    assert (found["work"], found["database"], found["inside"]) == pytest.approx((50, 0, 0))
    assert sum(found.values()) == pytest.approx(6400)


def test_nothing_is_said_of_queues_and_statements_that_nobody_counted() -> None:
    [cell] = explain("json", [profile([((SERVER,), 1)])], ["a"]).cells
    assert cell.residence == {}
    assert cell.database is None


def test_statements_are_counted_per_answer_over_all_blocks_and_bytes_only_where_all_are_known() -> None:
    known = WORK.model_copy(update={"sent": 1_000_000, "received": 500_000})
    more = known.model_copy(update={"calls": 40_000, "reads": 30_000})
    profiles = [profile([((SERVER,), 1)], block=block, database=work) for block, work in enumerate((known, more))]
    [cell] = explain("json", profiles, ["a"]).cells
    assert cell.database is not None
    assert (cell.database.calls, cell.database.reads, cell.database.rows) == (3.5, 2.5, 2.0)
    assert (cell.database.sent, cell.database.received) == (100.0, 50.0)
    assert cell.database.executing.us == pytest.approx(50)
    assert cell.database.reads_too_often
    [statement] = cell.database.statements
    assert (statement.text, statement.calls, statement.call_us) == (READ.text, 2.0, pytest.approx(20))
    unknown = [*profiles, profile([((SERVER,), 1)], block=2, database=WORK)]
    [cell] = explain("json", unknown, ["a"]).cells
    assert cell.database is not None
    assert cell.database.sent is None


@pytest.mark.parametrize(("reads", "asked", "too_often"), [(10_000, 1, False), (14_000, 1, False), (20_000, 1, True),
    (1_000, 0, False), (10_000, 0, True), (200_000, 20, False), (90_000, None, False)])  # fmt: skip
def test_reads_are_too_many_where_the_scenario_asks_for_clearly_fewer(
    reads: int, asked: int | None, too_often: bool
) -> None:
    work = WORK.model_copy(update={"reads": reads, "reads_asked": asked})
    [cell] = explain("json", [profile([((SERVER,), 1)], database=work)], ["a"]).cells
    assert cell.database is not None
    assert cell.database.reads_too_often is too_often


def test_a_function_that_is_surely_dearer_comes_before_one_that_a_few_samples_speak_for() -> None:
    few, many = (Frame(function=name, file="app.py", owner="application") for name in ("few", "many"))
    first = profile([((few,), 4), ((many,), 60), ((SERVER,), 36)], system_us=0, user_us=100)
    second = profile([((many,), 57), ((SERVER,), 43)], system_us=0, user_us=100, cell="b")
    [pair] = explain("json", [first, second], ["a", "b"], [("a", "b")]).differences
    assert [one.function for one in pair.functions] == ["few", "Server.run", "many"], "43 may be 36, 4 are not 0"


def test_a_server_whose_answers_lie_with_the_generator_is_limited_by_the_load() -> None:
    def limited(**queues: float) -> bool:
        [cell] = explain("json", [profile([((SERVER,), 1)], queues=QUEUES.model_copy(update=queues))], ["a"]).cells
        return limited_by_load(cell.residence)

    assert not limited()
    assert limited(unread=2.0, unfetched=50.0)
    assert not limited_by_load({})
