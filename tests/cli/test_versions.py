"""Versions that changed, as the terminal shows them."""

from rich.console import Console

from harness.cli.show.versions import ages_table, in_a_line, in_short
from harness.model.found.versions import LockAge, Origin, VersionChange


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
