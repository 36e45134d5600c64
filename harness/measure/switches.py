"""Context switches of a process tree, read from Linux; None where the system does not tell.

The kernel counts them for each thread: voluntary ones, where a thread waits for something, and involuntary ones, where
another thread takes its core (proc_pid_status(5)). A tree is given by its root, which is left out: see
`harness.measure.tree`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from harness.measure.tree import living

VOLUNTARY: Final = "voluntary_ctxt_switches:"
INVOLUNTARY: Final = "nonvoluntary_ctxt_switches:"


class Switches(NamedTuple):
    """Numbers of context switches."""

    voluntary: int
    involuntary: int

    @property
    def together(self) -> int:
        return self.voluntary + self.involuntary


def switches_by_thread(root: int) -> dict[int, Switches] | None:
    """Of each living thread below `root`, by its id, since the thread began. None where the system does not tell, and
    where `root` is gone."""
    if sys.platform != "linux" or not Path(f"/proc/{root}").exists():
        return None
    found: dict[int, Switches] = {}
    for process in living(root):
        for file in Path(f"/proc/{process.pid}/task").glob("*/status"):
            try:
                counted = of_status(file.read_text(encoding="utf-8", errors="replace"))
            except OSError:  # the thread ended, and `between` will miss it
                continue
            if counted is None:
                return None
            found[int(file.parent.name)] = counted
    return found


def of_status(text: str) -> Switches | None:
    """From the text of /proc/PID/task/TID/status; None where a kernel does not count them."""
    fields = {name: value for name, value in map(_field, text.splitlines()) if name in {VOLUNTARY, INVOLUNTARY}}
    if len(fields) < 2:
        return None
    return Switches(int(fields[VOLUNTARY]), int(fields[INVOLUNTARY]))


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition("\t")
    return name, value


def between(before: Mapping[int, Switches] | None, after: Mapping[int, Switches] | None) -> Switches | None:
    """What the threads did from one look to the next. A thread that began meanwhile counts whole. None where a look
    failed, and where a thread ended meanwhile: nobody knows its last switches."""
    if not before or after is None or before.keys() - after.keys():
        return None
    nothing = Switches(0, 0)
    since = [(now, before.get(thread, nothing)) for thread, now in after.items()]
    return Switches(
        sum(now.voluntary - then.voluntary for now, then in since),
        sum(now.involuntary - then.involuntary for now, then in since),
    )
