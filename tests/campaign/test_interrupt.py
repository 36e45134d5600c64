import os
import signal
import subprocess
import sys

import pytest

from harness.campaign.session.interrupt import ASKING, listening, raising


@pytest.mark.parametrize("number", ASKING)
def test_the_first_signal_asks_and_the_second_ends(number: signal.Signals) -> None:
    heard: list[bool] = []
    with listening(heard.append) as interrupt:
        assert not interrupt.asked
        os.kill(os.getpid(), number)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert heard == [False]


@pytest.mark.parametrize("number", ASKING)
def test_while_nothing_is_under_way_the_first_signal_ends_the_wait(number: signal.Signals) -> None:
    heard: list[bool] = []
    with listening(heard.append) as interrupt:
        with pytest.raises(KeyboardInterrupt), interrupt.waiting():
            os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt), interrupt.waiting():
            raise AssertionError("a wait that begins after the end was asked for")
    assert interrupt.asked
    assert heard == [True]


def test_what_handled_the_signals_before_does_so_again_afterwards() -> None:
    before = [signal.getsignal(number) for number in ASKING]
    for handled in (listening(lambda _: None), raising()):
        with handled:
            assert [signal.getsignal(number) for number in ASKING] != before
        assert [signal.getsignal(number) for number in ASKING] == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_every_command_ends_as_by_ctrl_c(number: signal.Signals) -> None:
    with raising(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("handled", ["listening(lambda _: None)", "raising()"])
def test_the_end_of_the_terminal_stays_ignored_under_nohup(handled: str) -> None:
    code = "import os, signal; from harness.campaign.session.interrupt import listening, raising\n"
    code += f"with {handled}: os.kill(os.getpid(), signal.SIGHUP); print('goes on')"
    done = subprocess.run(["nohup", sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "goes on\n"
