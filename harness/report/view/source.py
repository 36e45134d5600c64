"""What a page is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harness.analysis.trials.eligible import eligible
from harness.model.asked.claim import ClaimFinding
from harness.model.asked.request import Level
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.capabilities import CapabilitiesFound
from harness.model.found.curve import Curve
from harness.model.found.explanation import Explanation
from harness.model.found.ranking import PairVerdict, Ranking
from harness.model.found.statements import StoryFinding
from harness.model.found.tuning import Tuned
from harness.model.found.variants import VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import CapacityRow, LatencyRow
from harness.model.measured.trial import Trial
from harness.model.notice import Failure, Notice
from harness.report.text import shorten
from harness.report.view.names import Name, name_of, names


@dataclass(frozen=True)
class Source:
    """A campaign as it was recorded, and what the analysis concluded from it.

    `curves`: throughput over the values of a setting. `latency`, `capacity`: by scenario id; `windows_s`: seconds that
    the latency rests on. `claims`: the project's own claim in each scenario that it could be put to the test in.
    `story`: its statements put to the test.
    `explanations`: by scenario id, where servers were profiled. `variants`: of a campaign that compares two variants;
    `tuned`: of a race. `capabilities`: what cells can do, where it was tried. `logs`: by cell id, where the page finds
    the log, as a relative address; `flames` likewise, by scenario, cell, and the cell that it is compared with or "".
    """

    record: CampaignRecord
    trials: tuple[Trial, ...]
    ranking: Ranking
    curves: tuple[Curve, ...] = ()
    notices: tuple[Notice, ...] = ()
    latency: Mapping[str, tuple[LatencyRow, ...]] = field(default_factory=dict)
    capacity: Mapping[str, tuple[CapacityRow, ...]] = field(default_factory=dict)
    windows_s: float = 0.0
    claims: tuple[ClaimFinding, ...] = ()
    story: StoryFinding | None = None
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    variants: VariantComparison | None = None
    tuned: Tuned | None = None
    capabilities: CapabilitiesFound | None = None
    logs: Mapping[str, str] = field(default_factory=dict)
    flames: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    @cached_property
    def names(self) -> Mapping[str, Name]:
        return names(self.record)

    def name(self, cell: str, app: str = "", server: str = "") -> Name:
        return name_of(self.names, cell, app, server)

    def title(self, app: str) -> str:
        """What a reader calls an application; its id where the record does not know it."""
        known = self.record.applications.get(app)
        return shorten(known.title, 80) if known else app

    @cached_property
    def reference(self) -> Name:
        return self.name(self.ranking.reference)

    @cached_property
    def contestants(self) -> tuple[Name, ...]:
        """Every cell but the hidden twins, in the plan's order."""
        return tuple(name for name in self.names.values() if not name.twin)

    def failure(self, cell: str, scenario: str | None = None) -> Failure | None:
        """The first failure of the cell: in this scenario or altogether; in any where none is named."""
        for failure in self.record.failures:
            if failure.cell == cell and (scenario is None or failure.scenario in (None, scenario)):
                return failure
        return None

    @cached_property
    def _pairs(self) -> Mapping[tuple[str, str, str], PairVerdict]:
        return {
            (scenario, *sides): pair
            for scenario, found in self.ranking.scenarios.items()
            for pair in found.pairs
            for sides in ((pair.first, pair.second), (pair.second, pair.first))
        }

    def pair(self, scenario: str, one: str, other: str) -> PairVerdict | None:
        """What was concluded of two cells, whichever is named first."""
        return self._pairs.get((scenario, one, other))

    def counted(self, scenario: ScenarioManifest, level: Level | None = None) -> tuple[Trial, ...]:
        """The trials that the figures rest on, A/A twins left out: at the ranking level, or at another one."""
        at = level or scenario.rank.at
        chosen = scenario.model_copy(update={"rank": scenario.rank.model_copy(update={"at": at})})
        trials = eligible(self.record, chosen, self.trials_of(scenario)).trials.values()
        return tuple(trial for trial in trials if trial.cell in self.names and not self.names[trial.cell].twin)

    @cached_property
    def _by_scenario(self) -> Mapping[str, tuple[Trial, ...]]:
        found: dict[str, list[Trial]] = {}
        for trial in self.trials:
            found.setdefault(trial.scenario, []).append(trial)
        return {scenario: tuple(trials) for scenario, trials in found.items()}

    def trials_of(self, scenario: ScenarioManifest) -> tuple[Trial, ...]:
        """The scenario's trials, at all levels."""
        return self._by_scenario.get(scenario.id, ())

    def trials_ranked(self, scenario: ScenarioManifest) -> tuple[Trial, ...]:
        """The scenario's trials at the level it is ranked at."""
        return tuple(trial for trial in self.trials_of(scenario) if trial.level == scenario.rank.at)
