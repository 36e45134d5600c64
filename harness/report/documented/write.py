"""Write the pages: `make pages`, which is `python -m harness.report.documented.write`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.catalog.applications import find_applications
from harness.catalog.scenarios import find_scenarios
from harness.report.documented.application import documented, page
from harness.report.documented.index import INDEX, index
from harness.report.write import put
from harness.under_test.launch.servers import SERVERS

FOLDER: Final = Path("docs", "applications")


def pages(root: Path) -> Mapping[str, str]:
    """What belongs into FOLDER of the project at `root`, by file name. Raises UsageError for manifests with faults."""
    scenarios = {one.id: one.manifest for one in find_scenarios(root / "scenarios")}
    found = find_applications(
        root / "apps",
        known_servers={one.id: one.interface for one in SERVERS.values()},
        known_scenarios=scenarios,
    )
    all_of = [documented(one, SERVERS, scenarios) for one in found]
    return {f"{one.manifest.id}.md": page(one) for one in all_of} | {INDEX: index(all_of)}


def behind(wanted: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Names of files that are missing in the folder, differ from what is wanted, or belong to no application."""
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    return tuple(name for name in sorted({*wanted, *there}) if wanted.get(name) != there.get(name))


def write(wanted: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Bring the folder up to date, and return the names of the files that changed or were removed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = behind(wanted, folder)
    for name in changed:
        if name in wanted:
            put(folder / name, wanted[name])
        else:
            (folder / name).unlink()
    return changed


def main() -> None:
    """Write the pages of this project, and print the names of the files that changed."""
    root = Path(__file__).parents[3]
    for name in write(pages(root), root / FOLDER):
        sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
