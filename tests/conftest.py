"""What holds for all tests."""

import os
import signal

import pytest


def pytest_configure() -> None:
    """Started in the background, or by nohup, the tests would hand on that signals are ignored to every harness."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Tests that run in parallel wait, for servers and deadlines, more than they compute: two for each core."""
    return 2 * (os.cpu_count() or 1)
