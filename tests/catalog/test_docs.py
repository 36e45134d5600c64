"""The documentation is tested: every key of a manifest is in it and no other, and its examples are right."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.catalog.applications import find_applications
from harness.catalog.checks import load_check
from harness.catalog.document import record_in
from harness.catalog.scenarios import find_scenarios
from harness.contract.bodies import strict_json
from harness.model.asked.application import AppManifest
from harness.model.asked.request import Level
from harness.model.asked.scenario import ScenarioManifest
from harness.model.record import Record
from tests.catalog.trees import SERVERS, scenario

DOCS = Path(__file__).parents[2] / "docs"
APPLICATION, SCENARIO = (DOCS / f"adding-{name}.md" for name in ("an-application", "a-scenario"))
WRITTEN_AS_ONE = ("rank.at", "techempower")
"""Keys whose table is explained where it stands first, or elsewhere."""
WITHIN_OPTIONAL = ("own.", "audit.", "edges.")
"""Required only where their table is given."""


def keys(model: type[Record], prefix: str = "", *, wanted: bool = True) -> Iterator[tuple[str, bool]]:
    """Every key of a manifest in dotted form, and whether it is required; none is in a table that may be left out."""
    for name, field in model.model_fields.items():
        inner, key, required = record_in(field.annotation), prefix + name, wanted and field.is_required()
        if inner and key not in WRITTEN_AS_ONE:
            yield from keys(inner, f"{key}.", wanted=required)
        else:
            yield key, required


def table(document: Path) -> dict[str, str]:
    """The keys a document explains in its table of keys, and what it says happens without them."""
    text = document.read_text().split("| key | meaning | if left out |")[1].split("\n\n")[0]
    return dict(re.findall(r"^\| `([\w.]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE))


def block(document: Path, language: str, holding: str = "") -> str:
    """The first example in a language, or the first of them that holds a text."""
    found = re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)
    return next(example for example in found if holding in example)


@pytest.mark.parametrize(("document", "model"), [(APPLICATION, AppManifest), (SCENARIO, ScenarioManifest)])
def test_every_key_of_a_manifest_is_explained_and_no_other(document: Path, model: type[Record]) -> None:
    assert set(table(document)) == {key for key, _ in keys(model)}


@pytest.mark.parametrize(("document", "model"), [(APPLICATION, AppManifest), (SCENARIO, ScenarioManifest)])
def test_what_is_required_is_called_so(document: Path, model: type[Record]) -> None:
    required = {key for key, needed in keys(model) if needed}
    assert {key for key, without in table(document).items() if without == "required"} == required


def test_the_application_of_the_documentation_is_right(tmp_path: Path) -> None:
    folder = tmp_path / "my-bottle"
    folder.mkdir()
    (folder / "app.toml").write_text(block(APPLICATION, "toml"))
    (folder / "requirements.in").write_text(block(APPLICATION, ""))
    known = [scenario.id for scenario in find_scenarios(DOCS.parent / "scenarios")]
    (bottle,) = find_applications(tmp_path, known_servers=SERVERS, known_scenarios=known)
    assert (bottle.id, bottle.manifest.targets.wsgi) == ("my-bottle", "app:app")


def test_the_scenario_of_the_documentation_is_right(tmp_path: Path) -> None:
    scenario(tmp_path, block(SCENARIO, "toml"), check=block(SCENARIO, "python", "def check("))
    (hello,) = find_scenarios(tmp_path)
    assert hello.manifest.expect.body
    assert strict_json(hello.manifest.expect.body) == {"hello": "world"}


def test_the_check_of_the_documentation_works(tmp_path: Path) -> None:
    path = tmp_path / "check.py"
    path.write_text(block(SCENARIO, "python", "def check("))
    check, level = load_check(path), Level(connections=16)
    assert check.check(b'{"dice": 6}', level) is None
    assert check.check(b'{"dice": 7}', level) == "a die shows 1 to 6, not 7"
    assert check.check_many
    assert check.check_many([b'{"dice": 1}'] * 100, level) == "100 throws showed only [1]"


def test_no_room_is_crowded_and_the_architecture_names_every_one() -> None:
    harness, text = DOCS.parent / "harness", (DOCS / "architecture.md").read_text()
    rooms = [init.parent for init in harness.glob("**/__init__.py") if init.parent != harness]
    assert {room: n for room in rooms if (n := len(list(room.glob("*.py"))) - 1) > 12} == {}
    assert [room.name for room in rooms if f"`{room.name}/`" not in text] == []
