"""The logs of load processes and workers: warnings, with their times, on standard error."""

import logging


def set_up_logging() -> None:
    """For a process of its own; never called in the harness itself."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("locust.runners").setLevel(logging.ERROR)  # it warns of every fast spawn
