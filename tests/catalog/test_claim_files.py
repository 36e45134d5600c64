import re
from pathlib import Path
from typing import get_args

import pytest

from harness.catalog.applications import find_applications
from harness.catalog.claim_files import RANKING, SHIPPED, STORY, rankings_of, read_any, read_claim, read_story
from harness.catalog.scenarios import find_scenarios
from harness.model.asked.claim import Claim
from harness.model.asked.statement import Asked, Story
from harness.model.errors import UsageError
from harness.under_test.launch.servers import SERVERS
from tests.catalog.test_docs import keys, table

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "claims.md"

RIGHT = """
id = "one-before-two"
title = "One > Two"
about = "Somebody said so."
scenario = "json"

[[subjects]]
id = "one"
title = "One"
controlled = "first-app"

[[subjects]]
id = "two"
title = "Two"
controlled = "second-app"

[[published]]
title = "A run"
source = "A page"
rps.json = { one = 2, two = 1.5 }
"""


def written(tmp_path: Path, text: str = RIGHT) -> Path:
    path = tmp_path / "claim.toml"
    path.write_text(text)
    return path


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(UsageError) as refused:
        read_claim(written(tmp_path, text))
    return str(refused.value)


def test_a_claim_is_read_with_its_subjects_in_their_order(tmp_path: Path) -> None:
    claim = read_claim(written(tmp_path))
    assert [subject.id for subject in claim.subjects] == ["one", "two"]
    assert claim.scenarios() == ("json",)
    assert claim.published[0].rps == {"json": {"one": 2, "two": 1.5}}


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ('controlled = "second-app"', 'controlled = "first-app"', 'subjects.1.controlled: "first-app" stands for'),
        ('controlled = "second-app"', "", "subjects.1.controlled: missing, but other subjects have one"),
        ('id = "two"', 'id = "one"', 'subjects: "one" is there twice'),
        ("two = 1.5 }", "tow = 1.5 }", 'published.0.rps.json.tow: is no subject; did you mean "two"?'),
        (", two = 1.5 }", " }", "published.0.rps.json.two: missing"),
        ("two = 1.5 }", "two = 0 }", "published.0.rps.json.two: Input should be greater than 0"),
        ('source = "A page"', "", "published.0.source: missing"),
        ('title = "Two"', 'titel = "Two"', 'subjects.1.titel: unknown key; did you mean "title"?'),
        ('scenario = "json"', "scenario = 7", "scenario: Input should be a valid string; got 7"),
        ('id = "one-before-two"', 'id = "One before two"', "id: String should match pattern"),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path: Path, line: str, instead: str, says: str) -> None:
    assert line in RIGHT
    assert says in refusal(tmp_path, RIGHT.replace(line, instead, 1))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    faulty = (
        RIGHT.replace('title = "Two"', "").replace("one = 2", "one = -2").replace('about = "Somebody said so."', "")
    )
    message = refusal(tmp_path, faulty)
    assert message.startswith("3 faults in the claim:")
    assert message.endswith("See docs/claims.md.")
    assert all(key in message for key in ("subjects.1.title", "published.0.rps.json.one", " about: missing"))


def test_a_claim_of_one_subject_is_refused(tmp_path: Path) -> None:
    alone = RIGHT.split("[[subjects]]")
    assert "a claim ranks two subjects or more" in refusal(tmp_path, alone[0] + "[[subjects]]" + alone[1])


def test_a_claim_that_names_no_application_is_refused(tmp_path: Path) -> None:
    assert "no application is named" in refusal(tmp_path, re.sub("controlled = .*", "", RIGHT))


@pytest.mark.parametrize("text", ["", "id = ", "\x00", "subjects = 7\npublished = [1, { rps = 3 }]"])
def test_a_file_that_is_no_claim_is_refused_with_a_message(tmp_path: Path, text: str) -> None:
    assert "claim.toml" in refusal(tmp_path, text)


def test_a_file_that_is_not_there_is_refused_with_a_message(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no-such\.toml: is not there"):
        read_claim(tmp_path / "no-such.toml")


def test_the_claim_of_the_story_names_applications_and_scenarios_that_there_are() -> None:
    claim = read_claim(RANKING)
    scenarios = {scenario.id for scenario in find_scenarios(ROOT / "scenarios")}
    found = find_applications(
        ROOT / "apps",
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=scenarios,
    )
    tiers = {application.id: application.manifest.tier for application in found}
    assert set(claim.scenarios()) == {"fortunes", "json", "db"} <= scenarios
    assert [tiers.get(subject.controlled or "") for subject in claim.subjects] == ["controlled"] * 3 + ["reference"]
    assert [tiers.get(subject.idiomatic or "") for subject in claim.subjects] == ["idiomatic"] * 3 + ["reference"]
    assert {tiers.get(app) for app in claim.beside} == {"floor"}


def test_the_published_orders_are_the_one_claimed() -> None:
    claim = read_claim(RANKING)
    for run in claim.published:
        for figures in run.rps.values():
            ordered = [figures[subject.id] for subject in claim.subjects]
            assert ordered == sorted(ordered, reverse=True)


def test_every_key_of_a_claim_is_explained_and_no_other() -> None:
    assert set(table(DOCUMENT)) == {key for key, _ in keys(Claim)}


def test_the_claim_of_the_documentation_is_right(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert example
    assert read_claim(written(tmp_path, example[1])).subjects[0].controlled == "starlette"


SECTION = DOCUMENT.read_text().split("### A story of your own")[1]
OWN = re.search(r"```toml\n(.*?)```", SECTION, re.DOTALL)


def own_story(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert OWN
    assert old in OWN[1]
    return written(tmp_path, OWN[1].replace(old, new, 1) if old else OWN[1])


def test_the_story_of_the_documentation_is_right_and_is_known_from_a_ranking(tmp_path: Path) -> None:
    story = read_any(own_story(tmp_path))
    assert isinstance(story, Story)
    assert [one.evidence[0].kind for one in story.statements] == ["idle", "requirement"]
    assert isinstance(read_any(written(tmp_path)), Claim)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "b"', 'id = "a"', 'statements.1.id: "a" is there twice'),
        (
            'kind = "idle"',
            'kind = "idel"',
            "statements.0.evidence.0: Input tag 'idel' found",
        ),
        ('kind = "idle"', 'kind = "ranking"\nclaim = "round-19"', 'evidence.0.claim: "round-19" is not known'),
        ('kind = "idle"', 'kind = "capability"\nprobe = "http3"', 'evidence.0.probe: "http3" is not known'),
        ('source = "The handbook, 2026."', "", "source: missing"),
    ],
)
def test_a_fault_of_a_story_is_reported_with_its_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_any(own_story(tmp_path, old, new))
    assert says in str(refused.value)


def test_shipped_claims_go_by_the_names_of_their_files() -> None:
    assert {name: read_any(path).id for name, path in SHIPPED.items()} == {name: name for name in SHIPPED}
    assert list(rankings_of(read_story(STORY))) == [RANKING.stem]


def test_every_statement_of_the_story_and_every_kind_of_evidence_is_explained() -> None:
    text = DOCUMENT.read_text()
    for one in read_story(STORY).statements:
        assert f"| {one.id} | {one.said} |" in text
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \|", SECTION, re.MULTILINE)
    explained = {kind: set(re.findall(r"`(\w+)`(?! *\))", keys)) for kind, keys in rows}
    known = {
        get_args(kind.model_fields["kind"].annotation)[0]: set(kind.model_fields) - {"kind"}
        for kind in get_args(get_args(Asked)[0])
    }
    assert explained == known
