"""A `harness` that has loaded its modules. Each command is a fork of it, which saves the second that loading takes.

An order is a message of JSON on the socket that is standard input: `start`, with standard output and error as
descriptors beside it, answered with a pid; or `end`, the pid of one that has ended, answered with its exit code. Who
gives orders waits on a descriptor of the process: a pid is nobody else's until its end was asked for here.
"""

import gc
import json
import os
import socket
import sys
from typing import Any

import harness.campaign.explaining.explain
import harness.cli.run.changes.diffing
import harness.cli.run.running  # noqa: F401  what most commands load
from harness.cli.main import main, program
from harness.report.page import environment

LONGEST = 1 << 20


def command(orders: socket.socket) -> list[str]:
    """Its arguments, in each fork. Here it returns never: it ends with who gives orders."""
    while True:
        text, descriptors, _, _ = socket.recv_fds(orders, LONGEST, 2)
        if not text:
            sys.exit()
        order = json.loads(text)
        if pid := order.get("end"):
            _, status = os.waitpid(pid, 0)
            orders.sendall(json.dumps(os.waitstatus_to_exitcode(status)).encode())
        elif pid := os.fork():
            for descriptor in descriptors:
                os.close(descriptor)
            orders.sendall(json.dumps(pid).encode())
        else:
            orders.close()
            become(order["start"], *descriptors)
            return list(order["start"]["arguments"])


def become(wanted: dict[str, Any], out: int, err: int) -> None:
    """A process as one that is started for the command: in a session of its own, with nothing to read."""
    os.setsid()
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    assert os.open(os.devnull, os.O_RDONLY) == 0, "the orders came on standard input, which is free now"
    for number, descriptor in ((1, out), (2, err)):
        os.dup2(descriptor, number)
        os.close(descriptor)


def prepare() -> None:
    """Make what each command would make for itself: the commands, and the templates of the page."""
    program()
    for name in environment().list_templates(extensions=["j2"]):
        environment().get_template(name)


if __name__ == "__main__":
    prepare()
    gc.freeze()
    sys.argv = ["harness", *command(socket.socket(fileno=0))]
    main()
