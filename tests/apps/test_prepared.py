"""What applications share for the scenarios of prepared requests, held against the requests themselves."""

import io
import json
import os
from pathlib import Path

import pytest

from harness.catalog.scenarios import find_scenarios
from harness.model.asked.request import Request

ROOT = Path(__file__).parents[2]
SCENARIOS = {scenario.id: scenario for scenario in find_scenarios(ROOT / "scenarios")}


@pytest.fixture(autouse=True)
def _shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(os.fspath(ROOT / "apps" / "_shared"))


def kinds(scenario: str) -> tuple[list[Request], list[Request]]:
    """Requests that are answered, and those that are refused."""
    made = SCENARIOS[scenario].requests
    is_refused = [one.expect is not None and one.expect.status != 200 for one in made]
    pairs = list(zip(made, is_refused, strict=True))
    return [one for one, refused in pairs if not refused], [one for one, refused in pairs if refused]


@pytest.mark.parametrize("scenario", ["validate", "auth"])
def test_one_of_sixteen_is_refused(scenario: str) -> None:
    right, refused = kinds(scenario)
    assert (len(right), len(refused)) == (960, 64)
    assert len({(one.path, one.body, *one.headers.values()) for one in right}) == 960


def test_each_order_is_normalised_to_its_right_answer() -> None:
    from harness_data.validating import normalised

    for one in kinds("validate")[0]:
        assert one.expect
        assert one.expect.body
        assert normalised(json.loads(one.body)) == json.loads(one.expect.body)


def test_each_broken_order_is_refused_by_its_field() -> None:
    from harness_data.validating import InvalidOrder, normalised

    fields = set()
    for one in kinds("validate")[1]:
        assert one.expect
        assert one.expect.holds
        with pytest.raises(InvalidOrder) as refusal:
            normalised(json.loads(one.body))
        assert [field.split(".")[-1] for field in refusal.value.errors] == [one.expect.holds]
        fields.add(one.expect.holds)
    assert len(fields) == 12


def test_only_requests_of_a_right_token_must_read_a_row() -> None:
    right, refused = kinds("auth")
    assert all(one.audited for one in right)
    assert not any(one.audited for one in refused)
    assert {len(one.headers) for one in refused} == {0, 1}


def test_bodies_are_alike_in_their_first_half_and_differ_in_the_second() -> None:
    from harness_data.uploads import digest, pieces_of

    upload = SCENARIOS["upload"]
    bodies = [one.body.encode() for one in upload.requests]
    assert upload.manifest.rank.figure(1) == len(bodies[0]) / 1e6, "MB for each right answer"
    half = len(bodies[0]) // 2
    assert len({body[:half] for body in bodies}) == 1
    assert len({body[half:] for body in bodies}) == len(bodies) == 16
    for one, body in zip(upload.requests, bodies, strict=True):
        assert one.expect
        assert one.expect.body
        assert digest(pieces_of(io.BytesIO(body + b"of the next request"), len(body))) == json.loads(one.expect.body)


def test_a_stream_that_ends_early_is_hashed_as_far_as_it_came() -> None:
    from harness_data.uploads import digest, pieces_of

    assert digest(pieces_of(io.BytesIO(b"abc"), 1000))["size"] == 3
