"""What a story's statements need of capabilities, probed into a campaign's folder."""

from contextlib import ExitStack

from harness.campaign.cells.probing import probe_cells, to_probe
from harness.campaign.plan.options import Selection
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Silent
from harness.catalog.claim_files import STORY, read_story
from harness.cli.console import print_error
from harness.cli.show.capable import failure_lines
from harness.cli.show.progress import Bar
from harness.model.asked.statement import CapabilityAsked
from harness.process.folders import temporary_folder
from harness.store.folder import ResultsFolder


def probe_for_the_story(project: Project, folder: ResultsFolder, *, quiet: bool) -> None:
    """Probe the applications and servers that statements name, and keep the answers in the campaign's folder. What was
    probed before stays."""
    known, _ = folder.read_capabilities()
    record = folder.read_record()
    if known is not None or record.state != "finished":
        return
    asked = [one for said in read_story(STORY).statements for one in said.evidence if isinstance(one, CapabilityAsked)]
    only, servers = ({getattr(one, name) for one in asked} for name in ("app", "server"))
    prepared = to_probe(project, Selection(only=tuple(sorted(only)), servers=tuple(sorted(servers))))
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("capabilities"))
        progress = Silent() if quiet else stack.enter_context(Bar())
        found = probe_cells(project, prepared, workdir, progress)
    folder.write_capabilities(found)
    for line in failure_lines(found):
        print_error(line)
