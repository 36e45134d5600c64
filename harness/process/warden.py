"""Runs one program and owns everything it starts, even when the harness is gone.

A file of its own, standard library only, started as `python -I -S warden.py` (12 ms) in a session of its own.

- standard input: one line of JSON, the order. It then stays open and is the lifeline: when it ends, because the harness
  closed it or crashed, the whole tree is ended.
- standard output: one line of JSON an event: `{"pid": 7}`, `{"refused": "why"}`, `{"exit": 0}` (of the program itself).
- standard error: the log, which the program gets as its own output.

On Linux the warden is the subreaper of all it starts: whatever double-forks or opens a session of its own is handed to
it by the kernel, so "no child left" means "nothing left". Elsewhere descendants are found by their parents and by the
program's process group; what does both a double fork and a session of its own escapes there.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

LINUX: Final = sys.platform == "linux"
PIDFD: Final = LINUX and hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")
PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36
TERMINATE_S: Final = 2.0
KILL_S: Final = 10.0
OPEN_FILES: Final = 65_536 if LINUX else 10_240
"""Soft limit of open files given to programs where the hard one allows it: thousands of connections need it.

macOS says that its hard limit is infinite and refuses more than 10,240."""


LOG_BYTES: Final = 64 * 2**20
LOG_KEPT_BYTES: Final = 2**20
"""A log that has grown beyond the first is cut to the second, half from its beginning and half from its end."""


class Refused(Exception):
    """The program could not be started; the message says why."""


def main() -> int:
    """Exit code 0 when nothing of the tree is left."""
    order = read_order()
    wake = watch_signals()
    try:
        enter_place(order)
        tree = Tree(start(order), wake)
    except (Refused, OSError, ValueError) as fault:
        tell(refused=str(fault))
        return 0
    try:
        tell(pid=tree.program)
        wait_for_the_end(tree, order["parent"], order["log"])
    finally:
        left = tree.end(order["stop_signal"], order["grace_s"])
    return 1 if left else 0


def read_order() -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 65_536)
        if not part:
            sys.exit(0)  # the harness went before it had said what to start
        line += part
    order: dict[str, Any] = json.loads(line)
    return order


def tell(**event: object) -> None:
    """A harness that is gone cannot be informed; its end is noticed at the lifeline."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(event).encode() + b"\n")


def watch_signals() -> int:
    """Every signal wakes the loop through the pipe returned; none ends the warden before its tree."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reader


def enter_place(order: dict[str, Any]) -> None:
    """Take the program's CPUs and limits, which it inherits, and become the subreaper."""
    if LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if order["cpus"]:
            os.sched_setaffinity(0, order["cpus"])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def start(order: dict[str, Any]) -> int:
    """Fork the program and return its pid once it runs; raise Refused with the reason where it cannot."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            become_program(order)
        except BaseException as fault:  # noqa: BLE001 (whatever it is, the parent must learn it and this fork must end)
            os.write(writer, str(fault).encode(errors="backslashreplace"))
        finally:
            os._exit(127)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        why = pipe.read()  # ends when exec closes the other end
    if why:
        os.waitpid(pid, 0)
        raise Refused(why)
    return pid


def become_program(order: dict[str, Any]) -> None:
    os.setsid()  # so that a program which signals its own group does not hit the warden
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    if order["gid"] is not None:
        os.setgroups([])
        os.setgid(order["gid"])
    if order["uid"] is not None:
        os.setuid(order["uid"])
    if LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the program does not outlive a warden that is killed
    if order["cwd"] is not None:
        os.chdir(order["cwd"])
    os.execvpe(order["argv"][0], order["argv"], order["env"])  # noqa: S606 (an argv list; there is no shell)


def wait_for_the_end(tree: "Tree", parent: int, log: str) -> None:
    """Until the lifeline ends, a signal asks for the end, or the harness is no longer our parent.

    The last is looked at once a second: a harness that forked may have left the lifeline open in a child of its own.
    So is the size of the log.
    """
    poller = select.poll()
    poller.register(0, select.POLLIN | select.POLLHUP)
    poller.register(tree.wake, select.POLLIN)
    while os.getppid() == parent:
        bound_log(2, log)
        ready = {descriptor for descriptor, _ in poller.poll(1000)}
        if tree.wake in ready and set(tree.signals()) - {signal.SIGCHLD}:
            return
        tree.reap()
        if 0 in ready and not os.read(0, 4096):
            return


def bound_log(descriptor: int, log: str) -> None:
    """Cut a log that has become too long, and say so in it. Whoever writes appends, and goes on after the cut."""
    with contextlib.suppress(OSError):  # a full disk, or a log that was moved: the program runs on
        size = os.fstat(descriptor).st_size
        if size <= LOG_BYTES:
            return
        with open(log, "rb") as file:  # noqa: PTH123 (a path as it came, and nothing but its bytes)
            file.seek(size - LOG_KEPT_BYTES // 2)
            end = file.read(LOG_KEPT_BYTES // 2)
        os.ftruncate(descriptor, LOG_KEPT_BYTES // 2)
        dropped = size - LOG_KEPT_BYTES // 2 - len(end)
        os.write(descriptor, b"\n[harness: the log was longer than %d MB; " % (LOG_BYTES // 2**20))
        os.write(descriptor, b"%d bytes are left out here]\n%s" % (dropped, end))


class Tree:
    """The program and all it started."""

    def __init__(self, program: int, wake: int) -> None:
        self.program, self.wake = program, wake
        self.exited = False
        self.childless = False

    def signals(self) -> bytes:
        """Numbers of the signals that arrived since the last call."""
        try:
            return os.read(self.wake, 4096)
        except BlockingIOError:
            return b""

    def reap(self) -> None:
        """Collect every dead child, adopted orphans too, and report the program's exit code."""
        try:
            while (child := os.waitpid(-1, os.WNOHANG))[0]:
                if child[0] == self.program:
                    self.exited = True
                    tell(exit=os.waitstatus_to_exitcode(child[1]))
        except ChildProcessError:
            self.childless = True

    def gone(self) -> bool:
        self.reap()
        return self.childless and (LINUX or not self.living())

    def living(self) -> dict[int, str]:
        """Living descendants: pid to start time, which tells a reused pid from the same process."""
        return dict(descendants(os.getpid(), None if LINUX else self.program, snapshot()))

    def end(self, stop_signal: int, grace_s: float) -> bool:
        """Ask, wait, terminate, wait, kill until none is left. True when something is left all the same."""
        if not self.exited:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.program, stop_signal)  # our own unreaped child: the pid cannot be another's
            self.wait(lambda: self.exited, grace_s)
        if not self.gone():
            self.signal_all(signal.SIGTERM)
            self.wait(self.gone, TERMINATE_S)
        deadline = time.monotonic() + KILL_S
        while not self.gone() and time.monotonic() < deadline:
            self.signal_all(signal.SIGKILL)
            self.wait(self.gone, 0.02)
        return not self.gone()

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """A death in a deeper generation sends no signal here, so look again after 20 ms at the latest."""
        deadline = time.monotonic() + seconds
        self.reap()
        while not condition() and (left := deadline - time.monotonic()) > 0:
            select.select([self.wake], [], [], min(left, 0.02))
            self.signals()
            self.reap()

    def signal_all(self, number: int) -> None:
        for pid, started in self.living().items():
            with contextlib.suppress(ProcessLookupError, PermissionError):  # the exit code reports what stays
                send(pid, started, number)


def send(pid: int, started: str, number: int) -> None:
    """Signal the very process that was seen: a pid may have been given to a stranger since."""
    if not PIDFD:
        os.kill(pid, number)
        return
    descriptor = os.pidfd_open(pid)
    try:
        now = read_stat(pid)
        if now and now[3] == started:
            signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


Stat = tuple[int, int, int, str]
"""pid, parent, process group, start time."""


def snapshot() -> list[Stat]:
    """Every process. On Linux zombies too: the leader may be one while its threads live on."""
    if not LINUX:
        return list(listed_by_ps())
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 (half the time of pathlib)
    return [stat for pid in pids if (stat := read_stat(pid))]


def read_stat(pid: int) -> Stat | None:
    """Linux: proc_pid_stat(5), fields 4, 5 and 22. None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as file:  # noqa: PTH123 (pathlib takes long to load)
            text = file.read()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return pid, int(fields[1]), int(fields[2]), fields[19]


def listed_by_ps() -> Iterator[Stat]:
    """All but ps itself, which is our child and is there whenever it looks."""
    import subprocess  # noqa: PLC0415 (on Linux no warden needs it)

    columns = ("-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat=")
    with subprocess.Popen(["/bin/ps", "-A", *columns], stdout=subprocess.PIPE, text=True) as listing:
        lines = listing.communicate()[0].splitlines()
    if listing.returncode:
        raise OSError(f"/bin/ps ended with exit code {listing.returncode}")
    for line in lines:
        pid, parent, group, state = line.split()
        if not state.startswith("Z") and int(pid) != listing.pid:
            yield int(pid), int(parent), int(group), ""


def descendants(root: int, group: int | None, processes: Iterable[Stat]) -> Iterator[tuple[int, str]]:
    """(pid, start time) of all below `root`, and of all in the process group `group` where one is given."""
    children: dict[int, list[Stat]] = {}
    for stat in processes:
        children.setdefault(root if stat[2] == group else stat[1], []).append(stat)
    seen, waiting = {root}, [root]
    while waiting:
        for stat in children.get(waiting.pop(), ()):
            if stat[0] not in seen:
                seen.add(stat[0])
                waiting.append(stat[0])
                yield stat[0], stat[3]


if __name__ == "__main__":
    sys.exit(main())
