"""Which sockets of this machine listen for TCP connections, and which of them are a program's own."""

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

LINUX: Final = sys.platform == "linux"
TABLES: Final = ((Path("/proc/net/tcp"), socket.AF_INET), (Path("/proc/net/tcp6"), socket.AF_INET6))
LISTEN, SYN_RECV = "0A", "03"


@dataclass(frozen=True)
class Listener:
    """A listening socket. `pid`: which of the processes asked about holds it; None where none of them does."""

    ip: str
    port: int
    pid: int | None


def listeners(tree: Collection[int]) -> list[Listener]:
    """Every listening TCP socket of the machine, with the process of `tree` that holds it.

    Where the system says that to administrators alone (macOS), those of the tree.
    """
    if LINUX:
        held = {inode: pid for pid in tree for inode in _sockets_of(pid)}
        return [Listener(ip, port, held.get(inode)) for ip, port, inode in _listening()]
    found: list[tuple[Any, int | None]]
    try:
        found = [(one, one.pid if one.pid in tree else None) for one in psutil.net_connections("tcp")]
    except psutil.AccessDenied:
        found = [(one, pid) for pid in tree for one in psutil.Process(pid).net_connections("tcp")]
    return [Listener(one.laddr.ip, one.laddr.port, pid) for one, pid in found if one.status == psutil.CONN_LISTEN]


def owner(listener: Listener) -> str:
    """Which program of this machine holds it, in words."""
    with contextlib.suppress(psutil.Error):
        for one in psutil.net_connections("tcp"):
            if one.pid and one.status == psutil.CONN_LISTEN and tuple(one.laddr) == (listener.ip, listener.port):
                return f"{psutil.Process(one.pid).name()} (pid {one.pid})"
    return "a program of another user"


def _listening() -> Iterator[tuple[str, int, str]]:
    """Address, port and inode. The kernel lists those that listen before all others, of which a loaded machine has tens
    of thousands (older kernels put half-open ones among the first): the rest is not read."""
    for table, family in TABLES:
        with contextlib.suppress(FileNotFoundError), table.open() as lines:
            next(lines, None)
            for line in lines:
                _, local, _, state, _, _, _, _, _, inode, *_ = line.split()
                if state not in (LISTEN, SYN_RECV):
                    break
                if state == LISTEN:
                    address, _, port = local.partition(":")
                    yield socket.inet_ntop(family, _in_network_order(address)), int(port, 16), inode


def _in_network_order(address: str) -> bytes:
    """The kernel writes an address as numbers of 32 bits in the order of this machine."""
    words = [address[start : start + 8] for start in range(0, len(address), 8)]
    return struct.pack(f"={len(words)}I", *[int(word, 16) for word in words])


def _sockets_of(pid: int) -> Iterator[str]:
    """Inodes of the sockets that a process holds; none where it is gone."""
    with contextlib.suppress(OSError):
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                kind, _, inode = str(Path(descriptor.path).readlink()).partition(":")
                if kind == "socket":
                    yield inode.strip("[]")
