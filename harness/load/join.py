"""Making a machine a load worker (`harness worker --master HOST`). Imports neither Locust nor gevent."""

import sys
from collections.abc import Sequence
from pathlib import Path

from harness.load.distributed.protocol import DEFAULT_PORT, REFUSED_CODE
from harness.model.errors import HarnessError
from harness.process.owned import OwnedProcess

LOOK_S = 1.0


def work_for(
    master_host: str,
    master_port: int = DEFAULT_PORT,
    *,
    log: Path,
    cpus: Sequence[int] = (),
    journal: Path | None = None,
    wait_s: int = 300,
) -> None:
    """Run one worker for a master until it is sent home. `journal` gets a line of JSON for each record it sends.

    Raises HarnessError, with the end of the log, when the worker ends otherwise: no master answered within `wait_s`, or
    it fell silent. An interrupt ends the worker too.
    """
    argv = [sys.executable, "-m", "harness.load.distributed.worker", master_host, str(master_port), f"--wait={wait_s}"]
    argv += [f"--journal={journal}"] if journal else []
    with OwnedProcess(argv, name="load worker", log=log, cpus=cpus) as worker:
        while (code := worker.wait(LOOK_S)) is None:
            pass
    if code != 0:
        unlike = "install the same version of the harness here and there: make setup"
        raise HarnessError(
            f"the load worker ended with code {code}; the end of its log:\n{worker.log_tail()}",
            where=str(log),
            mend=unlike if code == REFUSED_CODE else f"see that a master listens at {master_host}:{master_port}",
        )
