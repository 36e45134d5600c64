"""A bug in the engine ends the load process: it must never cost figures in silence."""

import subprocess
import sys

CODE = """
import gevent
from harness.load.own_process import set_up

set_up()
gevent.get_hub().loop.timer(0.01).start({}.__getitem__, "a bug")
gevent.sleep(30)
"""


def test_what_a_callback_raises_ends_the_process_with_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 70
    assert "KeyError: 'a bug'" in ended.stderr
