"""Whether a campaign is being measured at this moment: known by a lock, which the kernel frees when a harness is
killed, and not by what the record says of its state."""

import fcntl
from pathlib import Path
from typing import Final

RUNNING_NAME: Final = ".running"
"""In a campaign's folder: locked while it is measured."""


def under_way(folder: Path) -> bool:
    """Whether a harness measures the campaign in `folder` now. Nothing is changed there."""
    try:
        with (folder / RUNNING_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # never measured here, such as a copy
        return False
    return False
