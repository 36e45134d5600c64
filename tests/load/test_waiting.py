"""A load process that never says a word is waited for no longer than somebody wants to wait."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.session.interrupt import listening
from harness.load import driver as module
from harness.load.driver import LocustDriver
from harness.process.owned import OwnedProcess
from tests.process.helpers import running, until

SILENT = "import time; print('up', flush=True); time.sleep(600)"
CONNECTED = "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "


@pytest.mark.parametrize("code", [SILENT, CONNECTED + SILENT], ids=["never connects", "never says ready"])
def test_ctrl_c_ends_the_wait_for_a_load_process_that_says_nothing(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[OwnedProcess] = []

    def silent(argv: list[str], **how: Any) -> OwnedProcess:
        begun.append(OwnedProcess([sys.executable, "-c", code, argv[3]], **how))
        return begun[0]

    def interrupt() -> None:
        until(lambda: (tmp_path / "log").exists() and "up" in (tmp_path / "log").read_text())
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(module, "OwnedProcess", silent)
    thread = threading.Thread(target=interrupt)
    with listening(lambda _: None) as heard:
        thread.start()
        with pytest.raises(KeyboardInterrupt), heard.waiting(), LocustDriver(cpus=(), log=tmp_path / "log"):
            pass
    thread.join()
    assert not running(begun[0].pid)
