"""What one distribution requires of another, by the metadata that was installed."""

from harness.analysis.statements.seen import Seen
from harness.model.asked.statement import RequirementAsked
from harness.model.found.statements import RequirementPart


def requirement_part(asked: RequirementAsked, seen: Seen) -> RequirementPart:
    part = RequirementPart(verdict="cannot-tell", distribution=asked.distribution, requires=asked.requires)
    for cell in seen.record.plan.cells:
        facts = seen.record.cells.get(cell.id)
        if cell.app != asked.app or facts is None or asked.distribution not in facts.requirements:
            continue
        required = facts.requirements[asked.distribution]
        return part.model_copy(
            update={
                "verdict": "holds" if asked.requires in required else "does-not-hold",
                "version": facts.packages.get(asked.distribution, ""),
                "required": required,
            }
        )
    return part.model_copy(
        update={"reason": f"no environment of {seen.title(asked.app)} with {asked.distribution} was seen"}
    )
