"""What a campaign holds that statements can be answered from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.analysis.ranking.claims import in_turn
from harness.model.asked.cell import Cell
from harness.model.asked.claim import Claim
from harness.model.found.capabilities import Capabilities, Probed
from harness.model.found.ranking import Effect, PairVerdict, RankedCell, Ranking, ScenarioRanking
from harness.model.measured.campaign import CampaignRecord

Oriented = tuple[float, float | None, float | None]
"""A ratio and its interval, of the cell that was named first over the other."""


@dataclass(frozen=True)
class Seen:
    """A campaign and what was concluded of it. `claims`: the rankings that statements name, by id. `capabilities`: what
    was probed of cells."""

    record: CampaignRecord
    ranking: Ranking
    claims: Mapping[str, Claim] = field(default_factory=dict)
    capabilities: Sequence[Capabilities] = ()

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the planned ones, in their order."""
        return tuple(one.id for one in self.record.plan.scenarios)

    def ranked(self, scenario: str) -> ScenarioRanking | None:
        return self.ranking.scenarios.get(scenario)

    def row(self, scenario: str, cell: str) -> RankedCell | None:
        found = self.ranked(scenario)
        return next((row for row in found.rows if row.cell == cell), None) if found else None

    def first(self, app: str, scenario: str, fits: Callable[[Cell], bool] = lambda _: True) -> RankedCell | None:
        """The application's first cell that fits and has a figure; its servers in the order of its manifest."""
        rows = (self.row(scenario, cell.id) for cell in in_turn(self.record, app) if fits(cell))
        return next((row for row in rows if row is not None), None)

    def pair(self, scenario: str, one: str, other: str) -> PairVerdict | None:
        found = self.ranked(scenario)
        pairs = found.pairs if found else ()
        return next((pair for pair in pairs if {pair.first, pair.second} == {one, other}), None)

    def framework(self, scenario: str, cell: str) -> Effect | None:
        """What the framework of a cell costs over the bare callable on its server."""
        wanted = ("framework", scenario, cell)
        return next((one for one in self.ranking.effects if (one.kind, one.scenario, one.cell) == wanted), None)

    def version_of(self, cell: str) -> str:
        """The framework of a cell and its version; empty where that is not known."""
        app = next((one.app for one in self.record.plan.cells if one.id == cell), "")
        framework = self.record.applications[app].uses.framework if app in self.record.applications else ""
        facts = self.record.cells.get(cell)
        version = facts.packages.get(framework, "") if facts else ""
        return f"{framework} {version}" if version else ""

    def title(self, app: str) -> str:
        """What readers call an application; its id where the campaign does not know it."""
        known = self.record.applications.get(app)
        return known.title if known else app

    def probed(self, app: str, server: str, probe: str) -> Probed | None:
        """What a probe found of the application on the server; None where that was not tried."""
        cells = [one for one in self.capabilities if (one.cell.app, one.cell.server) == (app, server)]
        return next((found for one in cells for found in one.probed if found.probe == probe), None)

    def lacks(self, app: str, scenario: str) -> str:
        """Why there is no figure of an application."""
        if scenario not in self.scenarios:
            return f"the scenario {scenario} was not measured"
        planned = in_turn(self.record, app)
        if not planned:
            return f"{self.title(app)} was not measured"
        found = self.ranked(scenario)
        reasons = {one.cell: one.reason for one in found.unranked} if found else {}
        why = reasons.get(planned[0].id, "not measured as the statement needs it")
        return f"{self.title(app)} has no figure in {scenario}: {why}"


def oriented(pair: PairVerdict, first: str) -> Oriented:
    """The pair's ratio of `first` over the other cell."""
    if pair.first == first:
        return pair.ratio, pair.low, pair.high
    return 1 / pair.ratio, _inverse(pair.high), _inverse(pair.low)


def _inverse(value: float | None) -> float | None:
    return None if value is None else 1 / value
