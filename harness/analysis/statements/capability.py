"""What an application on a server can do, by the probe of it."""

from harness.analysis.statements.seen import Seen
from harness.model.asked.statement import CapabilityAsked
from harness.model.found.statements import CapabilityPart


def capability_part(asked: CapabilityAsked, seen: Seen) -> CapabilityPart:
    """An answer that is neither yes nor no leaves the statement open."""
    part = CapabilityPart(verdict="cannot-tell", probe=asked.probe, app=asked.app, server=asked.server, says=asked.says)
    probed = seen.probed(asked.app, asked.server, asked.probe)
    if probed is None:
        return part.model_copy(update={"reason": f"{seen.title(asked.app)} on {asked.server} was not probed"})
    part = part.model_copy(update={"answer": probed.answer, "how": probed.how})
    if probed.answer not in ("yes", "no"):
        return part.model_copy(update={"reason": probed.how})
    return part.model_copy(update={"verdict": "holds" if probed.answer == asked.says else "does-not-hold"})
