"""Programs of the load tests, started and owned."""

import sys
from pathlib import Path

from harness.process.owned import OwnedProcess


def worker_process(port: int, folder: Path, name: str, host: str = "127.0.0.1") -> OwnedProcess:
    """A load worker that keeps a journal called `name` in `folder`."""
    argv = [sys.executable, "-m", "harness.load.distributed.worker", host, str(port), f"--journal={folder / name}"]
    return OwnedProcess(argv, name=f"worker {name}", log=folder / f"{name}.log", grace_s=2.0)
