"""The Locust user: one connection slot.

Locust spawns, counts, distributes and stops users; the rotation decides which of their connections send.
"""

from typing import Any

from gevent.event import AsyncResult
from locust import User, task
from locust.env import Environment

from harness.load.engine.rotation import Slots


class LoadEnvironment(Environment):
    """A Locust environment whose users open their connections in `slots`."""

    def __init__(self, slots: Slots, **options: Any) -> None:
        super().__init__(user_classes=[ConnectionUser], **options)
        self.slots = slots


class ConnectionUser(User):
    """Holds a slot open for as long as Locust lets it live."""

    environment: LoadEnvironment

    @task
    def hold(self) -> None:
        slot = self.environment.slots.open()
        try:
            AsyncResult().get()  # until Locust kills the greenlet
        finally:
            self.environment.slots.close(slot)
