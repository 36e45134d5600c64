"""A ranking as a statement: the claim of it, here and in its published figures."""

from itertools import pairwise

from harness.analysis.ranking.claims import finding
from harness.analysis.statements.seen import Seen
from harness.model.asked.claim import Claim, ClaimedPair, ClaimFinding, TierFinding
from harness.model.asked.statement import RankingAsked
from harness.model.found.statements import RankingPart, Then


def ranking_part(asked: RankingAsked, seen: Seen) -> RankingPart:
    """The verdict of the claim in its own scenario, and the pair that decides it."""
    claim = seen.claims[asked.claim]
    found = finding(claim, seen.record, seen.ranking, claim.scenario)
    decides = _deciding(found)
    part = RankingPart(claim=claim.id, scenario=claim.scenario, verdict=found.verdict, then=_published(claim))
    if decides is None:
        return part.model_copy(update={"reason": _lacking(found)})
    tier, pair = decides
    titles = {cell.subject: cell.title for cell in tier.cells}
    return part.model_copy(
        update={
            "tier": tier.tier,
            "first": titles[pair.first],
            "second": titles[pair.second],
            "ratio": pair.ratio,
            "low": pair.low,
            "high": pair.high,
            "reason": _lacking(found) if found.verdict == "cannot-tell" else "",
        }
    )


def _deciding(found: ClaimFinding) -> tuple[TierFinding, ClaimedPair] | None:
    """The first pair that does not hold, else the one with the smallest ratio; None where no pair has one."""
    measured = [(tier, pair) for tier in found.tiers for pair in tier.pairs if pair.ratio is not None]
    refuted = [one for one in measured if one[1].verdict == "does-not-hold"]
    return refuted[0] if refuted else min(measured, key=lambda one: one[1].ratio or 0.0, default=None)


def _lacking(found: ClaimFinding) -> str:
    """Why the first pair that is open is open."""
    pairs = (pair for tier in found.tiers for pair in tier.pairs if pair.verdict == "cannot-tell")
    return next((pair.reason for pair in pairs), "")


def _published(claim: Claim) -> Then | None:
    """Whether the first run with published figures of the claim's scenario has the order claimed."""
    for run in claim.published:
        figures = run.rps.get(claim.scenario)
        if figures:
            values = [figures[subject.id] for subject in claim.subjects]
            ordered = all(faster > slower for faster, slower in pairwise(values))
            return Then(verdict="holds" if ordered else "does-not-hold", rests_on="published", of=run.title)
    return None
