"""The framework's cost and the server's part, in microseconds per request."""

import pytest

from harness.analysis.ranking.effects import effects
from harness.model.asked.application import AppManifest
from tests.analysis.campaigns import application, campaign, cell, made_up, trial

FLOOR, FASTAPI = cell("raw-asgi"), cell("fastapi")
ON_GRANIAN = FASTAPI.model_copy(update={"server": "granian"})
ON_GRANIAN = type(FASTAPI).model_validate(ON_GRANIAN.model_dump())
SPEEDS = {FLOOR.id: 10_000.0, FASTAPI.id: 5_000.0, ON_GRANIAN.id: 4_000.0}


def served_by(app: AppManifest, *servers: str) -> AppManifest:
    return app.model_copy(update={"servers": servers})


def test_both_effects_are_told_with_intervals_that_hold_the_truth() -> None:
    record = campaign((FLOOR, FASTAPI, ON_GRANIAN), blocks=8)
    manifests = {
        "raw-asgi": application("raw-asgi", tier="floor"),
        "fastapi": served_by(application("fastapi"), "uvicorn", "granian"),
    }
    record = record.model_copy(update={"applications": manifests})
    found = {effect.kind: effect for effect in effects(record, made_up(SPEEDS, 8))}
    framework, server = found["framework"], found["server"]
    assert (framework.cell, framework.base) == (FASTAPI.id, FLOOR.id)
    assert (server.cell, server.base) == (ON_GRANIAN.id, FASTAPI.id)
    # the made-up machine is on average faster than the nominal one, so ratios to the base are the truth
    assert framework.microseconds / framework.base_microseconds == pytest.approx(1.0, abs=0.06)
    assert server.microseconds / server.base_microseconds == pytest.approx(0.25, abs=0.04)
    for effect in (framework, server):
        assert effect.low is not None
        assert effect.high is not None
        assert effect.low < effect.microseconds < effect.high


def test_microseconds_are_those_of_one_worker() -> None:
    cells = [type(c).model_validate(c.model_dump() | {"workers": 4}) for c in (FLOOR, FASTAPI)]
    record = campaign(cells, blocks=1)
    record = record.model_copy(
        update={
            "applications": {"raw-asgi": application("raw-asgi", tier="floor"), "fastapi": application("fastapi")},
        }
    )
    speeds = dict(zip((c.id for c in cells), (10_000.0, 5_000.0), strict=True))
    (effect,) = effects(record, made_up(speeds, 1, restart=0, noise=0))
    assert effect.microseconds == pytest.approx(effect.base_microseconds)
    assert 200 < effect.base_microseconds < 450  # 4 workers / 10,000 a second, on a machine up to twice as fast
    assert (effect.low, effect.high, effect.blocks) == (None, None, 1)


def test_a_server_is_compared_with_the_first_that_calls_the_application_alike_whatever_their_workers() -> None:
    servers = {"gunicorn": "wsgi", "uvicorn": "asgi", "daphne": "asgi", "waitress": "wsgi"}
    cells = [type(FLOOR).model_validate(cell("falcon").model_dump() | {"server": server}) for server in servers]
    cells[0] = type(FLOOR).model_validate(cells[0].model_dump() | {"workers": 4})
    falcon = served_by(application("falcon"), *servers)
    record = campaign(cells, blocks=2).model_copy(update={"applications": {"falcon": falcon}, "interfaces": servers})
    found = effects(record, made_up({c.id: 1_000.0 * c.workers for c in cells}, 2, restart=0, noise=0))
    assert {(one.cell, one.base) for one in found} == {(cells[2].id, cells[1].id), (cells[3].id, cells[0].id)}
    assert [one.microseconds for one in found] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_cells_that_never_met_are_compared_as_if_the_machine_had_stood_still() -> None:
    """Beyond eight cells some pairs never run beside each other; the reference links them."""
    servers = {"uvicorn": "asgi", "granian": "asgi"}
    floor, ours = (type(FLOOR).model_validate(one.model_dump() | {"server": "granian"}) for one in (FLOOR, FASTAPI))
    speeds = {FLOOR.id: 10_000.0, floor.id: 20_000.0, ours.id: 5_000.0}
    trials = [
        trial(id_, block, [speeds[id_] * (4.0 if block % 2 else 1.0)] * 40)
        for block in range(4)
        for id_ in (FLOOR.id, floor.id if block % 2 else ours.id)
    ]
    record = campaign((FLOOR, floor, ours), blocks=4).model_copy(
        update={
            "applications": {"raw-asgi": application("raw-asgi", tier="floor"), "fastapi": application("fastapi")},
            "interfaces": servers,
        }
    )
    found = {(one.kind, one.cell): one for one in effects(record, trials)}
    framework = found["framework", ours.id]
    assert framework.microseconds / framework.base_microseconds == pytest.approx(3.0)
    assert (framework.low, framework.high) == pytest.approx((framework.microseconds,) * 2)
    server = found["server", floor.id]
    assert server.microseconds / server.base_microseconds == pytest.approx(-0.5)
    assert framework.base_microseconds == pytest.approx(server.base_microseconds / 2), "all on the same footing"


def test_without_a_bare_callable_in_the_same_place_there_is_no_framework_cost() -> None:
    record = campaign((FLOOR, ON_GRANIAN), blocks=2)
    record = record.model_copy(
        update={"applications": {"raw-asgi": application("raw-asgi", tier="floor"), "fastapi": application("fastapi")}}
    )
    assert effects(record, made_up({FLOOR.id: 2.0, ON_GRANIAN.id: 1.0}, 2)) == ()
