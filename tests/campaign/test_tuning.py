"""The candidates of `harness tune`."""

import pytest

from harness.campaign.plan.options import PlatformOptions, Selection
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.tuning.question import Asked, planned, selected_application, workers_tried
from harness.model.errors import UsageError

OPTIONS = {"budget_s": 900.0, "delta": 0.03, "seed": 1}


def candidates(
    app: str = "flask", servers: tuple[str, ...] = (), *, scenario: str | None = None, **asked: object
) -> Prepared:
    project = Project.here()
    chosen = selected_application(project, app, Selection(), servers, scenario)
    return planned(project, chosen, Asked(**{"options": OPTIONS, **asked}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cores", "expected"),
    [(1, (1, 2)), (2, (1, 2, 4)), (4, (1, 2, 3, 4, 8)), (6, (1, 2, 4, 6, 12)), (16, (1, 2, 4, 8, 16, 32))],
)
def test_workers_are_tried_up_to_the_cores_and_at_twice_as_many(cores: int, expected: tuple[int, ...]) -> None:
    assert workers_tried(cores) == expected


def test_every_server_of_the_application_is_tried_and_threads_only_where_there_is_an_option() -> None:
    cells = candidates(platform=PlatformOptions(server_workers=(1, 2), threads=(1, 4))).record.plan.cells
    found = {(cell.server, cell.workers, cell.threads) for cell in cells if not cell.twin}
    assert {("gunicorn-gthread", workers, threads) for workers in (1, 2) for threads in (1, 4)} <= found
    assert {(workers, threads) for server, workers, threads in found if server == "gunicorn-sync"} == {
        (1, None),
        (2, None),
    }
    assert {(workers, threads) for server, workers, threads in found if server == "waitress"} == {(1, 1), (1, 4)}


def test_the_default_configuration_is_the_reference_and_has_the_twin() -> None:
    record = candidates(platform=PlatformOptions(server_workers=(1, 2, 4, 8))).record
    plan, tuning = record.plan, record.tuning
    assert tuning is not None
    assert plan.reference == tuning.default
    assert (plan.reference_cell.server, plan.reference_cell.threads) == ("gunicorn-gthread", 8)
    assert [cell.is_or_repeats(plan.reference_cell) for cell in plan.cells if cell.twin] == [True]


def test_sizes_of_the_pool_are_tried_where_they_are_named() -> None:
    asked = PlatformOptions(database="sqlite", server_workers=(1,), threads=(8,), pools=(4, 16))
    record = candidates(servers=("gunicorn-gthread",), scenario="db", platform=asked).record
    assert [cell.pool for cell in record.plan.cells if not cell.twin] == [4, 16]


def test_without_the_default_among_the_candidates_another_one_is_the_reference() -> None:
    record = candidates(servers=("waitress",), platform=PlatformOptions(threads=(1, 4))).record
    assert record.tuning is not None
    assert record.tuning.default is None
    assert record.plan.reference_cell.server == "waitress"


def test_response_times_are_measured_only_for_a_limit() -> None:
    assert candidates("starlette").record.plan.latency == ()
    limited = candidates("starlette", p99_s=0.05).record
    assert limited.plan.latency == ("json",)
    assert limited.plan.p99_s is None, "nothing is searched"
    assert limited.tuning is not None
    assert limited.tuning.p99_s == 0.05


def test_connections_replace_those_of_the_scenario() -> None:
    (scenario,) = candidates("starlette", connections=7).record.plan.scenarios
    assert scenario.rank.at.connections == 7
    assert scenario.levels == (scenario.rank.at,)


def test_one_candidate_is_no_race() -> None:
    with pytest.raises(UsageError, match="there is one candidate"):
        candidates("starlette", ("daphne",))


def test_a_pattern_and_several_scenarios_are_refused() -> None:
    with pytest.raises(UsageError, match="it is a pattern"):
        candidates("star*")
    with pytest.raises(UsageError, match="matches"):
        candidates("starlette", scenario="*")
