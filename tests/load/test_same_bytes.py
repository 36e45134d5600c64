"""Nothing that is sent tells readiness probe, verifier, audit and load generator apart."""

import asyncio
from pathlib import Path

from harness.catalog.scenarios import Scenario
from harness.load.driver import LocustDriver
from harness.model.asked.counting import Audit
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.load import Target
from harness.under_test.services import Counts
from harness.under_test.verify.audit import audit
from harness.under_test.verify.examiner import Subject
from harness.under_test.verify.exchange import connected
from harness.under_test.verify.verification import verify
from tests.load.servers import RIGHT, answering, serving, slice_of

LEVEL = Level(connections=2, n=3)
REQUESTS = (
    Request(path="/db?n={n}"),
    Request(method="POST", path="/items", headers={"Content-Type": "text/csv", "accept": "text/plain"}, body="ä;1"),
    Request(method="DELETE", path="/items/1", headers={"Connection": "close"}),
    Request(method="PUT", path="/empty"),
)
MANIFEST = ScenarioManifest(
    id="plaintext",
    title="title",
    about="about",
    needs=("database",),
    requests=REQUESTS,
    expect=Expectation(content_type="text/plain", form="text", body="Hello, World!"),
    audit=Audit(reads=1),
    levels=(LEVEL,),
    rank=Ranked(at=LEVEL),
)
SCENARIO = Scenario(MANIFEST, Path("scenarios/plaintext"))


async def ready_probe(target: Target, request: Request) -> None:
    async with connected(target, 5.0) as connection:
        assert not isinstance(connection, Exception)
        await connection.ask(request, 5.0)  # type: ignore[union-attr]  # as harness.under_test.launch.readiness asks it


def test_the_bytes_of_each_request_are_the_same_from_everybody(driver: LocustDriver) -> None:
    heard: dict[str, set[bytes]] = {}
    with serving(answering(RIGHT)) as served:
        target = served.target()

        def take(who: str) -> None:
            heard[who] = set(served.bodies)
            served.bodies.clear()

        for request in REQUESTS:
            asyncio.run(ready_probe(target, request.at(LEVEL)))
        take("readiness probe")
        assert verify(target, [SCENARIO], full=True).passed
        take("verifier")
        audit(Subject(target, [SCENARIO]), lambda: Counts(reads=0, rows_read=0, rows_written=0), deadline_s=5.0)
        take("audit")
        driver.prepare([target], [SCENARIO.for_driver])
        (record,) = driver.drive([slice_of(0.3, level=LEVEL)])
        assert record.errors == {}
        take("load generator")
    assert len(heard["load generator"]) == len(REQUESTS)
    assert all(said == heard["load generator"] for said in heard.values()), heard
