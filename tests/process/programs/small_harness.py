"""A harness in small: owns the programs given, writes their pids and its wardens', and waits to be killed.

usage: small_harness.py FOLDER fork|plain PROGRAM [ARGUMENT...]   (FOLDER/INDEX is the last argument of each of three)
"""

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from harness.process.owned import OwnedProcess


def main(folder: Path, how: str, *argv: str) -> None:
    with ExitStack() as stack:
        owned = [
            stack.enter_context(
                OwnedProcess([*argv, str(folder / str(index))], name=f"program {index}", log=folder / f"{index}.log")
            )
            for index in range(3)
        ]
        while not all((folder / str(index)).exists() for index in range(3)):
            time.sleep(0.01)
        pids = [pid for process in owned for pid in (*process.tree(), process.warden_pid)]
        if how == "fork" and (fork := os.fork()) == 0:
            time.sleep(30)
            os._exit(0)
        (folder / "pids.part").write_text(" ".join(map(str, pids)) + (f"\n{fork}" if how == "fork" else "\n"))
        (folder / "pids.part").rename(folder / "pids")
        # A signal that comes just before a long sleep would be heard at its end.
        for _ in range(1200):
            time.sleep(0.05)


main(Path(sys.argv[1]), *sys.argv[2:])
