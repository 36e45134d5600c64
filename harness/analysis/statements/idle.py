"""What threads cost while nobody asks anything of their server."""

from harness.analysis.statements.seen import Seen
from harness.model.asked.statement import IdleAsked
from harness.model.found.statements import IdlePart


def idle_part(asked: IdleAsked, seen: Seen) -> IdlePart:
    """Of the first scenario in which the cell has a figure: a server idles before its first load."""
    part = IdlePart(verdict="cannot-tell", threads=asked.threads)
    rows = (seen.first(asked.app, scenario, lambda cell: cell.threads == asked.threads) for scenario in seen.scenarios)
    row = next((row for row in rows if row is not None and row.cost.rest_cpu_share is not None), None)
    share = row.cost.rest_cpu_share if row else None
    if row is None or share is None:
        return part.model_copy(
            update={"reason": f"{seen.title(asked.app)} with {asked.threads} threads was not seen idle"}
        )
    return part.model_copy(
        update={
            "verdict": "holds" if share >= asked.at_least else "does-not-hold",
            "cell": row.cell,
            "cpu_share": share,
            "switches_s": row.cost.rest_switches_s,
        }
    )
