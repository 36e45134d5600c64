from pathlib import Path

import pytest

from harness.catalog.checks import load_check
from harness.catalog.scenarios import find_scenarios
from harness.model.asked.request import Level
from harness.model.errors import UsageError
from tests.catalog.trees import RIGHT_SCENARIO, scenario

CHECK = "def check(body, level):\n    return None if body == b'hello' else 'not hello'\n"
WITHOUT_BODY = RIGHT_SCENARIO.replace(', body = "hello"', "")


def told(tmp_path: Path) -> str:
    with pytest.raises(UsageError) as refusal:
        find_scenarios(tmp_path)
    return str(refusal.value)


def test_a_folder_with_a_manifest_is_a_scenario(tmp_path: Path) -> None:
    scenario(tmp_path)
    (tmp_path / "_draft").mkdir()
    (hello,) = find_scenarios(tmp_path)
    assert (hello.id, hello.check) == ("hello", None)
    assert hello.for_driver.check is None
    assert hello.for_driver.requests == hello.manifest.requests


def test_the_check_beside_a_manifest_is_loaded(tmp_path: Path) -> None:
    folder = scenario(tmp_path, WITHOUT_BODY, check=CHECK)
    (hello,) = find_scenarios(tmp_path)
    assert hello.check
    assert hello.check.check(b"hello", Level(connections=1)) is None
    assert hello.check.check(b"bye", Level(connections=1)) == "not hello"
    assert hello.for_driver.check == str(folder / "check.py")


def test_a_load_process_loads_the_same_check_by_its_path(tmp_path: Path) -> None:
    many = CHECK + "def check_many(bodies, level):\n    return f'{len(bodies)} at {level.label}'\n"
    check = load_check(scenario(tmp_path, check=many) / "check.py")
    assert check.check_many
    assert check.check_many([b"", b""], Level(connections=3)) == "2 at 3c"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def chek(body, level): ...", "check: missing; write def check(body: bytes, level: Level)"),
        ("check = 5", "check: missing"),
        (CHECK + "check_many = 5", "check: missing"),
        ("def check(:", "cannot be loaded: SyntaxError: invalid syntax (check.py, line 1)"),
        ("import nothing_like_this", "cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_a_check_that_cannot_be_used_is_refused(tmp_path: Path, code: str, fault: str) -> None:
    path = scenario(tmp_path, check=code) / "check.py"
    assert fault in told(tmp_path)
    with pytest.raises(UsageError, match=r"check\.py"):
        load_check(path)


@pytest.mark.parametrize(
    ("manifest", "fault"),
    [
        (WITHOUT_BODY, "expect.body: nothing says what a right body is; give the body, or write check.py"),
        (
            RIGHT_SCENARIO.replace('"hello"\nt', '"bye"\nt'),
            'id: "bye" is not the name of its folder; make both "hello"',
        ),
        (RIGHT_SCENARIO.replace("at = { connections = 64 }", "at = { connections = 65 }"), "rank.at: is not one of"),
        (RIGHT_SCENARIO.replace('"/hello"', '"hello"'), "requests.0.path: String should match pattern"),
        (RIGHT_SCENARIO.replace("path =", "pth ="), 'requests.0.pth: unknown key; did you mean "path"?'),
        (
            RIGHT_SCENARIO.replace("connections = 16", "connections = 0"),
            "levels.0.connections: Input should be greater",
        ),
        (
            RIGHT_SCENARIO.replace("connections = 16", 'connections = "16"'),
            'levels.0.connections: Input should be a valid integer; got "16"',
        ),
        (RIGHT_SCENARIO.replace("/hello", "/hello?n={n}"), "levels.0: no n, but a request's path holds {n}"),
        (
            RIGHT_SCENARIO.replace("connections = 16", "connections = 16, n = 5"),
            "levels.0: n, but no request's path holds {n}",
        ),
        (
            RIGHT_SCENARIO.replace('"text/plain"', '"text/plain", fixed = "yes"'),
            'expect.fixed: Input should be a valid boolean; got "yes"',
        ),
        (
            WITHOUT_BODY.replace('"text/plain"', '"text/plain", fixed = true'),
            "expect: fixed = true needs the expected body",
        ),
        (
            RIGHT_SCENARIO + "[audit]\nreads = 1\n",
            'audit: the scenario needs no database; write needs = ["database"]',
        ),
        (RIGHT_SCENARIO + '[audit]\nreads = "m"\n', 'audit.reads: must be a whole number, or "n"; got "m"'),
        (RIGHT_SCENARIO + "[audit]\nreads = -1\n", 'audit.reads: must be a whole number, or "n"; got -1'),
        (RIGHT_SCENARIO + '[audit]\nreads = "n"\n', 'audit.reads: "n", but no request\'s path holds {n}'),
        (RIGHT_SCENARIO + 'edges = [{ path = "/hello" }]', "edges.0: give n, or expect: one of the two"),
        (
            RIGHT_SCENARIO + 'edges = [{ path = "hello", n = 1001 }]',
            "edges.0.n: Input should be less than or equal to 1000",
        ),
        (RIGHT_SCENARIO + 'edges = [{ path = "hello", n = 1 }]', "edges.0.path: String should match pattern"),
        (RIGHT_SCENARIO + 'needs = ["databse"]', "needs.0: Input should be 'database' or 'upstream'; got \"databse\""),
    ],
)
def test_a_fault_is_told_with_its_key_and_how_to_mend_it(tmp_path: Path, manifest: str, fault: str) -> None:
    scenario(tmp_path, manifest)
    assert f"hello/scenario.toml: {fault}" in told(tmp_path)


def test_faults_of_manifests_and_checks_are_told_together(tmp_path: Path) -> None:
    scenario(tmp_path, "x = 1\n" + RIGHT_SCENARIO, check="def chek(): ...")
    scenario(tmp_path, RIGHT_SCENARIO.replace("A greeting.", ""), name="other")
    text = told(tmp_path)
    for part in (
        "hello/scenario.toml: x: unknown key",
        "hello/check.py: check: missing",
        "other/scenario.toml: about:",
        "other/scenario.toml: id:",
    ):
        assert part in text


OWN = '{ path = "/own", expect = { status = 302, content_type = "", form = "any" } }'
WITH_OWN = RIGHT_SCENARIO.replace('[{ path = "/hello" }]', f'[{{ path = "/hello" }}, {OWN}]')


def test_a_request_may_leave_its_own_body_open_where_it_says_so(tmp_path: Path) -> None:
    scenario(tmp_path / "open", WITH_OWN)
    (hello,) = find_scenarios(tmp_path / "open")
    assert hello.manifest.requests[1].expect
    scenario(tmp_path / "unsaid", WITH_OWN.replace('"any"', '"text"'))
    fault = "requests.1.expect.body: check.py is not asked about a request with its own expect"
    assert f'{fault}; give the body, or form = "any"' in told(tmp_path / "unsaid")


STEP = '[[before]]\nname = "login"\npath = "/login"\ncapture = { token = "json:token" }\n'


def test_values_are_captured_before_they_are_sent(tmp_path: Path) -> None:
    sends = WITH_OWN.replace("/own", "/own/{{token}}") + STEP
    scenario(tmp_path / "right", sends)
    assert find_scenarios(tmp_path / "right")[0].manifest.before[0].capture == {"token": "json:token"}
    scenario(tmp_path / "wrong", sends.replace("{{token}}", "{{tokn}}"))
    assert "requests.1: {{tokn}} has no value; captured are: token" in told(tmp_path / "wrong")
