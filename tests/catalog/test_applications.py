import json
import re
from pathlib import Path

import pytest

from harness.model.errors import ExitCode, UsageError
from tests.catalog.trees import RIGHT_APP, application, found

FIVE_FAULTS = """
id = "shop"
titel = "A shop"
servers = ["uvikorn"]
scenarios = ["json", "fortunez"]
tier = "fastest"
root = "../elsewhere"
targets.asgi = "app:app"
"""


def message_of(apps: Path, *extra: Path) -> str:
    """What the refusal says."""
    with pytest.raises(UsageError) as refusal:
        found(apps, *extra)
    assert refusal.value.exit_code is ExitCode.USAGE
    assert "docs/adding-an-application.md" in refusal.value.mend
    return str(refusal.value)


def faults_of(manifest: str, tmp_path: Path) -> list[str]:
    """The lines that tell a fault of one application with this manifest."""
    application(tmp_path, manifest)
    return [line.strip() for line in message_of(tmp_path).splitlines() if "app.toml" in line]


def test_a_folder_with_a_manifest_is_an_application(tmp_path: Path) -> None:
    folder = application(tmp_path)
    (shop,) = found(tmp_path)
    assert shop.id == "shop"
    assert shop.folder == folder
    assert shop.root == folder


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        ('["daphne", "uvicorn"]', ("daphne", "uvicorn")),
        ('["uvicorn", "*"]', ("uvicorn", "hypercorn", "daphne")),
        ('["daphne", "*", "uvicorn"]', ("daphne", "hypercorn", "uvicorn")),
        ('["hypercorn", "!uvicorn", "*"]', ("hypercorn", "daphne")),
    ],
)
def test_a_star_stands_for_every_other_server_that_speaks_to_a_target(
    servers: str, named: tuple[str, ...], tmp_path: Path
) -> None:
    application(tmp_path, RIGHT_APP.replace('["uvicorn"]', servers))
    assert found(tmp_path)[0].manifest.servers == named


def test_with_two_targets_a_star_stands_for_servers_of_both_interfaces(tmp_path: Path) -> None:
    both = RIGHT_APP.replace('["uvicorn"]', '["gunicorn-sync", "*", "!daphne"]') + 'targets.wsgi = "app:app"\n'
    application(tmp_path, both)
    assert found(tmp_path)[0].manifest.servers == ("gunicorn-sync", "uvicorn", "gunicorn-gthread", "hypercorn")


def test_folders_are_found_by_name_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("b", "a", "_shared", ".cache"):
        application(tmp_path, RIGHT_APP.replace("shop", name), name)
    (tmp_path / "left-over" / "__pycache__").mkdir(parents=True)
    assert [app.id for app in found(tmp_path)] == ["a", "b"]


def test_a_tree_that_is_not_there_has_no_applications(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere") == ()


def test_a_folder_given_by_path_may_have_any_name(tmp_path: Path) -> None:
    application(tmp_path / "apps", RIGHT_APP.replace('"shop"', '"home"'), "home")
    mine = application(tmp_path / "elsewhere", name="My Checkout")
    assert [app.id for app in found(tmp_path / "apps", mine)] == ["home", "shop"]


def test_a_folder_given_by_path_twice_or_already_found_counts_once(tmp_path: Path) -> None:
    home, mine = application(tmp_path / "apps"), application(tmp_path / "b", RIGHT_APP.replace("shop", "mine"), "mine")
    assert [app.id for app in found(tmp_path / "apps", home, mine, mine)] == ["shop", "mine"]


def test_a_folder_given_by_path_without_a_manifest_is_refused(tmp_path: Path) -> None:
    text = message_of(tmp_path, tmp_path / "nothing-here")
    assert "nothing-here/app.toml: is not there" in text


def test_two_applications_cannot_share_an_id(tmp_path: Path) -> None:
    application(tmp_path / "apps")
    text = message_of(tmp_path / "apps", application(tmp_path / "b", name="copy"))
    taken = tmp_path / "apps" / "shop"
    assert f'copy/app.toml: id: "shop" is taken by {taken}; choose another id, or give one: --app NAME=DIR' in text


def test_every_fault_of_a_manifest_is_told_at_once(tmp_path: Path) -> None:
    faults = faults_of(FIVE_FAULTS, tmp_path)
    expected = [
        'titel: unknown key; did you mean "title"?',
        "title: missing",
        "tier: Input should be 'controlled', 'idiomatic', 'floor' or 'reference'; got \"fastest\"",
        "root: '../elsewhere' leaves the application's folder",
        'servers: no server is called "uvikorn"; did you mean "uvicorn"?',
        'scenarios: no scenario is called "fortunez"; there are: db, json, plaintext',
    ]
    for part in expected:
        assert any(part in fault for fault in faults), f"{part!r} is not in {faults}"


def test_faults_of_all_manifests_are_told_together(tmp_path: Path) -> None:
    application(tmp_path, RIGHT_APP.replace("shop", "a") + "one = 1\n", "a")
    application(tmp_path, RIGHT_APP.replace("shop", "b") + "two = 2\n", "b")
    text = message_of(tmp_path)
    assert "2 faults" in text
    assert "a/app.toml: one: unknown key" in text
    assert "b/app.toml: two: unknown key" in text


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("title = shop\n", r"app\.toml: cannot be read: .*\(at line \d+, column \d+\)"),
        ('id = "shop"\nid = "shop"\n', r"cannot be read: .*overwrite a value \(at line 2"),
        (RIGHT_APP.replace('"shop"', '"store"'), 'id: "store" is not the name of its folder; make both "shop"'),
        (RIGHT_APP.replace('"shop"', '"Shop"'), "id: String should match pattern"),
        (RIGHT_APP.replace('"A shop"', "5"), "title: Input should be a valid string; got 5"),
        (RIGHT_APP.replace('["uvicorn"]', '"uvicorn"'), 'servers: Input should be a valid .*; got "uvicorn"'),
        (RIGHT_APP.replace('["uvicorn"]', "[]"), r"servers: .*at least 1 item.*; got \[\]"),
        (RIGHT_APP.replace('["json"]', '["json", "json"]'), 'scenarios: "json" is named twice'),
        (RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "uvicorn"]'), 'servers: "uvicorn" is named twice'),
        (
            RIGHT_APP.replace('["uvicorn"]', '["*"]'),
            r'servers: "\*" cannot be the first; name the default server first',
        ),
        (RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "*", "!daphn"]'), 'servers: no server is called "daphn"'),
        (RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "!daphne"]'), 'servers: "!daphne" leaves out nothing'),
        (RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "*", "!gunicorn-sync"]'), '"!gunicorn-sync" leaves out nothing'),
        (RIGHT_APP.replace("uvicorn", "gunicorn-sync"), 'targets.wsgi: missing, but "gunicorn-sync" speaks wsgi'),
        (RIGHT_APP.replace("targets.asgi", "targets.agsi"), 'targets.agsi: unknown key; did you mean "asgi"?'),
        (RIGHT_APP.replace("app:app", "app.py"), "targets.asgi: not a target; write"),
        (RIGHT_APP.replace("app:app", "app:app; import os"), "targets.asgi: not a target; write"),
        (RIGHT_APP.replace("uvicorn", "own"), 'own: missing, but "own" is one of the servers'),
        (RIGHT_APP + '[own]\nargv = ["run", "{port}"]', 'servers: the table \\[own\\] is given, but "own" is not'),
        (RIGHT_APP.replace("uvicorn", "own") + '[own]\nargv = ["run"]', "own.argv: does not say {port}"),
        (RIGHT_APP.replace("uvicorn", "own") + '[own]\nargv = "run {port}"', "own.argv: Input should be a valid"),
        (RIGHT_APP + 'root = "src"', 'root: there is no folder "src" here'),
        (RIGHT_APP + 'root = "/etc"', "root: '/etc' leaves the application's folder"),
        (RIGHT_APP + 'requirements = "../requirements.txt"', "requirements: '../requirements.txt' leaves"),
        (RIGHT_APP + 'requirements = "deps.txt"', 'neither "deps.txt" nor "deps.in" is here; write deps.in'),
        (RIGHT_APP + 'environment.PYTHONPATH = "."', "environment.PYTHONPATH: is set by the harness"),
        (RIGHT_APP + 'environment.HARNESS_POOL_SIZE = "99"', "environment.HARNESS_POOL_SIZE: is set by the harness"),
        (RIGHT_APP + 'environment."A=B" = "1"', "environment.A=B: is not the name of an environment variable"),
        (RIGHT_APP + "environment.DEBUG = 1", "environment.DEBUG: Input should be a valid string; got 1"),
        (RIGHT_APP + f'about = "{"x" * 601}"', "about: String should have at most 600 characters"),
        (RIGHT_APP + 'follows = "https://example.org/"', "follows: Input should be a valid (tuple|array|list)"),
        (RIGHT_APP + f"follows = {['https://example.org/'] * 13}", "follows: .*at most 12 items"),
        (
            RIGHT_APP + 'follows = ["http://example.org/"]',
            "follows.0: not the address of a page; write it whole, such as",
        ),
        (RIGHT_APP + 'lacks.hypercorn.json = "no"', "lacks: hypercorn is not one of the servers"),
        (RIGHT_APP + 'lacks.uvicorn.upload = "no"', "lacks: upload is not one of the scenarios"),
        (RIGHT_APP + 'lacks.uvicorn.json = ""', "lacks.uvicorn.json: String should have at least 1 character"),
        (RIGHT_APP + 'uses.frame = "x"', 'uses.frame: unknown key; did you mean "framework"?'),
    ],
)
def test_a_fault_is_told_with_its_key_and_how_to_mend_it(tmp_path: Path, wrong: str, fault: str) -> None:
    faults = faults_of(wrong, tmp_path)
    assert re.search(fault, faults[0]), faults
    assert len(faults) == (2 if "agsi" in wrong else 1), "a misspelt target is also a missing one, nothing else is two"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://localhost/",
        "https://user:word@example.org/",
        "https://example.org:8080/",
        "https://example.org/a)b",
        "https://example.org/<b>",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org/" + "a" * 300,
    ],
)
def test_what_is_followed_is_a_page_on_a_public_host(address: str, tmp_path: Path) -> None:
    application(tmp_path, RIGHT_APP + f"follows = {json.dumps(['https://example.org/guide/', address])}")
    assert "follows.1: " in message_of(tmp_path)


def test_what_an_application_says_about_itself_may_stand_on_several_lines(tmp_path: Path) -> None:
    more = 'about = """\nViews return a dict.\nPages come from Jinja2.\n"""\nfollows = ["https://docs.example.org/a.html?b=1#c"]'
    application(tmp_path, RIGHT_APP + more)
    manifest = found(tmp_path)[0].manifest
    assert manifest.about == "Views return a dict. Pages come from Jinja2."
    assert manifest.follows == ("https://docs.example.org/a.html?b=1#c",)


def test_an_empty_manifest_is_told_what_it_lacks(tmp_path: Path) -> None:
    faults = faults_of("", tmp_path)
    assert [fault.split(": ")[1] for fault in faults] == ["id", "title", "servers", "scenarios"]


def test_a_manifest_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (application(tmp_path) / "app.toml").write_bytes(b"\xff\xfe")
    assert "shop/app.toml: is not text in UTF-8: byte 0 is 0xff" in message_of(tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder = application(tmp_path / "apps", RIGHT_APP + 'root = "code"')
    (folder / "code").symlink_to(tmp_path / "outside")
    assert 'root: "code" leads out of the folder' in message_of(tmp_path / "apps")


def test_a_folder_that_is_a_link_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    outside = application(tmp_path / "outside")
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "shop").symlink_to(outside)
    assert "the folder is a link that leaves the tree; name the real folder with --app" in message_of(tmp_path / "apps")


def test_an_application_that_is_not_python_needs_no_requirements(tmp_path: Path) -> None:
    manifest = RIGHT_APP.replace("uvicorn", "own") + 'language = "ruby"\n[own]\nargv = ["puma", "-p", "{port}"]\n'
    (application(tmp_path, manifest) / "requirements.in").unlink()
    assert found(tmp_path)[0].manifest.language == "ruby"


def test_one_folder_may_speak_several_interfaces(tmp_path: Path) -> None:
    manifest = RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "gunicorn-sync"]') + 'targets.wsgi = "app:wsgi"'
    application(tmp_path, manifest)
    targets = found(tmp_path)[0].manifest.targets
    assert (targets.of("asgi"), targets.of("wsgi")) == ("app:app", "app:wsgi")
