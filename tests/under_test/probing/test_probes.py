"""Probes of live servers: those that keep their promises, and those that break one."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.catalog.scenarios import Scenario
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.found.capabilities import TITLES, Probed
from harness.under_test.launch.launch import Launch, launched
from harness.under_test.probing import connections, documents, http2, limits, stopping, streams, websockets
from harness.under_test.probing.cell import PROBES, probe_cell, site_of
from harness.under_test.probing.site import Site
from tests.under_test.serving import launch, own

FAKE = Path(__file__).parents[2] / "fakes" / "capable.py"


def scenario(name: str) -> Scenario:
    """Its id is what matters here: the application answers it."""
    manifest = ScenarioManifest(
        id=name,
        title=name,
        about=name,
        levels=(Level(connections=1),),
        rank=Ranked(at=Level(connections=1)),
        requests=(Request(path=f"/{name}"),),
        expect=Expectation(content_type="text/plain", form="any"),
    )
    return Scenario(manifest, Path(name))


ANSWERED = tuple(map(scenario, ("plaintext", "stream", "websocket")))


def launch_of(tmp_path: Path, name: str) -> Launch:
    application = own(tmp_path / "app", "{python}", str(FAKE), "{port}", name)
    return launch(application, probe=Request(path="/plaintext"))


@contextmanager
def live(tmp_path: Path, name: str = "Capable") -> Iterator[Site]:
    one = launch_of(tmp_path, name)
    with launched(one) as server:
        yield site_of(one, server, ANSWERED)


def found(probing: Coroutine[Any, Any, Probed]) -> Probed:
    return asyncio.run(probing)


def test_a_server_that_keeps_its_promises_is_said_to(tmp_path: Path) -> None:
    with live(tmp_path) as site:
        assert found(connections.keep_alive(site)).answer == "yes"
        assert found(connections.pipelining(site)).answer == "yes"
        assert found(websockets.websocket(site)).answer == "yes"
        assert found(streams.streaming(site)).answer == "yes"
        assert found(documents.openapi(site)).answer == "yes"
        assert found(documents.json_schema(site)).how == "Order"
        assert found(documents.interactive_docs(site)).how == "/docs"
        assert found(documents.docs_offline(site)).answer == "yes"
        assert found(http2.prior_knowledge(site)).answer == "no"


@pytest.mark.parametrize(
    ("name", "probe"),
    [
        ("ClaimsHttp2", "http2-prior-knowledge"),
        ("ConstantEcho", "websocket"),
        ("Buffers", "streaming"),
        ("InTens", "streaming"),
        ("InvalidDocument", "openapi"),
        ("RefersElsewhere", "openapi"),
        ("FromACdn", "docs-offline"),
    ],
)
def test_a_promise_that_is_not_kept_is_seen(tmp_path: Path, name: str, probe: str) -> None:
    with live(tmp_path, name) as site:
        seen = found(PROBES[probe](site))  # type: ignore[index]
    assert seen.answer == "no", seen
    assert seen.evidence


def test_the_host_of_a_page_that_needs_a_cdn_is_named(tmp_path: Path) -> None:
    with live(tmp_path, "FromACdn") as site:
        assert "cdn.example.org" in found(documents.docs_offline(site)).how


def test_limits_are_found_by_bisection_with_the_refusal(tmp_path: Path) -> None:
    with live(tmp_path) as site:
        body, header = found(limits.largest_body(site)), found(limits.largest_header(site))
    assert body.figure is not None
    assert header.figure is not None
    assert 2**20 / 1.02 <= body.figure <= 2**20
    assert 60_000 <= header.figure <= 65_536
    assert "413" in body.how
    assert "431" in header.how


def test_a_probe_that_ends_the_server_has_found_something_and_ends_nothing_else(tmp_path: Path) -> None:
    cell = probe_cell(launch_of(tmp_path, "EndsAtLongHeaders"), ANSWERED[:1])
    assert sorted(one.probe for one in cell.probed) == sorted(TITLES)
    assert cell.of("largest-header").answer == "no"
    assert "exit code 7" in cell.of("largest-header").how
    assert cell.of("keep-alive").answer == "yes"
    assert cell.of("graceful-stop").answer in ("yes", "no")


def test_requests_in_hand_are_counted_when_a_server_stops(tmp_path: Path) -> None:
    with live(tmp_path) as site:
        stop = found(stopping.graceful_stop(site))
    assert stop.unit == "requests" or stop.answer == "unknown"
    assert "in hand at the signal" in stop.evidence[0].got
