"""The scenarios as plain Locust files, run by the `locust` command itself."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.load.servers import HEAD, RIGHT, answering, serving

REPOSITORY = Path(__file__).parents[2]


def locust(port: int | str, *options: str) -> subprocess.CompletedProcess[str]:
    file = REPOSITORY / "harness" / "load" / "by_hand" / "locustfile.py"
    argv = [sys.executable, "-m", "locust", "-f", str(file), "--scenario", "plaintext", "--headless", "--only-summary"]
    argv += ["--host", f"http://127.0.0.1:{port}", "-u", "4", "-r", "4", "-t", "4s", "--json", *options]
    return subprocess.run(argv, capture_output=True, text=True, timeout=90, check=False, cwd=REPOSITORY)


def figures(output: str) -> Sequence[dict[str, object]]:
    entries: Sequence[dict[str, object]] = json.loads(output[output.index("[") :])
    return entries


def test_locust_shows_what_the_engine_did() -> None:
    with serving(answering(RIGHT)) as served:
        ended = locust(served.port)
        assert served.connections == 4, ended.stderr
    assert ended.returncode == 0, ended.stderr
    (entry,) = figures(ended.stdout)
    assert (entry["name"], entry["method"]) == (f"127.0.0.1:{served.port}", "plaintext")
    assert entry["num_failures"] == 0
    assert isinstance(entry["num_requests"], int)
    assert 0 < entry["num_requests"] <= served.requests


def test_locust_shows_failures_by_kind_and_the_log_says_why() -> None:
    with serving(answering(RIGHT, HEAD + b"Content-Length: 4\r\n\r\nOops")) as served:
        ended = locust(served.port)
    assert ended.returncode == 1, ended.stderr
    (entry,) = figures(ended.stdout)
    assert isinstance(entry["num_failures"], int)
    assert isinstance(entry["num_requests"], int)
    assert 0.4 < entry["num_failures"] / entry["num_requests"] < 0.6
    assert "the body differs" in ended.stderr or "not the expected body" in ended.stderr


def test_a_host_that_is_no_address_is_told() -> None:
    ended = locust("x/y")
    assert ended.returncode != 0
    assert re.search(r"'http://127.0.0.1:x/y' is not an address", ended.stderr)


def test_time_that_imports_take_is_no_run_time() -> None:
    """gevent's clock stands still meanwhile, and a run of some seconds was over at its start."""
    code = (
        "import gevent, sys, time\n"
        "gevent.get_hub().loop.update_now()\n"
        "time.sleep(0.5)\n"
        "from harness.load.by_hand.locustfile import count_from_now\n"
        "count_from_now()\n"
        "began = time.monotonic()\n"
        "gevent.spawn_later(0.4, lambda: None).join()\n"
        "print(time.monotonic() - began >= 0.39)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert ran.stdout == "True\n"
