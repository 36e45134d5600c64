"""Hosts in network namespaces: separate machines as far as the network goes, joined by a bridge on the first one."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest


@dataclass(frozen=True)
class Host:
    """A network namespace and its address."""

    namespace: str
    address: str

    def command(self, *argv: str) -> list[str]:
        """`argv` as run on this host."""
        return ["ip", "netns", "exec", self.namespace, *argv]

    def unplug(self) -> None:
        """Pull the cable."""
        ip("-n", self.namespace, "link", "set", "cable", "down")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """`count` hosts that reach each other. The test is skipped where that is not permitted, but fails in CI."""
    net = f"{os.getpid() % 250 + 1}"
    name = f"h{uuid4().hex[:8]}"
    made = [Host(f"{name}-{number}", f"10.77.{net}.{number + 1}") for number in range(count)]
    with contextlib.ExitStack() as cleanup:
        try:
            for host in made:
                ip("netns", "add", host.namespace)
                cleanup.callback(ip, "netns", "del", host.namespace)
            connect(made)
        except (subprocess.CalledProcessError, FileNotFoundError) as refused:
            refuse(refused)
        yield made


def connect(made: list[Host]) -> None:
    first = made[0]
    ip("-n", first.namespace, "link", "add", "bridge", "type", "bridge")
    for number, host in enumerate(made):
        ip("-n", host.namespace, "link", "set", "lo", "up")
        if host is first:
            ip("-n", host.namespace, "addr", "add", f"{host.address}/24", "dev", "bridge")
            ip("-n", host.namespace, "link", "set", "bridge", "up")
            continue
        cable = ("cable", "netns", host.namespace)
        ip("-n", first.namespace, "link", "add", f"port{number}", "type", "veth", "peer", "name", *cable)
        ip("-n", first.namespace, "link", "set", f"port{number}", "master", "bridge", "up")
        ip("-n", host.namespace, "addr", "add", f"{host.address}/24", "dev", "cable")
        ip("-n", host.namespace, "link", "set", "cable", "up")


def refuse(fault: Exception) -> None:
    why = getattr(fault, "stderr", None) or str(fault)
    reason = f"network namespaces cannot be made here: {why!r}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
