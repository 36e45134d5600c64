"""docs/applications has a page for each application, as its manifest and its lock are today."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.catalog.applications import find_applications
from harness.catalog.scenarios import find_scenarios
from harness.model.asked.application import Interface
from harness.report.documented.application import documented, page
from harness.report.documented.write import FOLDER, behind, pages, write
from harness.under_test.launch.servers import SERVERS
from tests.catalog.trees import RIGHT_APP, application

ROOT = Path(__file__).parents[1]
KNOWN: Mapping[str, Interface] = {one.id: one.interface for one in SERVERS.values()}
SCENARIOS = {one.id: one.manifest for one in find_scenarios(ROOT / "scenarios")}


@pytest.fixture(scope="module")
def wanted() -> Mapping[str, str]:
    return pages(ROOT)


ON_THREADS = """
id = "shop"
title = "A shop"
servers = ["gunicorn-gthread", "waitress"]
scenarios = ["json", "stream"]
targets.wsgi = "app:app"
"""
OWN = """
id = "shop"
title = "A shop"
servers = ["own"]
scenarios = ["json"]
own.argv = {argv}
"""


def page_in(apps: Path) -> str:
    """The page of the only application there."""
    (found,) = find_applications(apps, known_servers=KNOWN, known_scenarios=SCENARIOS)
    return page(documented(found, SERVERS, SCENARIOS))


def written(tmp_path: Path, manifest: str, lock: str = "") -> str:
    """The page of an application with this manifest and lock."""
    (application(tmp_path / "apps", manifest) / "requirements.txt").write_text(lock)
    return page_in(tmp_path / "apps")


def test_a_page_says_what_a_server_speaks_and_which_python_it_needs(tmp_path: Path) -> None:
    manifest = ON_THREADS.replace('"waitress"', '"bengal-pounce", "gunicorn-tornado"')
    page = written(tmp_path, f'{manifest}targets.asgi = "app:asgi"\ntargets.tornado = "app:tornado"\n')
    assert "| pounce (Python &gt;=3.14) | ASGI |" in page
    assert "| gunicorn (tornado worker) | Tornado's own application |" in page


def test_the_pages_are_those_of_the_manifests_and_locks_of_today(wanted: Mapping[str, str]) -> None:
    late = behind(wanted, ROOT / FOLDER)
    assert not late, f"{', '.join(late)} in {FOLDER}: run make pages"


def test_every_application_has_a_page_that_invites_its_authors_and_names_what_it_follows(
    wanted: Mapping[str, str],
) -> None:
    every = find_applications(ROOT / "apps", known_servers=KNOWN, known_scenarios=SCENARIOS)
    assert set(wanted) == {f"{one.id}.md" for one in every} | {"README.md"}
    for one in every:
        text = wanted[f"{one.id}.md"]
        assert f"harness verify --only {one.id}\n" in text
        assert "(../reviewing-an-application.md)" in text
        assert [f"- <{address}>" for address in one.manifest.follows] == re.findall("^- <https.*", text, re.MULTILINE)
        assert f"]({one.id}.md)" in wanted["README.md"]


def test_a_page_that_is_missing_stale_or_left_over_is_found_and_mended(tmp_path: Path) -> None:
    wanted = {"a.md": "a", "b.md": "b", "c.md": "c"}
    (tmp_path / "b.md").write_text("of yesterday")
    (tmp_path / "c.md").write_text("c")
    (tmp_path / "gone.md").write_text("of an application that was removed")
    (tmp_path / "picture.png").write_bytes(b"")
    assert behind(wanted, tmp_path) == ("a.md", "b.md", "gone.md")
    assert write(wanted, tmp_path) == ("a.md", "b.md", "gone.md")
    assert behind(wanted, tmp_path) == ()
    assert {file.name for file in tmp_path.iterdir()} == {*wanted, "picture.png"}


def line_with(text: str, page: str) -> str:
    (line,) = [line for line in page.splitlines() if text in line]
    return line


def test_a_page_names_servers_in_words_with_their_versions_and_what_they_are_not_asked(tmp_path: Path) -> None:
    manifest = ON_THREADS + 'lacks.waitress.json = "not <b>here</b>"\n'
    text = written(tmp_path, manifest, "gunicorn==27.0.1 \\\n    --hash=sha256:0\nwaitress==3.0.2 \\\n")
    default = (
        "| **gunicorn (gthread) 27.0.1**, the default | WSGI | as many as asked for, each with a pool of threads |  |"
    )
    assert default in text
    waitress = line_with("| waitress 3.0.2 |", text)
    assert (
        "| WSGI | 1, each with a pool of threads | `json`: not &lt;b&gt;here&lt;/b&gt;; `stream`: it closes" in waitress
    )


def test_a_page_names_the_program_of_an_own_server_and_whether_it_takes_workers(tmp_path: Path) -> None:
    one = written(tmp_path / "one", OWN.format(argv='["{python}", "app.py", "{port}"]'))
    many = written(tmp_path / "many", OWN.format(argv='["serve", "{port}", "--workers={workers}"]'))
    assert "| **its own: `python app.py {port}`**, the default | HTTP itself | 1 |  |" in one
    alone = "| **its own: `serve {port} --workers={workers}`**, the default | HTTP itself | as many as asked for |  |"
    assert alone in many


def test_a_page_shows_what_the_application_is_built_from_with_versions_of_the_lock(tmp_path: Path) -> None:
    lock = "flask==3.1.3 \\\nflask-caching==2.3.1 ; python_version >= '3.11' \\\n"
    text = written(tmp_path, f'{RIGHT_APP}\n[uses]\nframework = "Flask"\ndriver = "none"', lock)
    assert "| framework | Flask 3.1.3 |" in text
    assert "| driver |" not in text
    assert "| requires too |" not in text
    (tmp_path / "apps" / "shop" / "requirements.in").write_text("flask\nFlask_Caching\n")
    assert "| requires too | flask-caching 2.3.1 |" in page_in(tmp_path / "apps")


def test_what_a_manifest_says_becomes_no_element_of_a_page_and_no_cell_of_a_table(tmp_path: Path) -> None:
    about = 'about = "<script>alert(1)</script> a|b \\u202e"\n'
    text = written(tmp_path, RIGHT_APP.replace('"A shop"', '"<b>A</b>"') + about)
    assert "# &lt;b&gt;A&lt;/b&gt;\n" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; a\\|b \ufffd" in text
