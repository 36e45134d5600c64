"""Requests that a scenario's prepare.py makes: what is taken, and what is refused with a reason."""

from pathlib import Path

import pytest

from harness.catalog.prepared import with_requests
from harness.model.asked.request import Request
from harness.model.errors import UsageError
from harness.under_test.verify.probes import PREPARED_ASKED, asked_one_by_one
from tests.load.summing import MANIFEST, PREPARE, summing

HEAD = "from harness.model.asked.scenario import Expectation, Request\n"
RIGHT = 'Expectation(content_type="", form="any")'


def test_the_example_of_the_documentation_makes_as_many_requests_as_asked_for(tmp_path: Path) -> None:
    made = summing(tmp_path).requests
    assert len(made) == 64
    refused = [place for place, one in enumerate(made) if one.expect and one.expect.status == 400]
    assert refused == [15, 31, 47, 63]
    assert len({one.path for one in made}) > 60


def test_the_same_requests_come_out_each_time(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert summing(tmp_path / "one").requests == summing(tmp_path / "other").requests


def test_the_load_generator_makes_them_itself(tmp_path: Path) -> None:
    scenario = summing(tmp_path)
    given = scenario.for_driver
    assert (given.requests, given.prepared) == ((), (64,))
    assert with_requests(given).requests == scenario.requests
    assert with_requests(with_requests(given)) == with_requests(given)


def test_a_starting_server_is_asked_the_first_of_them(tmp_path: Path) -> None:
    scenario = summing(tmp_path)
    assert scenario.probe == scenario.requests[0] != Request(path="/")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def prepar(count): ...", "prepare: missing; write def prepare(count: int) -> list[Request]"),
        ("def prepare(:", "cannot be loaded: SyntaxError"),
        ("def prepare(count): raise SystemExit(3)", "cannot make requests: SystemExit: 3"),
        ("def prepare(count): return [][1]", "cannot make requests: IndexError"),
        ("def prepare(count): return []", "makes 0 requests, not 64; return 64 requests, each with its own expect"),
        ('def prepare(count): return ["x"] * count', "request 0 is a str and no Request"),
        (f'{HEAD}def prepare(count): return [Request(path="/")] * count', "request 0 has no expect"),
        (
            f'{HEAD}def prepare(count): return [Request(path="/{{n}}", expect={RIGHT})] * count',
            "request 0 holds {n} or {{name}}, which nothing fills in here; write out what is sent",
        ),
        (
            f'{HEAD}def prepare(count): return [Request(path="/", body="x" * 2**21, expect={RIGHT})] * count',
            "the bodies hold 134,217,728 characters; at most 67,108,864 are taken",
        ),
    ],
)
def test_a_program_that_makes_something_else_is_refused(tmp_path: Path, code: str, fault: str) -> None:
    scenario = summing(tmp_path, prepare=code)
    with pytest.raises(UsageError) as refusal:
        _ = scenario.requests
    assert "prepare.py" in str(refusal.value)
    assert fault in str(refusal.value)


@pytest.mark.parametrize(
    ("manifest", "prepare", "fault"),
    [
        (MANIFEST, None, "prepared: there is no prepare.py beside the manifest; write prepare.py"),
        (MANIFEST + 'requests = [{ path = "/" }]', PREPARE, "give the requests, or [prepared] and a prepare.py"),
        (
            MANIFEST.replace("prepared.requests = 64", "").replace('"json" }', '"any" }'),
            PREPARE,
            "give the requests, or [prepared] and a prepare.py",
        ),
        (MANIFEST.replace("= 64", "= 5000"), PREPARE, "prepared.requests: Input should be less than or equal to 4096"),
        (MANIFEST.replace('"json" }', '"json", status_to = 200 }'), PREPARE, "status_to is the last of several"),
    ],
    ids=["no program", "both", "neither", "too many", "one status"],
)
def test_a_manifest_gives_its_requests_in_one_way(
    tmp_path: Path, manifest: str, prepare: str | None, fault: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        summing(tmp_path, manifest, prepare)
    assert fault in str(refusal.value)


@pytest.mark.parametrize("size", [1, 16, 31, 32, 33, 64, 66, 1000, 1024, 1056, 4096])
def test_what_is_asked_one_by_one_comes_from_all_over_the_set(tmp_path: Path, size: int) -> None:
    scenario = summing(tmp_path, MANIFEST.replace("= 64", f"= {size}"))
    places = [scenario.requests.index(one) for one in asked_one_by_one(scenario, full=True)]
    assert len(places) == len(set(places)) <= PREPARED_ASKED
    assert len(places) > min(size, PREPARED_ASKED) / 2
    if size >= PREPARED_ASKED:
        assert max(places) > size * 0.9
        assert any(place % 16 == 15 for place in places), "each 16th is to be refused"


def test_a_brief_look_asks_one_of_them(tmp_path: Path) -> None:
    scenario = summing(tmp_path)
    assert list(asked_one_by_one(scenario, full=False)) == [scenario.requests[0]]
    assert len(asked_one_by_one(scenario, full=True)) == PREPARED_ASKED
