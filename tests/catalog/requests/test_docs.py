"""docs/requests.md: its example is right, and every key of the file is explained."""

import re
from pathlib import Path

from harness.catalog.requests.file import RequestsFile, from_file
from tests.catalog.test_docs import keys

PAGE = (Path(__file__).parents[3] / "docs" / "requests.md").read_text()


def test_the_file_of_the_documentation_is_right(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    path = tmp_path / "requests.toml"
    path.write_text(example[1])
    found = from_file(path, {"APP_PASSWORD": "x"})
    assert [(one.method, one.path, one.weight) for one in found.requests] == [("GET", "/me", 3), ("POST", "/items", 1)]
    assert found.before[0].capture == {"token": "json:access_token"}


def test_every_key_of_the_file_is_explained_and_no_other() -> None:
    rows = PAGE.split("| key | meaning | if left out |")[1].split("\n\n")[0].splitlines()
    explained = {key for row in rows for key in re.findall(r"`((?:before|requests)\.[\w.]+)`", row.split(" | ")[0])}
    assert explained - {"requests.expect"} == {key for key, _ in keys(RequestsFile)}
