"""A new user follows docs/adding-an-application.md to the letter; at each step the harness says what is still wrong."""

import re
from pathlib import Path

import pytest

from harness.under_test.launch.servers import SERVERS
from tests.end_to_end.command import Ended, Place

ON_ITS_DEFAULT = ("--server", "gunicorn-gthread")
"""What is wrong with the code shows on one server; the longer of the two right examples is verified on all."""

OUTSIDE = ("psycopg[binary,pool]", "cachetools", "jinja2")


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "docs" / "adding-an-application.md").read_text()


def written(text: str, language: str, number: int = 0) -> str:
    """An example in a language, the first unless told; an opening fence begins a paragraph or follows a heading."""
    found: list[str] = re.findall(rf"(?:\n\n|\n#[^\n]*\n)```{language}\n(.*?)```", text, re.DOTALL)
    return found[number]


def test_an_application_is_added_by_following_the_documentation(text: str, place: Place) -> None:
    folder = place.folder / "my-bottle"
    folder.mkdir()

    def verified(*options: str) -> Ended:
        return place.run("verify", "--app", folder, "--only", "my-bottle", "--database", "sqlite", *options)

    ended = verified()
    assert ended.code == 2, ended
    assert "my-bottle/app.toml: is not there" in ended.err

    (folder / "app.toml").write_text(written(text, "toml"))
    ended = verified()
    assert ended.code == 2, ended
    assert 'neither "requirements.txt" nor "requirements.in" is here; write requirements.in' in ended.err

    told = "`{}`, `{}` and `{}`".format(*OUTSIDE)
    assert f"A folder outside `apps/` writes {told} there instead, a line each" in text
    lines = "\n".join(OUTSIDE)
    (folder / "requirements.in").write_text(written(text, "").replace("-r ../_shared/requirements.in", lines))
    ended = verified()
    assert ended.code == 3, ended
    assert "requirements.txt is missing" in ended.out
    assert "harness lock --only my-bottle" in ended.out

    ended = place.run("lock", "--app", folder, "--only", "my-bottle")
    assert ended.code == 0, ended
    assert "my-bottle/requirements.txt" in ended.err
    assert re.search(r"^bottle==.*\n    --hash=sha256:", (folder / "requirements.txt").read_text(), re.MULTILINE)

    ended = verified(*ON_ITS_DEFAULT)
    assert ended.code == 3, ended
    assert "the application does not load: ModuleNotFoundError: No module named 'app'" in ended.out

    code = written(text, "python")
    wrong = code.replace('    response.content_type = "text/plain"\n', "").replace(
        '@app.get("/db")', '@app.get("/db/")'
    )
    (folder / "app.py").write_text(wrong)
    ended = verified(*ON_ITS_DEFAULT)
    assert ended.code == 3, ended
    assert "plaintext: GET /plaintext: header Content-Type; expected text/plain" in ended.out
    assert "db: GET /db: status; expected 200; seen 404" in ended.out
    assert "json:" not in ended.out
    assert "1 of 1 configuration failed the contract" in ended.err

    more = written(text, "toml").replace('"db"]', '"db", "queries", "fortunes"]')
    (folder / "app.toml").write_text(more)
    (folder / "app.py").write_text(code + "\n\n" + written(text, "python", 1))
    ended = verified("--json")
    assert ended.code == 0, ended
    assert all(len(one["scenarios"]) == 5 and one["passed"] for one in ended.json)
    assert {one["server"] for one in ended.json} == {one.id for one in SERVERS.values() if one.interface == "wsgi"}

    (folder / "app.toml").write_text(written(text, "toml"))
    (folder / "app.py").write_text(code)
    ended = verified(*ON_ITS_DEFAULT, "--json")
    assert ended.code == 0, ended
    assert [one["passed"] for one in ended.json] == [True]

    ended = place.measure(
        "--app", folder, "--only", "raw-wsgi", "--scenario", "json", "--quick", "--rotations", "300ms"
    )
    assert ended.code == 0, ended
    assert {row["app"] for row in place.ranking["scenarios"]["json"]} == {"my-bottle", "raw-wsgi"}
