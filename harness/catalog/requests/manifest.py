"""A set of requests as a scenario."""

from collections.abc import Sequence

from harness.model.asked.request import Expectation, Level, Request, Step
from harness.model.asked.scenario import Ranked, ScenarioManifest


def scenario_of(
    id: str,  # noqa: A002 - the manifest's own word
    title: str,
    requests: Sequence[Request],
    before: Sequence[Step],
    level: Level,
) -> ScenarioManifest:
    """The scenario of requests that were learned (harness.under_test.verify.learning): each brings its own expectation.

    One that has none is right with status 200. Raises ValueError where there is no request.
    """
    return ScenarioManifest(
        id=id,
        title=title,
        about=f"{len(requests)} requests of an application's own, as often as they weigh.",
        before=tuple(before),
        requests=tuple(requests),
        expect=Expectation(content_type="", form="any"),
        levels=(level,),
        rank=Ranked(at=level),
        core=False,
    )
