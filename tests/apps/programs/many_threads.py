"""Rows read by many threads at once; then waits, its connections open, until its input ends."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from harness_data import sync

with ThreadPoolExecutor(24) as threads:
    rows = list(threads.map(lambda _: sync.random_world(), range(240)))
sys.stdout.write(json.dumps(rows) + "\n")
sys.stdout.flush()
sys.stdin.read()
