"""What an application on a server can do, by the probe of it."""

from harness.analysis.statements.seen import Seen
from harness.model.asked.statement import CapabilityAsked
from harness.model.found.statements import CapabilityPart


def capability_part(asked: CapabilityAsked, seen: Seen) -> CapabilityPart:
    part = CapabilityPart(verdict="cannot-tell", probe=asked.probe, app=asked.app, server=asked.server, says=asked.says)
    probed = seen.capabilities.get((asked.app, asked.server), {}).get(asked.probe)
    if probed is None:
        return part.model_copy(update={"reason": f"{asked.probe} was not probed of {asked.app} on {asked.server}"})
    if probed.answer not in ("yes", "no"):
        return part.model_copy(update={"answer": probed.answer, "seen": probed.seen, "reason": probed.seen})
    verdict = "holds" if probed.answer == asked.says else "does-not-hold"
    return part.model_copy(update={"verdict": verdict, "answer": probed.answer, "seen": probed.seen})
