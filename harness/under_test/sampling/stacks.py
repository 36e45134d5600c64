"""What the profiler wrote -> stacks: waiting left out, system calls known as such."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.model.measured.profile import KERNEL, Frame, Stack
from harness.under_test.sampling.joining import Named, Names, joined
from harness.under_test.sampling.owners import NAMELESS, UNNAMED, Owners

_WAITING: Final = """
    pthread_cond_wait pthread_cond_timedwait pthread_cond_clockwait pthread_mutex_lock pthread_join
    sem_wait sem_timedwait sem_clockwait
    epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect nanosleep clock_nanosleep sigwait waitpid wait4
"""
WAITING: Final = frozenset(_WAITING.split())
"""Functions of the C library in which a thread that had nothing to do is found: also for a moment after it was woken,
when it is ready and another one has the core or the GIL. Their own CPU time is the kernel's, which counts it."""
LOCKS: Final = frozenset({"PyThread_acquire_lock_timed", "take_gil"})
"""The interpreter's functions that wait by means of the C library, whose own are not always named."""

_SYSTEM_CALLS: Final = """
    read readv pread64 recv recvfrom recvmsg write writev pwrite64 send sendto sendmsg sendfile accept accept4 connect
    socket close shutdown setsockopt getsockopt getsockname getpeername fcntl ioctl open open64 openat fstat stat lstat
    fstatat lseek lseek64 dup pipe pipe2 eventfd_read eventfd_write epoll_ctl epoll_create1 mmap munmap mprotect
    madvise brk futex pthread_cond_signal pthread_cond_broadcast sched_yield getrandom fsync fdatasync unlink rename
    kill fork clone times getrusage fallocate
"""
SYSTEM_CALLS: Final = frozenset(_SYSTEM_CALLS.split())
_AFFIXES: Final = re.compile(r"^(?:__GI_|__libc_|__)|(?:_nocancel)$")
_C_LIBRARY: Final = re.compile(r"/(?:libc[.-]|libpthread|ld-musl|libc\.musl)")
_THREAD: Final = re.compile(r"^thread \((?P<id>\d+)\)")


@dataclass(frozen=True)
class Sampled:
    """Each different function once, the stacks of them, and the ids of the threads that were seen at work."""

    frames: tuple[Frame, ...]
    stacks: tuple[Stack, ...]
    threads: frozenset[int]


def sampled_stacks(python: str, native: str, owners: Owners) -> Sampled:
    """From lines of the profiler ("thread (7): MainThread;outer (file);inner (file) 12"), of Python's functions alone
    (empty where that was not needed) and with native ones. Broken lines are left out."""
    places: dict[Frame, int] = {}
    counts: Counter[tuple[int, ...]] = Counter()
    lines, others = list(_lines(python)), list(_lines(native))
    counted, completed = ([(names, samples) for names, _, samples in text] for text in (lines, others))
    for names, samples in joined(counted, completed) if counted else completed:
        if waits(names):
            continue
        frames = [owners.frame(*name) for name in names]
        if calls_the_kernel(names):
            frames[-1] = frames[-1].model_copy(update={"owner": KERNEL, "function": system_call(names)})
        counts[tuple(places.setdefault(frame, len(places)) for frame in frames)] += samples
    stacks = tuple(Stack(frames=frames, samples=count) for frames, count in counts.items() if frames)
    threads = frozenset(thread for _, thread, _ in (*lines, *others) if thread is not None)
    return Sampled(tuple(places), stacks, threads)


def waits(names: Sequence[Named]) -> bool:
    """Whether the thread is inside a function that waits: the innermost, or one that calls the C library's own."""
    for name in reversed(names):
        if not _C_LIBRARY.search(name.file):
            return name.function in LOCKS
        if plain(name.function) in WAITING:
            return True
    return False


def calls_the_kernel(names: Sequence[Named]) -> bool:
    """Whether the innermost function is a system call's: by its name, or an unnamed one that the C library calls
    itself, as it does to wake a thread (what copies memory is called from outside)."""
    if not names or not _C_LIBRARY.search(names[-1].file):
        return False
    if plain(names[-1].function) in SYSTEM_CALLS:
        return True
    return bool(UNNAMED.match(names[-1].function)) and len(names) > 1 and bool(_C_LIBRARY.search(names[-2].file))


def system_call(names: Sequence[Named]) -> str:
    """What the innermost function is shown as: where the C library has no name for it, by who calls it."""
    own, *callers = [name.function for name in reversed(names)]
    if not UNNAMED.match(own):
        return own
    caller = next((name for name in callers if not UNNAMED.match(name)), "")
    return f"(system call in {caller})" if caller else NAMELESS


def plain(function: str) -> str:
    """The name of a function of the C library as manuals have it: __libc_send is send."""
    return _AFFIXES.sub("", function)


def _lines(text: str) -> Iterator[tuple[Names, int | None, int]]:
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        if not stack or not count.isdecimal() or not int(count):
            continue
        first, *parts = stack.split(";")
        thread = _THREAD.match(first)
        if thread is None:
            parts = [first, *parts]
        yield tuple(_named(part) for part in parts), int(thread["id"]) if thread else None, int(count)


def _named(part: str) -> Named:
    function, _, file = part.removesuffix(")").rpartition(" (")
    return Named(function, file) if function else Named(part, "")
