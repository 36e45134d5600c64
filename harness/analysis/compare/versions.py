"""The versions that changed from one campaign to a later one, cell by cell, as the live processes reported them."""

from collections.abc import Mapping

from packaging.utils import canonicalize_name

from harness.analysis.compare.conditions import common_cells
from harness.model.asked.cell import Cell
from harness.model.found.versions import Origin, VersionChange, version_changes
from harness.model.measured.campaign import CampaignRecord


def versions_changed(
    then: CampaignRecord, now: CampaignRecord, distributions: Mapping[str, str]
) -> Mapping[str, tuple[VersionChange, ...]]:
    """By the id of each cell in both campaigns, the later one's: packages with another version, its framework and its
    server first. Cells without any are left out. `distributions`: by server, the distribution that it is."""
    found = {}
    for earlier, later in common_cells(then, now):
        old, new = then.cells.get(earlier.id), now.cells.get(later.id)
        if old and new and old.packages and new.packages:
            changes = version_changes(old.packages, new.packages, _origins(later, now, distributions))
            found.update({later.id: changes} if changes else {})
    return found


def _origins(cell: Cell, record: CampaignRecord, distributions: Mapping[str, str]) -> Mapping[str, Origin]:
    manifest, server = record.applications.get(cell.app), distributions.get(cell.server)
    origins: dict[str, Origin] = {canonicalize_name(server): "server"} if server else {}
    if manifest and manifest.uses.framework:
        origins[canonicalize_name(manifest.uses.framework)] = "application"
    return origins
