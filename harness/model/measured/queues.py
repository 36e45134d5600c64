"""Where requests were while a server was driven, as the kernel's sockets show it."""

from pydantic import Field

from harness.model.record import Record


class Queues(Record):
    """How many of `connections` were where, on average over `looks`.

    `unaccepted`: in the accept queue; `unread`: accepted, with a request that the server has not read; `unfetched`:
    with an answer that the load generator has not read. All others are inside the server.
    """

    looks: int = Field(gt=0)
    connections: int = Field(gt=0)
    unaccepted: float = Field(ge=0)
    unread: float = Field(ge=0)
    unfetched: float = Field(ge=0)
