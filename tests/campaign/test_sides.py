"""The words of a side: read as they stand, and decided beside a repository and a lock."""

from pathlib import Path

import pytest

from harness.campaign.variants.revisions import Repository, Revision
from harness.campaign.variants.sides import SideAsked, side_of
from harness.campaign.variants.understanding import Understood, understood
from harness.model.errors import UsageError


def right(*given: str) -> SideAsked:
    side, faults = side_of("--a", given)
    assert faults == ()
    return side


def faults_of(*given: str) -> tuple[str, ...]:
    return side_of("--b", given)[1]


@pytest.mark.parametrize(
    ("word", "package"),
    [("starlette==0.50", "starlette"), ("uvicorn[standard]~=0.30", "uvicorn"), ("a<2,>=1", "a"), ("x!=1", "x")],
)
def test_a_word_with_an_operator_of_versions_is_a_requirement(word: str, package: str) -> None:
    side = right(word)
    assert [one.name for one in side.requirements] == [package]
    assert side.names == ()


@pytest.mark.parametrize("word", ["main", "HEAD~3", "v1.2^", "origin/main", "1a2b3c4", "main@{1}", "starlette"])
def test_a_word_without_one_is_a_name_that_is_decided_later(word: str) -> None:
    assert right(word).names == (word,)
    assert right(word).requirements == ()


def test_several_words_stand_in_one_value_or_in_several_alike() -> None:
    one, several = right("main starlette==1 workers=2"), right("main", "starlette==1", "workers=2")
    assert (one.words, one.names, one.workers) == (several.words, several.names, several.workers)
    assert one.workers == 2
    assert list(map(str, one.requirements)) == ["starlette==1"]


def test_settings_and_variables_are_read() -> None:
    side = right("server=uvicorn", "threads=8 runtime_threads=2 python=/opt/py", "env:GREETING='a b' env:EMPTY=", ".")
    assert (side.server, side.threads, side.runtime_threads, side.python) == ("uvicorn", 8, 2, Path("/opt/py"))
    assert side.environment == {"GREETING": "a b", "EMPTY": ""}
    assert side.as_it_lies
    assert side.names == ()


def test_a_command_is_one_word_in_quotation_marks() -> None:
    side = right("""workers=2 command='shop --name "a b" --port {port}'""")
    assert side.command == ("shop", "--name", "a b", "--port", "{port}")
    assert side.workers == 2


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("starlete=0.50", "a version is written starlete==0.50"),
        ("workers=none", "is not a number"),
        ("workers=0", "is not a number"),
        ("server=", "has no value"),
        ("command='python -m shop'", "does not say {port}"),
        ("""command="python 'shop {port}\"""", "close the quotation mark"),
        ("env:1X=2", "names no environment variable"),
        ("env:X", "names no environment variable"),
        ("env:PYTHONPATH=/x", "is set by the harness"),
        ("env:HARNESS_TARGET=x", "is set by the harness"),
        ("starlette==", "is no requirement"),
        ("it@https://example.org/it.whl", "names an address"),
        ("--upload-pack=x", "begins with a dash"),
        ("'open", "cannot be taken apart"),
        ("", "is empty"),
    ],
)
def test_a_wrong_word_is_named_with_what_is_right(word: str, says: str) -> None:
    (fault,) = faults_of(word)
    assert fault.startswith("--b ")
    assert says in fault


def test_all_faults_of_a_side_come_together() -> None:
    faults = faults_of("workers=x starlette==", "server=", "a==1 a==2")
    assert len(faults) == 4


LOCKED = frozenset({"starlette", "main"})
HERE = Repository(Path("/nowhere"), Path("app"))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    commits = {"main": "a" * 40, "HEAD": "b" * 40}
    monkeypatch.setattr(
        "harness.campaign.variants.understanding.revision",
        lambda _, name: Revision(name, commits[name]) if name in commits else None,
    )


def meant(*given: str, repository: Repository | None = HERE) -> Understood:
    return understood(right(*given), repository, "it lies in none", LOCKED)


@pytest.mark.usefixtures("known")
def test_a_name_that_is_both_is_the_revision_and_says_how_the_package_is_written() -> None:
    side = meant("main")
    assert side.revision == Revision("main", "a" * 40)
    assert side.lines == ("main: git revision aaaaaaa; the package is written main>=0",)


@pytest.mark.usefixtures("known")
def test_a_name_that_is_no_revision_is_the_newest_version_of_a_package_of_the_lock() -> None:
    side = meant("Starlette")
    assert side.revision is None
    assert [one.name for one in side.requirements] == ["Starlette"]
    assert side.lines == ("Starlette: the newest version of the package that fits",)


@pytest.mark.usefixtures("known")
def test_a_name_that_is_neither_and_two_revisions_are_faults_and_come_together() -> None:
    with pytest.raises(UsageError) as fault:
        meant("nosuch", "main", "HEAD")
    assert "nosuch>=0" in str(fault.value)
    assert "main and HEAD" in str(fault.value)


@pytest.mark.usefixtures("known")
def test_outside_a_repository_the_reason_is_said() -> None:
    with pytest.raises(UsageError, match="it lies in none"):
        meant("HEAD", repository=None)


def test_the_value_of_a_secret_is_in_no_record() -> None:
    side = meant("env:API_TOKEN=abcdefgh", "env:COLOUR=red")
    assert side.words == ("env:API_TOKEN=***", "env:COLOUR=red")
    assert "abcdefgh" not in " ".join(side.lines)
