"""Three machines (network namespaces): one under test, two that make the load."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from harness.model.measured.load import SliceRecord
from harness.process.owned import OwnedProcess
from tests.load.hosts import Host, hosts

pytestmark = pytest.mark.alone
REPOSITORY = Path(__file__).parents[2]


@contextmanager
def load_from(two: list[Host], under_test: Host, folder: Path, slices: int) -> Iterator[Iterator[SliceRecord]]:
    """The records, as they come, of load that the `two` make on the one."""
    program = [sys.executable, "-m", "tests.load.programs.host_under_test", under_test.address, "2", str(slices)]
    argv = under_test.command(*program, str(folder / "load.log"))
    with ExitStack() as owned:
        main = owned.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY))
        owned.callback(main.terminate)
        assert main.stdout is not None
        port = main.stdout.readline().strip()
        for host in two:
            journal = f"--journal={folder / host.namespace}"
            worker = host.command(
                sys.executable, "-m", "harness.load.distributed.worker", under_test.address, port, journal
            )
            owned.enter_context(OwnedProcess(worker, name="worker", log=folder / f"{host.namespace}.log", grace_s=2))
        yield (SliceRecord.model_validate_json(line) for line in main.stdout)


def journal(folder: Path, host: Host) -> dict[int, SliceRecord]:
    lines = (folder / host.namespace).read_text().splitlines()
    return {record.rotation: record for record in map(SliceRecord.model_validate_json, lines)}


@dataclass(frozen=True)
class Seen:
    """Records while both hosts make the load, records after the second was cut off, and each host's own journal."""

    before: list[SliceRecord]
    after: list[SliceRecord]
    journals: list[dict[int, SliceRecord]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("hosts")
    with hosts(3) as (under_test, *two), load_from(two, under_test, folder, 11) as records:
        before = list(islice(records, 5))
        two[1].unplug()
        after = list(records)
    return Seen(before, after, [journal(folder, host) for host in two])


def test_totals_on_the_master_are_the_sums_of_the_load_hosts_own_journals(seen: Seen) -> None:
    assert [record.rotation for record in seen.before] == [0, 1, 2, 3, 4]
    first, second = seen.journals
    for record in seen.before:
        parts = first[record.rotation], second[record.rotation]
        assert record.marks == ()
        assert record.errors == {}
        assert record.completions == sum(part.completions for part in parts)
        assert min(part.completions for part in parts) > 0
        assert record.bytes_received == sum(part.bytes_received for part in parts)


def test_a_load_host_cut_off_marks_the_slice_and_the_campaign_goes_on(seen: Seen) -> None:
    assert len(seen.after) == 6
    assert any("lost-worker" in record.marks for record in seen.after)
    last = seen.after[-1]
    assert last.marks == ()
    assert last.completions == seen.journals[0][last.rotation].completions > 0
