"""A claimed ranking put to the test: each of its pairs, in each tier, by the campaign's own simultaneous intervals."""

from collections.abc import Sequence
from itertools import combinations
from math import ceil
from typing import Final, NamedTuple

from harness.analysis.inference.leagues import league_of, ranked_together
from harness.model.asked.cell import Cell
from harness.model.asked.claim import (
    Claim,
    ClaimedCell,
    ClaimedPair,
    ClaimFinding,
    ClaimTier,
    ClaimVerdict,
    PublishedFigures,
    Subject,
    TierFinding,
)
from harness.model.found.ranking import PairVerdict, RankedCell, Ranking, ScenarioRanking
from harness.model.measured.campaign import CampaignRecord

TIERS: Final[tuple[ClaimTier, ...]] = ("controlled", "idiomatic")
FINER: Final = 3
"""How many times smaller a difference is asked for where a campaign that ended left a pair open."""


class Seen(NamedTuple):
    """What a campaign holds of one scenario."""

    record: CampaignRecord
    ranking: Ranking
    scenario: str

    @property
    def found(self) -> ScenarioRanking | None:
        return self.ranking.scenarios.get(self.scenario)


def findings(claim: Claim, record: CampaignRecord, ranking: Ranking) -> tuple[ClaimFinding, ...]:
    """The claim in every planned scenario it has figures for, as far as anything of it was measured."""
    planned = [scenario.id for scenario in record.plan.scenarios]
    found = (finding(claim, record, ranking, scenario) for scenario in claim.scenarios() if scenario in planned)
    return tuple(one for one in found if one.measured)


def finding(
    claim: Claim, record: CampaignRecord, ranking: Ranking, scenario: str, results: str | None = None
) -> ClaimFinding:
    """What the campaign says of the claim in one scenario. `results` names its folder in commands (default: its id)."""
    seen = Seen(record, ranking, scenario)
    tiers = tuple(_tier(claim, seen, tier) for tier in TIERS if claim.subjects[0].application(tier))
    return ClaimFinding(
        claim=claim.id,
        title=claim.title,
        about=claim.about,
        scenario=scenario,
        unit=next((one.rank.unit for one in record.plan.scenarios if one.id == scenario), "requests"),
        campaign=record.id,
        verdict=_together([tier.verdict for tier in tiers]),
        tiers=tiers,
        published=tuple(
            PublishedFigures(title=run.title, source=run.source, differed=run.differed, rps=run.rps[scenario])
            for run in claim.published
            if scenario in run.rps
        ),
        command=_command(claim, seen, tiers, results or record.id),
    )


def _together(verdicts: Sequence[ClaimVerdict]) -> ClaimVerdict:
    """One that does not hold is enough to refute; all must hold to confirm."""
    if "does-not-hold" in verdicts:
        return "does-not-hold"
    return "holds" if all(verdict == "holds" for verdict in verdicts) else "cannot-tell"


def _tier(claim: Claim, seen: Seen, tier: ClaimTier) -> TierFinding:
    cells = tuple(_cell(seen, subject, subject.application(tier) or "", tier) for subject in claim.subjects)
    pairs = tuple(_pair(seen, faster, slower) for faster, slower in combinations(cells, 2))
    return TierFinding(tier=tier, verdict=_together([pair.verdict for pair in pairs]), cells=cells, pairs=pairs)


def _cell(seen: Seen, subject: Subject, app: str, tier: ClaimTier) -> ClaimedCell:
    """The application on the first of its servers, in its manifest's order, that has a figure. One of another tier is
    not taken: nothing may be said across tiers."""
    application = seen.record.applications.get(app)
    if application is not None and league_of(application) not in (tier, "outside", "reference"):
        reason = f"it is an application of the {league_of(application)} tier"
        return ClaimedCell(subject=subject.id, title=subject.title, app=app, reason=reason)
    rows = {row.cell: row for row in seen.found.rows} if seen.found else {}
    planned = in_turn(seen.record, app)
    ranked = next((cell for cell in planned if cell.id in rows), None)
    known = ClaimedCell(subject=subject.id, title=subject.title, app=app)
    if ranked is None:
        return known.model_copy(update={"reason": _why_missing(seen, planned)})
    return known.model_copy(update=_figures(seen, rows[ranked.id]))


def in_turn(record: CampaignRecord, app: str) -> list[Cell]:
    """The application's planned cells, its servers in the order of its manifest.

    Of several settings on one server those of the reference come first, so that all subjects have the same.
    """
    servers = record.applications[app].servers if app in record.applications else ()
    planned = [cell for cell in record.plan.cells if cell.app == app and not cell.twin]
    usual = record.plan.reference_cell
    return sorted(
        planned,
        key=lambda cell: (
            servers.index(cell.server) if cell.server in servers else len(servers),
            cell.interpreter != usual.interpreter,
            cell.workers != usual.workers,
            cell.threads != usual.threads,
            cell.runtime_threads != usual.runtime_threads,
            cell.pool != usual.pool,
        ),
    )


def _why_missing(seen: Seen, planned: Sequence[Cell]) -> str:
    if not planned:
        return "not in this campaign"
    if seen.found is None:
        return "this campaign did not measure the scenario"
    reasons = {cell.cell: cell.reason for cell in seen.found.unranked}
    return reasons.get(planned[0].id, "not measured")


def _figures(seen: Seen, row: RankedCell) -> dict[str, object]:
    effect = next(
        (
            one
            for one in seen.ranking.effects
            if (one.kind, one.scenario, one.cell) == ("framework", seen.scenario, row.cell)
        ),
        None,
    )
    return {
        "cell": row.cell,
        "server": row.server,
        "rps": row.rps,
        "rps_low": row.rps_low,
        "rps_high": row.rps_high,
        "server_cpu_us": row.cost.server_cpu_us,
        "service_cpu_us": row.cost.service_cpu_us,
        "framework_us": effect.microseconds if effect else None,
        "framework_us_low": effect.low if effect else None,
        "framework_us_high": effect.high if effect else None,
    }


def _pair(seen: Seen, faster: ClaimedCell, slower: ClaimedCell) -> ClaimedPair:
    """The verdict that the ranking gave the two cells, read as an answer to the claim."""
    pair = ClaimedPair(first=faster.subject, second=slower.subject, verdict="cannot-tell")
    lacking = [f"{cell.title}: {cell.reason}" for cell in (faster, slower) if cell.cell is None]
    given = _given(seen, faster.cell, slower.cell)
    if lacking or given is None:
        return pair.model_copy(update={"reason": "; ".join(lacking) or "the two were not compared"})
    verdict, reason = _answer(seen, given, faster, slower)
    turned = given.first != faster.cell
    return pair.model_copy(
        update={
            "verdict": verdict,
            "reason": reason,
            "ratio": 1 / given.ratio if turned else given.ratio,
            "low": _inverse(given.high) if turned else given.low,
            "high": _inverse(given.low) if turned else given.high,
            "cpu_ratio": _over(slower.server_cpu_us, faster.server_cpu_us),
        }
    )


def _given(seen: Seen, one: str | None, other: str | None) -> PairVerdict | None:
    sides = ((one, other), (other, one))
    pairs = seen.found.pairs if seen.found and one and other else ()
    return next((pair for pair in pairs if (pair.first, pair.second) in sides), None)


def _answer(seen: Seen, given: PairVerdict, faster: ClaimedCell, slower: ClaimedCell) -> tuple[ClaimVerdict, str]:
    if given.verdict == "tied":
        return "does-not-hold", "they are tied: no difference that matters"
    if given.verdict == "better":
        holds = given.first == faster.cell
        reason = () if holds else (f"{slower.title} is faster",)
        return "holds" if holds else "does-not-hold", "; ".join((*reason, *_of_old(given)))
    if seen.found is not None and seen.found.noise_floor is not None and seen.found.noise_floor.different:
        return "cannot-tell", "the reference was called different from itself here: nothing is claimed"
    if given.low is None or given.high is None:
        return "cannot-tell", "too few blocks for an interval"
    if given.low <= 1 <= given.high:
        return "cannot-tell", "the interval includes both orders"
    return "cannot-tell", "the difference is within the noise floor"


def _of_old(given: PairVerdict) -> tuple[str, ...]:
    """Said of a verdict that the blocks since would not give: no error is made by keeping it, but a reader wonders."""
    if given.low is None or given.low > 1:
        return ()
    return (
        f"distinguished after {given.decided_at} blocks, which stands; the interval has come to include both orders",
    )


def _inverse(value: float | None) -> float | None:
    return None if value is None else 1 / value


def _over(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None


def _command(claim: Claim, seen: Seen, tiers: Sequence[TierFinding], results: str) -> tuple[str, ...]:
    """Pairs are compared inside one campaign, so what lacks a cell is measured as a whole. Where pairs are only open,
    the campaign goes on with twice its budget; but it does not go on for pairs that it ranks apart."""
    undecided = [(tier, pair) for tier in tiers for pair in tier.pairs if pair.verdict == "cannot-tell"]
    if not undecided:
        return ()
    lacking = any(pair.ratio is None for _, pair in undecided)
    if not lacking and any(_gone_on_for(seen, tier, pair) for tier, pair in undecided):
        plan = seen.record.plan
        budget = ("--budget", f"{ceil(2 * plan.budget_s / 60)}m")
        return (
            "harness",
            "run",
            "--resume",
            results,
            *budget,
            *(_blocks(2 * plan.max_blocks) if _capped(seen) else ()),
        )
    wanted = [cell.app for tier in tiers for cell in tier.cells]
    chosen = [part for app in dict.fromkeys((*claim.beside, *wanted)) for part in ("--only", app)]
    finer = () if lacking else ("--until", f"{100 * seen.ranking.delta / FINER:.2g}%")
    return ("harness", "run", *chosen, "--scenario", seen.scenario, *finer)


def _capped(seen: Seen) -> bool:
    """Whether any cell has had as many blocks as a cell may have; the reference has more, being in every group."""
    plan, rows = seen.record.plan, seen.found.rows if seen.found else ()
    return any(row.blocks >= plan.max_blocks for row in rows if row.cell != plan.reference)


def _blocks(number: int) -> tuple[str, str]:
    """Small, because a campaign whose blocks were given wanted few."""
    return "--blocks", str(max(number, 6))


def _gone_on_for(seen: Seen, tier: TierFinding, pair: ClaimedPair) -> bool:
    of_subject = {cell.subject: cell.cell for cell in tier.cells}
    given = _given(seen, of_subject[pair.first], of_subject[pair.second])
    return given is not None and ranked_together(seen.record)(given)
