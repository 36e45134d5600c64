"""TCP connections of this machine as the kernel's socket diagnosis reports them: sock_diag(7), IPv4, by one port."""

import socket
import struct
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

NETLINK_SOCK_DIAG: Final = 4
SOCK_DIAG_BY_FAMILY: Final = 20
REQUEST_DUMP: Final = 0x301
"""NLM_F_REQUEST and NLM_F_DUMP."""
DONE: Final = 3
ERROR: Final = 2
ESTABLISHED: Final = 1 << 1
INFO: Final = 2
"""INET_DIAG_INFO, the attribute that holds tcp_info."""
WAIT_S: Final = 1.0
BUFFER: Final = 1 << 18

_HEADER: Final = struct.Struct("=IHHII")
_REQUEST: Final = struct.Struct("=BBBxI2s2s16s16s4sII")
_MESSAGE: Final = struct.Struct("=BBBB2s2s16s16s12s5I")
_ATTRIBUTE: Final = struct.Struct("=HH")
_BYTES: Final = struct.Struct("=QQ")
_BYTES_AT: Final = 120
"""Where tcp_info holds tcpi_bytes_acked and tcpi_bytes_received (linux/tcp.h)."""


class Connection(NamedTuple):
    """One end of an established connection. `unread`: bytes that lie ready for the process. `accepted`: whether a
    process holds it: without one it is in the accept queue. `sent` (and acknowledged), `received`: bytes so far, zero
    where they were not asked for, which takes half the time."""

    local_port: int
    remote_port: int
    unread: int
    accepted: bool
    sent: int
    received: int


def connections_from(port: int, *, with_bytes: bool = False) -> tuple[Connection, ...] | None:
    """The ends at a port of this machine: a server's own. None where the system does not report them."""
    return _connections(local=port, remote=0, with_bytes=with_bytes)


def connections_to(port: int, *, with_bytes: bool = False) -> tuple[Connection, ...] | None:
    """The other ends: those of its clients on this machine. None where the system does not report them."""
    return _connections(local=0, remote=port, with_bytes=with_bytes)


def _connections(*, local: int, remote: int, with_bytes: bool) -> tuple[Connection, ...] | None:
    if sys.platform != "linux":
        return None
    nothing = bytes(16)
    asked = _REQUEST.pack(
        socket.AF_INET, socket.IPPROTO_TCP, with_bytes << (INFO - 1), ESTABLISHED,
        _port(local), _port(remote), nothing, nothing, bytes(4), 0xFFFFFFFF, 0xFFFFFFFF,
    )  # fmt: skip
    head = _HEADER.pack(_HEADER.size + len(asked), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(WAIT_S)
            kernel.sendto(head + asked, (0, 0))
            return tuple(_answers(kernel))
    except OSError:  # no such kernel module, or no permission
        return None


def _answers(kernel: socket.socket) -> Iterator[Connection]:
    while True:
        data = kernel.recv(BUFFER)
        while len(data) >= _HEADER.size:
            length, kind, *_ = _HEADER.unpack_from(data)
            if kind == DONE:
                return
            if kind == ERROR or length < _HEADER.size:
                raise OSError("the kernel refused to report its sockets")
            yield _connection(data[_HEADER.size : length])
            data = data[_aligned(length) :]


def _connection(message: bytes) -> Connection:
    _, _, _, _, local, remote, _, _, _, _, unread, _, _, inode = _MESSAGE.unpack_from(message)
    sent, received = _bytes(message[_MESSAGE.size :])
    return Connection(int.from_bytes(local, "big"), int.from_bytes(remote, "big"), unread, inode != 0, sent, received)


def _bytes(attributes: bytes) -> tuple[int, int]:
    """Sent and received, from the attribute that holds them; zeros where there is none."""
    while len(attributes) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == INFO and length >= _ATTRIBUTE.size + _BYTES_AT + _BYTES.size:
            return _BYTES.unpack_from(attributes, _ATTRIBUTE.size + _BYTES_AT)
        if length < _ATTRIBUTE.size:
            break
        attributes = attributes[_aligned(length) :]
    return 0, 0


def _aligned(length: int) -> int:
    """Messages and attributes of netlink begin at multiples of four."""
    return (length + 3) & ~3


def _port(number: int) -> bytes:
    return number.to_bytes(2, "big")
