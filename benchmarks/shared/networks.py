"""Two hosts on this machine: network namespaces joined by a cable, and on whose core received packets are worked on.

On loopback the `send` of a server also runs the receive path of the generator. Between hosts with receive packet
steering (Documentation/networking/scaling.rst of Linux) each end does its own receiving, as with a remote client.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from harness.model.errors import EnvironmentRefused

NEW_NETWORK: Final = 0x40000000
"""CLONE_NEWNET of sched.h."""
NAMESPACES: Final = Path("/run/netns")
LOOPBACK_STEERING: Final = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")


@dataclass(frozen=True)
class Host:
    """A network namespace, and its address on the cable."""

    namespace: str
    address: str

    def received_on(self, cpus: Sequence[int]) -> None:
        """Have `cpus` work on what arrives by the cable. Where none are given, the sender's core does it."""
        # The namespace's own /sys is mounted by `ip netns exec` alone.
        write = 'printf %s "$1" > /sys/class/net/cable/queues/rx-0/rps_cpus'
        _run("ip", "netns", "exec", self.namespace, "sh", "-c", write, "sh", mask(cpus))


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Hosts that reach each other and nothing else. Raises EnvironmentRefused where they cannot be made."""
    name, net = f"b{uuid4().hex[:8]}", os.getpid() % 250 + 1
    one, other = (Host(f"{name}-{number}", f"10.78.{net}.{number}") for number in (1, 2))
    with ExitStack() as made:
        for host in (one, other):
            _run("ip", "netns", "add", host.namespace)
            made.callback(_run, "ip", "netns", "del", host.namespace)
        _ip(one, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", other.namespace)
        for host in (one, other):
            _ip(host, "addr", "add", f"{host.address}/24", "dev", "cable")
            for device in ("lo", "cable"):
                _ip(host, "link", "set", device, "up")
        yield one, other


@contextmanager
def inside(host: Host) -> Iterator[None]:
    """This thread, and what it starts, on the host for the length of the with-block."""
    with Path("/proc/self/ns/net").open("rb") as before, (NAMESPACES / host.namespace).open("rb") as there:
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


@contextmanager
def steered(cpus: Sequence[int]) -> Iterator[None]:
    """Have `cpus` work on what arrives by loopback, for the length of the with-block.

    Raises EnvironmentRefused where that is not permitted.
    """
    try:
        before = LOOPBACK_STEERING.read_text()
        LOOPBACK_STEERING.write_text(mask(cpus))
    except OSError as fault:
        raise _refused(f"packets cannot be steered: {fault.strerror}") from None
    try:
        yield
    finally:
        LOOPBACK_STEERING.write_text(before)


def mask(cpus: Sequence[int]) -> str:
    """CPUs as the kernel's files take them: hexadecimal, 32 to a group."""
    bits = sum(1 << cpu for cpu in set(cpus))
    groups: list[str] = []
    while bits or not groups:
        groups.append(f"{bits & 0xFFFFFFFF:08x}")
        bits >>= 32
    return ",".join(reversed(groups))


def _enter(namespace: int) -> None:
    # os.setns is there from Python 3.12 on.
    if ctypes.CDLL(None, use_errno=True).setns(namespace, NEW_NETWORK):
        raise _refused(f"a network namespace cannot be entered: {os.strerror(ctypes.get_errno())}")


def _ip(host: Host, *arguments: str) -> None:
    _run("ip", "-n", host.namespace, *arguments)


def _run(*argv: str) -> None:
    try:
        subprocess.run(argv, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise _refused(f"the command {argv[0]} is missing") from None
    except subprocess.CalledProcessError as fault:
        raise _refused(f"{' '.join(argv)}: {fault.stderr.strip()}") from None


def _refused(what: str) -> EnvironmentRefused:
    return EnvironmentRefused(
        what, where="this machine", mend="run it as root on Linux with iproute2, or choose other ways with --ways"
    )
