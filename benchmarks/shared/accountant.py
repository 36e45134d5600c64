"""Runs a program and writes down what it took, as JSON: wall_s, cpu_s, peak_bytes (of its largest process).

    python accountant.py RESULT PROGRAM [ARGUMENT...]

A program of its own, of the standard library only: the peak that the kernel tells begins with what the starting process
itself holds, so that one must be small.
"""

import json
import os
import sys
import time
from pathlib import Path

KIB = 1 if sys.platform == "darwin" else 1024
"""Unit of ru_maxrss (getrusage(2))."""


def main(result: str, *program: str) -> int:
    began = time.perf_counter()
    pid = os.posix_spawn(program[0], program, os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - began
    cpu_s = usage.ru_utime + usage.ru_stime
    Path(result).write_text(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "peak_bytes": usage.ru_maxrss * KIB}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
