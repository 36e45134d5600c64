"""Versions that changed, as the terminal shows them."""

from rich.console import Console

from harness.analysis.compare.comparison import Measured, compare
from harness.cli.run.changes.upgrading import closer, requirements_of_then
from harness.cli.show.versions import ages_table, in_a_line, in_short
from harness.model.found.versions import LockAge, Origin, VersionChange
from tests.analysis.test_versions import with_versions
from tests.report.campaigns import VERSIONS, campaign, later


def change(
    package: str, origin: Origin = "dependency", before: str | None = "1", after: str | None = "2"
) -> VersionChange:
    return VersionChange(package=package, before=before, after=after, origin=origin)


def age(of: str, *changes: VersionChange, missing: bool = False, fault: str = "") -> LockAge:
    return LockAge(of=of, lock=f"{of}/requirements.txt", changes=changes, missing=missing, fault=fault)


def lines(*ages: LockAge) -> list[list[str]]:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(ages_table(ages))
    return [line.split() for line in capture.get().splitlines() if line.strip()]


def test_a_change_that_many_locks_share_is_one_row_frameworks_first() -> None:
    shared = change("serve", "server")
    found = lines(
        *(age(name, change(name, "application"), shared) for name in "abcdef"), age("new", change("x"), missing=True)
    )
    assert [line[0] for line in found[-7:]] == ["a", "b", "c", "d", "e", "f", "serve"]
    assert found[-1] == ["serve", "1", "2", "server", "a,", "b,", "c,", "d,", "2", "more"]


def test_the_last_line_counts_what_lags_and_names_the_next_commands() -> None:
    said = in_a_line([age("a", change("x")), age("b"), age("c", missing=True), age("d", fault="d: why")])
    assert said.startswith("Behind the package index: 1 of 3 locks; not yet made: c.")
    assert "harness lock; then see what they change: harness upgraded" in said
    assert "harness lock" not in in_a_line([age("a"), age("b")])


def test_beside_a_ratio_stand_the_framework_the_server_and_how_many_others() -> None:
    named = (change("frame", "application"), change("serve", "server", None))
    assert in_short(named) == "frame 1 to 2, serve none to 2"
    assert in_short((*named, change("x"))) == "frame 1 to 2, serve none to 2, 1 other package"
    assert in_short((change("x"), change("y"))) == "2 packages"


def test_the_commands_that_look_closer_begin_with_the_reference_and_pin_what_was_asked_for_by_name() -> None:
    now = later()
    record = with_versions(now.record, "raw-asgi", uvicorn="0.55.0")
    record = with_versions(record, "flask", flask="3.2.0", psycopg="3.4")
    then, trials = campaign()
    comparison = compare(Measured(then, trials), Measured(record, now.trials))
    found = list(closer(comparison, then, record))
    assert [arguments[1] for arguments in found] == ["raw-asgi", "flask"]
    assert found[0][-2:] == ["--a", f"uvicorn=={VERSIONS['uvicorn']}"]
    assert found[1] == ["diff", "flask", "--server", "gunicorn-gthread", *found[1][4:6], "--a", "flask==3.1.3"]


def test_where_neither_framework_nor_server_changed_the_packages_they_need_are_pinned() -> None:
    changes = (change("x", before="1.0"), change("new", before=None))
    assert requirements_of_then(changes) == ["x==1.0"]
    assert requirements_of_then((change("frame", "application", before="0.9"), *changes)) == ["frame==0.9"]
    assert requirements_of_then(()) == []
