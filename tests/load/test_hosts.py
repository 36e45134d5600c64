"""Three machines (network namespaces): one under test, two that make the load."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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


def test_totals_on_the_master_are_the_sums_of_the_load_hosts_own_journals(tmp_path: Path) -> None:
    with hosts(3) as (under_test, *two), load_from(two, under_test, tmp_path, 5) as records:
        seen = {record.rotation: record for record in records}
    assert len(seen) == 5
    first, second = (journal(tmp_path, host) for host in two)
    for rotation, record in seen.items():
        assert record.marks == ()
        assert record.errors == {}
        assert record.completions == first[rotation].completions + second[rotation].completions
        assert min(first[rotation].completions, second[rotation].completions) > 0
        assert record.bytes_received == first[rotation].bytes_received + second[rotation].bytes_received


def test_a_load_host_cut_off_marks_the_slice_and_the_campaign_goes_on(tmp_path: Path) -> None:
    with hosts(3) as (under_test, *two), load_from(two, under_test, tmp_path, 8) as records:
        before = [next(records), next(records)]
        two[1].unplug()
        after = list(records)
    assert [record.marks for record in before] == [(), ()]
    assert len(after) == 6
    assert any("lost-worker" in record.marks for record in after)
    assert after[-1].marks == ()
    assert after[-1].completions == journal(tmp_path, two[0])[7].completions > 0
