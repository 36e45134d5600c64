"""The campaigns below a folder of results."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.model.errors import HarnessError
from harness.model.measured.campaign import CampaignRecord
from harness.store.folder import RECORD_NAME, ResultsFolder
from harness.store.running import under_way


def newest_first(results: Path) -> Iterator[tuple[CampaignRecord, ResultsFolder]]:
    """Each campaign with its record, the newest first whatever the folders are called. Those that cannot be read, or
    are being measured, are left out."""
    found = []
    for path in results.glob(f"*/{RECORD_NAME}"):
        with suppress(HarnessError):
            if not path.parent.is_symlink() and not under_way(path.parent):
                folder = ResultsFolder.open(path.parent)
                found.append((folder.read_record(), folder))
    yield from sorted(found, key=lambda one: one[0].created_at, reverse=True)
