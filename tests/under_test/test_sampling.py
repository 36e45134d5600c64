"""Stacks of a process from outside: what is left out, and whose code the rest is."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.measure.interpreter import describe
from harness.model.errors import EnvironmentRefused
from harness.model.measured.profile import Frame
from harness.process.owned import OwnedProcess
from harness.under_test.sampling.joining import Counted, Named, Names, joined
from harness.under_test.sampling.owners import Owners, owners_in
from harness.under_test.sampling.sampler import sampled, share_unread
from harness.under_test.sampling.stacks import calls_the_kernel, sampled_stacks, waits

C = "/usr/lib/x86_64-linux-gnu/libc.so.6"
INTERPRETER = "/usr/lib/libpython3.11.so.1.0"
APP = Named("hello", "/srv/app/app.py")


def owners(**changes: object) -> Owners:
    given: dict[str, object] = {
        "packages": Path("/env/lib/python3.11/site-packages"),
        "installed": {"starlette/routing.py": "starlette", "_native.abi3.so": "native-thing"},
        "native": {"uvloop": "uvloop", "pydantic-core": "pydantic-core"},
        "applications": (Path("/srv/app"),),
    }
    return Owners(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "owner", "shown"),
    [
        ("/srv/app/views/hello.py", "application", "views/hello.py"),
        ("/srv/apple/hello.py", "", "hello.py"),
        ("/env/lib/python3.11/site-packages/starlette/routing.py", "starlette", "starlette/routing.py"),
        ("/env/lib/python3.11/site-packages/_native.abi3.so", "native-thing", "_native.abi3.so"),
        ("/env/lib/python3.11/site-packages/nobody/knows.py", "", "nobody/knows.py"),
        ("/usr/lib/python3.11/json/encoder.py", "python:json", "json/encoder.py"),
        ("/opt/lib/python3.13t/asyncio/events.py", "python:asyncio", "asyncio/events.py"),
        ("/usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so", "python:json", None),
        ("<frozen importlib._bootstrap>", "python:importlib", "importlib._bootstrap"),
        ("/tmp/build/Python-3.11.7/Modules/_asynciomodule.c", "python:asyncio", None),
        ("/tmp/build/Python-3.11.7/Modules/clinic/_asynciomodule.c.h", "python:asyncio", None),
        ("/tmp/build/Python-3.11.7/Modules/_sqlite/cursor.c", "python:sqlite", None),
        ("/tmp/build/Python-3.11.7/Objects/dictobject.c", "", "dictobject.c"),
        ("/project/uvloop/loop.c", "uvloop", "uvloop/loop.c"),
        ("/build/registry/src/pydantic_core-2.41.5/src/lib.rs", "pydantic-core", None),
        (C, "", "libc.so.6"),
        ("<string>", "", "<string>"),
        ("", "", ""),
    ],
)
def test_a_file_belongs_to_who_installed_it_and_is_shown_without_this_machines_folders(
    file: str, owner: str, shown: str | None
) -> None:
    found = owners().frame("f", file)
    assert found.owner == owner
    assert shown is None or found.file == shown


def test_the_environments_own_records_say_which_distribution_a_file_is_of(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    record = packages / "Some_Thing-1.0.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    record.write_text('some/one.py,sha256=x,1\n"some/odd, name.py",,\nsome/_fast.cpython-311.so,,\n')
    (packages / "broken-1.0.dist-info").mkdir()
    (packages / "broken-1.0.dist-info" / "RECORD").write_bytes(b"\xff\xfe\x00broken")
    found = owners_in(tmp_path / "bin" / "python", tmp_path / "app")
    assert found.frame("f", str(packages / "some" / "one.py")).owner == "some-thing"
    assert found.frame("f", str(packages / "some" / "odd, name.py")).owner == "some-thing"
    assert found.frame("f", "/build/some/_fast.c").owner == "some-thing"


@pytest.mark.parametrize(
    "inner",
    [
        [Named("epoll_wait", C)],
        [Named("pthread_cond_timedwait", C), Named("0x7f2b5bea3f16", C)],
        [Named("PyThread_acquire_lock_timed", INTERPRETER), Named("0x7f2b5beaed90", C), Named("0x7f2b5bea3f16", C)],
        [Named("__poll", C)],
        [Named("clock_nanosleep", C)],
    ],
)
def test_a_thread_that_waits_is_left_out(inner: Sequence[Named]) -> None:
    assert waits([APP, *inner])


@pytest.mark.parametrize(
    "inner",
    [
        [Named("select", "/env/lib/python3.11/site-packages/sqlalchemy/sql.py")],
        [Named("poll", "/srv/app/app.py")],
        [Named("__send", C)],
        [Named("0x7f2b5bea3f16", C)],
        [],
    ],
)
def test_a_function_that_only_has_the_name_of_waiting_or_works_is_not(inner: Sequence[Named]) -> None:
    assert not waits([APP, *inner])


def test_system_calls_are_known_by_name_and_a_wake_up_by_who_calls_it() -> None:
    assert calls_the_kernel([APP, Named("__send", C)])
    assert calls_the_kernel([APP, Named("0x7f2b5beabcae", C), Named("0x7f2b5bea4193", C)])
    assert not calls_the_kernel([APP, Named("memcpy", C)])
    assert not calls_the_kernel([APP, Named("0x7f2b5bea4193", C)]), "what copies memory is called from outside"
    assert not calls_the_kernel([APP, Named("write", "/srv/app/app.py")])
    assert not calls_the_kernel([])


def test_functions_without_names_are_one_in_all_processes_and_system_calls_are_shown_by_who_makes_them() -> None:
    lines = [
        f"hello (/srv/app/app.py);sock_send (/b/Modules/socketmodule.c);0x7f2b5beabcae ({C});0x7f2b5bea4193 ({C}) 3",
        f"hello (/srv/app/app.py);sock_send (/b/Modules/socketmodule.c);0x7f1111111cae ({C});0x7f1111111193 ({C}) 2",
        f"hello (/srv/app/app.py);send ({C}) 1",
        f"hello (/srv/app/app.py);0x7f11 ({C}) 4",
        f"hello (/srv/app/app.py);0x7f22 ({C}) 5",
    ]
    found = sampled_stacks("", "\n".join(lines), owners())
    inner: Counter[tuple[str, str]] = Counter()
    for stack in found.stacks:
        frame = found.frames[stack.frames[-1]]
        inner[frame.function, frame.owner] += stack.samples
    assert inner == {("(system call in sock_send)", "kernel"): 5, ("send", "kernel"): 1, ("(no name)", ""): 9}


def test_lines_that_are_broken_or_hostile_are_left_out_or_shown_as_they_are() -> None:
    text = "\n".join(
        [
            "thread (7): Main;hello (/srv/app/app.py) 3",
            "thread (8): Worker; with semicolon;hello (/srv/app/app.py) 2",
            "</script>\x1b[31m (/srv/app/app.py) 5",
            f"hello (/srv/app/app.py);epoll_wait ({C}) 9",
            "nonsense",
            "hello (/srv/app/app.py) many",
            "",
            " 4",
            f"{'long' * 100} (/srv/app/{'x' * 5000}.py) 1",
        ]
    )
    found = sampled_stacks(text, "", owners())
    assert found.threads == {7, 8}
    assert sum(stack.samples for stack in found.stacks) == 3 + 2 + 5 + 1
    assert all(len(frame.function) <= 160 and len(frame.file) <= 160 for frame in found.frames)
    assert Frame(function="hello", file="app.py", owner="application") in found.frames


MAIN, WORK = Named("<module>", "/srv/app/app.py"), Named("work", "/srv/app/work.py")
CHECK, COPY = Named("0x7ff3", "/env/_native.abi3.so"), Named("memcpy", C)


def counted(stacks: Iterable[Counted]) -> Counter[Names]:
    found: Counter[Names] = Counter()
    for names, samples in stacks:
        found[names] += samples
    return found


def test_python_says_how_often_and_native_functions_only_what_was_below() -> None:
    python = [((MAIN, APP), 6), ((MAIN, WORK), 90), ((MAIN,), 4)]
    native = [((MAIN, CHECK, APP, COPY), 3), ((MAIN, WORK, CHECK), 1), ((MAIN, WORK), 2)]
    found = counted(joined(python, native))
    assert found == {
        (MAIN, CHECK, APP, COPY): 6, (MAIN, WORK, CHECK): 30, (MAIN, WORK): 60, (MAIN,): 4,
    }  # fmt: skip


def test_below_a_stack_that_was_never_seen_with_native_functions_is_what_was_below_its_innermost_one() -> None:
    python = [((MAIN, APP, WORK), 4), ((APP,), 1)]
    native = [((MAIN, WORK, CHECK, COPY), 1), ((WORK,), 1), ((CHECK, COPY), 9)]
    assert counted(joined(python, native)) == {(MAIN, APP, WORK, CHECK, COPY): 2, (MAIN, APP, WORK): 2, (APP,): 1}


def test_the_same_samples_are_joined_in_the_same_way() -> None:
    python, native = [((MAIN, WORK), 5)], [((MAIN, WORK, CHECK), 3), ((MAIN, WORK, COPY), 4)]
    assert list(joined(python, native)) == list(joined(python, native))


def test_functions_of_no_file_of_python_are_known_from_the_stacks_of_python() -> None:
    template = Named("root", "fortunes.html")
    found = counted(joined([((MAIN, template), 1)], [((MAIN, CHECK, template, COPY), 1)]))
    assert found == {(MAIN, CHECK, template, COPY): 1}


def test_a_library_whose_stacks_cannot_be_read_is_seen_as_often_as_it_works(tmp_path: Path) -> None:
    """It was built without unwind tables: with native functions most of its samples are left out.

    The program asks for the time every 2 ms: on some virtual machines a process that is to be stopped goes on to its
    next system call, and one for every 20 us drew a third of the samples to itself.
    """
    program = tmp_path / "validating.py"
    program.write_text(VALIDATING)
    log = tmp_path / "log"
    texts = []
    with OwnedProcess([sys.executable, str(program)], name="validating", log=log) as process:
        for native in (False, True):
            with sampled([process.pid], tmp_path, cpus=(), native=native) as sampling:
                used_s = psutil.Process(process.pid).cpu_times().user + 2.0
                while psutil.Process(process.pid).cpu_times().user < used_s:
                    time.sleep(0.02)
            texts.append(sampling.stacks)
        # Of an optimised Python more can be read: 0.07 to 0.09 were left out, and 0.47 to 0.52 of a plain one.
        assert sampling.unread > (0.2 if describe(Path(sys.executable)).built == "plain" else 0.02)
        process.stop()
    found = sampled_stacks(*texts, owners_in(Path(sys.executable), tmp_path))
    own: Counter[str] = Counter()
    for stack in found.stacks:
        owned = [found.frames[at].owner for at in stack.frames if found.frames[at].owner]
        own[owned[-1]] += stack.samples
    true = float(log.read_text().split()[-1])
    assert (own["pydantic"] + own["pydantic-core"]) / own.total() == pytest.approx(true, abs=0.15)


VALIDATING = """
import time
from pydantic import BaseModel

class Order(BaseModel):
    id: int
    lines: list[dict[str, int]]

GIVEN = {"id": 1, "lines": [{"n": 1}] * 200}
clock, validating, began = time.thread_time, 0.0, time.thread_time()
def stop(*_):
    print(validating / (clock() - began), flush=True)
    raise SystemExit
import signal
signal.signal(signal.SIGTERM, stop)
while True:
    before = clock()
    kept = [Order.model_validate(GIVEN) for _ in range(100)]
    validating += clock() - before
    del kept
    for number in range(30_000):
        pass
"""
BUSY = """
import threading, time, json

def turning():
    while True:
        sum(range(500))

def sleeping():
    while True:
        time.sleep(0.2)

def waiting(lock=threading.Lock()):
    lock.acquire()
    lock.acquire()

for idle in (sleeping, waiting):
    threading.Thread(target=idle, daemon=True).start()
print("up", flush=True)
turning()
"""


@contextmanager
def busy(folder: Path) -> Iterator[OwnedProcess]:
    program = folder / "busy.py"
    program.write_text(BUSY)
    log = folder / "busy.log"
    with OwnedProcess([sys.executable, str(program)], name="busy", log=log) as process:
        while "up" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        yield process


def test_a_real_process_is_seen_where_it_works_and_not_where_it_waits(tmp_path: Path) -> None:
    texts = []
    with busy(tmp_path) as process:
        pid = process.pid
        for native in (False, True):
            with sampled([pid], tmp_path, cpus=(), native=native) as sampling:
                used_s = psutil.Process(pid).cpu_times().user + 1.0
                while psutil.Process(pid).cpu_times().user < used_s:  # on a busy machine a second of work takes longer
                    time.sleep(0.02)
            texts.append(sampling.stacks)
    found = sampled_stacks(*texts, owners_in(Path(sys.executable), tmp_path))
    assert found.threads >= {pid}
    working = sum(s.samples for s in found.stacks if any(found.frames[at].function == "turning" for at in s.frames))
    assert working >= 40
    assert working >= 0.9 * sum(stack.samples for stack in found.stacks)


def test_the_share_of_samples_that_could_not_be_read_is_that_of_all_processes() -> None:
    logs = ["py> Wrote data to 'x'. Samples: 100 Errors: 60", "Samples: 40 Errors: 0\n", "it was killed"]
    assert share_unread(logs) == pytest.approx(0.3)
    assert share_unread(["Samples: 0 Errors: 0"]) == share_unread([]) == 0.0


def test_the_profiler_is_gone_when_what_it_looks_at_has_ended(tmp_path: Path) -> None:
    with busy(tmp_path) as process, sampled([process.pid], tmp_path, cpus=(), native=True):
        process.stop()
    alive = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, check=False).stdout
    assert alive == b""


def test_what_is_no_python_is_refused_with_the_reason(tmp_path: Path) -> None:
    with (
        OwnedProcess(["sleep", "60"], name="sleep", log=tmp_path / "log") as process,
        pytest.raises(EnvironmentRefused, match=r"the profiler cannot read the server: .+"),
        sampled([process.pid], tmp_path, cpus=(), native=False),
    ):
        pass
