"""The CPU use of a generator that never sleeps is always 100 %: its verdict rests on the time it had work."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from harness.analysis.trials.bound import GENERATOR_BOUND, bound_of
from harness.model.measured.load import SliceRecord

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]
PROGRAMS = Path(__file__).parent / "programs"
CPUS = sorted(os.sched_getaffinity(0))
TURNS = (0, 1000, 2000, 5000)
"""Of a loop, for each answer: from none to what costs most of the rate."""
WORTH_FINDING = 0.05


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server on a core of its own that is about half as fast as the engine: as the fastest cells are."""
    ports = tmp_path_factory.mktemp("steady") / "ports"
    with subprocess.Popen([sys.executable, str(PROGRAMS / "steady_server.py"), "800", str(ports)]) as server:
        os.sched_setaffinity(server.pid, CPUS[:1])
        try:
            while not ports.exists():
                time.sleep(0.01)
            yield int(ports.read_text())
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def records(port: int) -> dict[int, list[SliceRecord]]:
    """Slices by the turns that each answer cost the engine; all take turns."""
    options = map(str, (port, CPUS[-1], 0.1, 16, *TURNS))
    command = [sys.executable, str(PROGRAMS / "slowed_generator.py"), *options]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[int, list[SliceRecord]] = defaultdict(list)
    for turns, record in (line.split(" ", 1) for line in output.splitlines()):
        found[int(turns)].append(SliceRecord.model_validate_json(record))
    return found


def lost(records: dict[int, list[SliceRecord]], turns: int) -> float:
    """Share of the rate that the turns cost, from neighbours in time."""
    return 1 - median(slow.rate / fast.rate for slow, fast in zip(records[turns], records[0], strict=True))


def test_one_that_has_time_left_is_not_accused(records: dict[int, list[SliceRecord]]) -> None:
    assert bound_of(records[0], generator_cores=1, server_share=0.99).limit == "server-bound"


def test_one_that_costs_a_twentieth_of_the_rate_is_found(records: dict[int, list[SliceRecord]]) -> None:
    losses = {turns: lost(records, turns) for turns in TURNS[1:]}
    costly = [turns for turns, share in losses.items() if share > 2 * WORTH_FINDING]  # beyond the noise of a machine
    assert costly, losses
    for turns in costly:
        bound = bound_of(records[turns], generator_cores=1, server_share=0.99)
        assert bound.limit == GENERATOR_BOUND, (turns, losses, bound)
        assert "had work" in bound.reason
