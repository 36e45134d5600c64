"""What ranking.json holds: the published schema (docs/ranking.schema.json) is made from these records."""

from typing import Any, Final, Literal

from harness.model.asked.application import Uses
from harness.model.asked.cell import Cell
from harness.model.asked.claim import ClaimFinding
from harness.model.asked.counting import Unit
from harness.model.asked.request import Level
from harness.model.found.curve import Curve
from harness.model.found.explanation import Explanation
from harness.model.found.ranking import (
    CpuRanking,
    Effect,
    NoiseFloor,
    OverallRanking,
    PairVerdict,
    RankedCell,
    SettingEffect,
    TierGap,
    UnrankedCell,
)
from harness.model.found.slopes import SlopeRanking
from harness.model.found.statements import StatementFinding, StoryFinding
from harness.model.measured.latency import CapacityRow, LatencyRow
from harness.model.measured.load import Waiting
from harness.model.measured.machine import Interpreter, Machine
from harness.model.measured.trial import Limit
from harness.model.notice import Notice
from harness.model.record import Record

RANKING_VERSION: Final = 6
"""Of ranking.json.

1  first version
2  `tie_groups`, a list of names, where `group` was a string of letters
3  `waiting`; `cpu`; `lateness_p50_s` and `lateness_p99_s` of latency rows
4  `explanations`; `blocks_more` of pairs; `pairs` of the overall ranking; percentiles have an interval (`low`, `high`)
5  `settings`, `cells`, `other_interpreters`
6  context switches among the costs, and CPU and context switches of an idle server; `pool` of cells; `curves`; `unit`
    of an inference, which figures count, and of claims; `story`; `first_event_...`, `held_connections` and
    `bytes_a_connection` of costs; `slopes`; `uses`
"""


class Inference(Record):
    """What the ranking of one scenario rests on; the words are those of ScenarioRanking."""

    scenario: str
    level: Level
    by: Literal["throughput", "slope", "p99"]
    rate: float | None
    unit: Unit
    estimate: bool
    noise_floor: NoiseFloor | None
    blocks: int
    confidence: float | None
    block_sd: float | None
    restart_sd: float | None
    slice_sd: float | None
    rotations: float | None
    best_rotations: int | None
    notices: tuple[Notice, ...]


class Costs(Record):
    """Microseconds of CPU and context switches per request, bytes of proportional memory, seconds to the first answer;
    `rest_switches_s`, `rest_cpu_share`: context switches a second, and CPU as a share of a core, while nobody asks
    anything of the server. Of streams and WebSockets: seconds to the first event, how many connections were held open
    at the same time, and the memory that each of them costs. null: not known."""

    cpu_us_a_request: float | None
    service_cpu_us_a_request: float | None
    load_pss_bytes: float | None
    rest_pss_bytes: float | None
    startup_s: float | None
    voluntary_switches_a_request: float | None
    involuntary_switches_a_request: float | None
    rest_switches_s: float | None
    rest_cpu_share: float | None
    first_event_p50_s: float | None = None
    first_event_p99_s: float | None = None
    held_connections: int | None = None
    bytes_a_connection: float | None = None


class Limited(Record):
    """What limited a cell in most of its `blocks`, and in how many. `ceiling_rps`: what the load generator could have
    done at this cost a request, with all its cores; the median over blocks."""

    limit: Limit
    blocks: int
    of_blocks: int
    reason: str
    ceiling_rps: float | None


class NamedCurve(Curve):
    """`title`: what the page calls it. `says`: what follows from it, in sentences."""

    title: str
    says: tuple[str, ...]


class AnsweredStatement(StatementFinding):
    """`evidence`: one sentence that speaks for the verdict, made from the figures in `parts`."""

    evidence: str


class AnsweredStory(StoryFinding):
    """A story's statements, each with its sentence."""

    statements: tuple[AnsweredStatement, ...]


class RankingDocument(Record):
    """ranking.json. Maps whose key is not named are keyed by scenario id, those inside them by cell id.

    Times are Unix seconds; `scenarios` holds the rows, best first; `latency`, `capacity` those in plan order, of the
    scenarios whose latency was asked for; `explanations` those of scenarios in which servers were profiled. `waiting`:
    how the generator waited for answers. `titles`, `cells`: by cell id, what the page calls it, and its settings.
    `uses`: by application id, what it is built from. `slopes`: of scenarios that are ranked by them. `null_rps`: the
    load generator against a responder that does nothing.
    """

    schema_version: Literal[6] = RANKING_VERSION
    campaign: str
    created_at: float
    ended_at: float | None
    state: Literal["running", "finished", "interrupted"]
    harness_version: str
    commit: str | None
    seed: int
    completed_blocks: tuple[int, ...]
    reference: str
    delta: float
    scenarios: dict[str, tuple[RankedCell, ...]]
    unranked: dict[str, tuple[UnrankedCell, ...]]
    pairs: dict[str, tuple[PairVerdict, ...]]
    inference: dict[str, Inference]
    cpu: dict[str, CpuRanking | None]
    slopes: dict[str, SlopeRanking]
    overall: OverallRanking | None
    effects: tuple[Effect, ...]
    gaps: tuple[TierGap, ...]
    settings: tuple[SettingEffect, ...]
    curves: tuple[NamedCurve, ...]
    claims: tuple[ClaimFinding, ...]
    story: AnsweredStory | None
    costs: dict[str, dict[str, Costs]]
    limits: dict[str, dict[str, Limited]]
    latency: dict[str, tuple[LatencyRow, ...]]
    capacity: dict[str, tuple[CapacityRow, ...]]
    explanations: dict[str, Explanation]
    waiting: Waiting
    null_rps: float | None
    titles: dict[str, str]
    cells: dict[str, Cell]
    uses: dict[str, Uses]
    machine: Machine
    interpreter: Interpreter
    other_interpreters: tuple[Interpreter, ...]


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ranking.json."""
    described = RankingDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described, "title": "ranking.json"}
