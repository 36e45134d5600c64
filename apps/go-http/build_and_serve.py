"""Build the program into the folder of this start, then become it: nothing else stays in the process tree."""

import os
import subprocess
import sys

program, address, workers = sys.argv[1:]
subprocess.run(["go", "build", "-o", program, "main.go"], check=True)  # noqa: S607 - the one that [programs] asks
os.execve(program, [program, address], {**os.environ, "GOMAXPROCS": workers})  # noqa: S606 - no shell
