"""What a live target is asked to see whether it keeps the contract, and how an answer is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.catalog.scenarios import Scenario
from harness.contract.judge import Check, content, judge
from harness.contract.response import Response, clipped
from harness.model.asked.request import Level, Request
from harness.model.asked.scenario import ScenarioManifest
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.model.record import Record
from harness.wire.requests import spread

AT_ONCE = 64
"""Connections of a burst."""
PREPARED_ASKED = 32
"""Of requests that prepare.py makes so many are asked one by one, spread evenly over all of them."""
STREAMS_ASKED = 4
"""Of streams, each of which takes as long as a hundred answers."""
WAITING_ASKED = 4
"""Where each request waits: a server of 8 threads answers 160 a second."""


class ContractFault(Record):
    """One thing an application does wrong, and where it was seen."""

    scenario: str
    request: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.scenario}: {self.request}: {self.fault} [{self.fault.code}]"


@dataclass(frozen=True)
class Probe:
    """One request of a scenario at one level."""

    scenario: Scenario
    request: Request
    level: Level

    def judge(self, answer: Response | Fault, target: Target) -> tuple[Fault, ...]:
        if isinstance(answer, Fault):
            return (answer,)
        expect = self.request.expected(self.scenario.manifest.expect).at(self.level)
        sends = {"dated": target.sends_date, "named": target.sends_name}
        return judge(answer, expect, self._check, self.level, **sends, request=self.request)

    @property
    def _check(self) -> Check | None:
        """The scenario's, of which a request that has its own expectation knows nothing."""
        return self.scenario.check.check if self.scenario.check and self.request.expect is None else None

    def bodies(self, answers: Iterable[Response | Fault]) -> list[bytes]:
        """The bodies of right answers, unpacked where a compression was asked for."""
        contents = [content(answer, self.request) for answer in answers if isinstance(answer, Response)]
        return [body for body in contents if isinstance(body, bytes)]

    def found(self, faults: Iterable[Fault]) -> list[ContractFault]:
        request = f"{self.request.method} {clipped(self.request.path)}"
        return [ContractFault(scenario=self.scenario.id, request=request, fault=fault) for fault in faults]


def at_once_of(probe: Probe) -> int:
    """Connections of a burst."""
    return min(AT_ONCE, probe.level.connections)


def probes(scenario: Scenario, full: bool) -> list[Probe]:
    """Each request at the ranking level, and, when all is looked at, with every other parameter of the levels and the
    odd ones."""
    ranked = scenario.manifest.rank.at
    if not full:
        return [Probe(scenario, request.at(ranked), ranked) for request in asked_one_by_one(scenario, full)]
    edges = scenario.manifest.edges
    return probes_at_levels(scenario) + [
        Probe(scenario, e.as_request, ranked.model_copy(update={"n": e.n}) if e.n else ranked) for e in edges
    ]


def asked_one_by_one(scenario: Scenario, full: bool) -> Sequence[Request]:
    """The manifest's requests; of those that prepare.py makes the first, or in full some of all parts of the set."""
    if scenario.manifest.prepared is None:
        return scenario.manifest.requests
    made, most = scenario.requests, _asked_of(scenario.manifest)
    if not full:
        return made[:1]
    return [made[place] for place in dict.fromkeys(spread(len(made), min(len(made), most)))]


def _asked_of(manifest: ScenarioManifest) -> int:
    return STREAMS_ASKED if manifest.kind == "stream" else WAITING_ASKED if manifest.waits else PREPARED_ASKED


def burst_of(scenario: Scenario) -> list[Probe]:
    """Each request at the ranking level."""
    ranked = scenario.manifest.rank.at
    return [Probe(scenario, request.at(ranked), ranked) for request in scenario.requests]


def probes_at_levels(scenario: Scenario) -> list[Probe]:
    """Each request with every parameter of the levels, that of the ranking level first."""
    ranked = scenario.manifest.rank.at
    others = {level.n: level for level in scenario.manifest.levels if level.n != ranked.n}
    return [
        Probe(scenario, request.at(level), level)
        for level in (ranked, *others.values())
        for request in asked_one_by_one(scenario, full=True)
    ]
