"""How slow a server was of late: a busy event loop renews its Date rarely."""

from collections import deque
from typing import Final

OLDEST_DATE_S: Final = 5.0
DATE_TURNS: Final = 20
"""In how many turns of its event loop a busy server may renew its Date: uvicorn sleeps ten times in between, and each
sleep may end two turns late. A response takes a turn or more."""


def oldest_date_s(busy_s: float) -> float:
    """How old a right Date may be after a response that took `busy_s`."""
    return OLDEST_DATE_S + DATE_TURNS * busy_s


class Pace:
    """The slow responses of one server that its Date may still lag behind: the one after them may be fast."""

    def __init__(self) -> None:
        self._slow: deque[tuple[float, float]] = deque()  # when it came and how long it took, each longer than the next

    def after(self, received_at: float, took_s: float) -> float:
        """Take a response in. Returns the longest that any took, in seconds, of those that matter. `received_at`: Unix
        seconds."""
        while self._slow and self._slow[-1][1] <= took_s:
            self._slow.pop()
        self._slow.append((received_at, took_s))
        while received_at > self._slow[0][0] + oldest_date_s(self._slow[0][1]):
            self._slow.popleft()
        return self._slow[0][1]
