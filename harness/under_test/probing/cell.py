"""All probes of one cell: one start for most of them, another with a certificate."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.catalog.scenarios import Scenario
from harness.contract.response import Response
from harness.model.errors import TargetFailed
from harness.model.found.capabilities import TITLES, Capabilities, Evidence, Probed, ProbeId
from harness.under_test.launch.certificate import certificate_for
from harness.under_test.launch.command import server_of
from harness.under_test.launch.launch import Launch, LiveServer, launched
from harness.under_test.probing import (
    connections,
    documents,
    http2,
    limits,
    refusals,
    stopping,
    streams,
    waiting,
    websockets,
)
from harness.under_test.probing.site import Site, unknown

Probe = Callable[[Site], Coroutine[Any, Any, Probed]]
LONGEST_S: Final = 30.0
"""For one probe, whatever the server does."""
MOST_STARTS: Final = 4
ENDS_S: Final = 1.0
"""How long one that has stopped to answer may take to end, and be seen to."""

PROBES: Final[Mapping[ProbeId, Probe]] = {
    "keep-alive": connections.keep_alive,
    "pipelining": connections.pipelining,
    "websocket": websockets.websocket,
    "streaming": streams.streaming,
    "concurrent-handlers": waiting.concurrent_handlers,
    "openapi": documents.openapi,
    "interactive-docs": documents.interactive_docs,
    "docs-offline": documents.docs_offline,
    "json-schema": documents.json_schema,
    "validation-error": refusals.validation_error,
    "disconnect": streams.disconnect,
    "largest-header": limits.largest_header,
    "largest-body": limits.largest_body,
    "http2-prior-knowledge": http2.prior_knowledge,
    "graceful-stop": stopping.graceful_stop,
}
"""In the order they are tried: those that may harm a server late, that which ends it last."""


def probe_cell(launch: Launch, scenarios: Sequence[Scenario]) -> Capabilities:
    """What the cell can do. `scenarios`: those that its application answers, with their services up.

    Raises TargetFailed where it does not come up at all. A probe that ends the server has found something; the server
    is started again for the others.
    """
    found = {one.probe: one for one in (*_on_one_start(launch, scenarios), _over_tls(launch, scenarios))}
    return Capabilities(cell=launch.cell, probed=tuple(found[probe] for probe in TITLES))


def _on_one_start(launch: Launch, scenarios: Sequence[Scenario]) -> Iterator[Probed]:
    left, starts = list(PROBES), 0
    while left and starts < MOST_STARTS:
        starts += 1
        with launched(launch) as live:
            site = site_of(launch, live, scenarios)
            while left and live.process.poll() is None:
                yield _tried(left.pop(0), site)
    for probe in left:
        yield unknown(probe, f"the server ended under other probes, {starts} times")


def _over_tls(launch: Launch, scenarios: Sequence[Scenario]) -> Probed:
    """HTTP/2 over TLS, on a start of its own with a certificate made for it."""
    probe: ProbeId = "http2-alpn"
    if server_of(launch.cell, launch.application).tls is None:
        return unknown(probe, "the server table declares no options for a certificate here")
    with certificate_for(launch.host) as certificate:
        try:
            with launched(replace(launch, certificate=certificate)) as live:
                site = site_of(launch, live, scenarios)
                return asyncio.run(_bounded(probe, http2.over_tls(site, certificate)))
        except TargetFailed as fault:
            tried = Evidence(sent="a start with a certificate", got=f"{fault.what}\n{fault.log_tail}")
            return unknown(probe, "it does not come up with a certificate", tried)


def site_of(launch: Launch, live: LiveServer, scenarios: Sequence[Scenario]) -> Site:
    """The live server as probes see it. Requests do not ask for the end of their connection, whatever the server
    declares: whether it keeps them is a question here."""
    return Site(
        target=live.target.model_copy(update={"keep_alive": True}),
        process=live.process,
        interface=server_of(launch.cell, launch.application).interface,
        scenarios={scenario.id: scenario for scenario in scenarios},
        usual=launch.probe,
    )


def _tried(probe: ProbeId, site: Site) -> Probed:
    """What the probe finds; where the server is gone afterwards, that is what was found."""
    found = asyncio.run(_bounded(probe, PROBES[probe](site)))
    code = None if probe == "graceful-stop" else _exit_code(site)
    if code is None:
        return found
    ended = Evidence(
        sent=f"the probe {probe}", got=f"the server ends with exit code {code}\n{site.process.log_tail(5)}"
    )
    return Probed(
        probe=probe, answer="no", how=f"the server ends with exit code {code}", evidence=(ended, *found.evidence[:3])
    )


def _exit_code(site: Site) -> int | None:
    """None while the server runs. One that no longer answers may be about to end."""
    answers = isinstance(asyncio.run(site.ask(site.usual, ENDS_S)), Response)
    return site.process.poll() if answers else site.process.wait(ENDS_S)


async def _bounded(probe: ProbeId, running: Coroutine[Any, Any, Probed]) -> Probed:
    """A probe never raises for what a server does, nor lasts longer than its deadline."""
    try:
        async with asyncio.timeout(LONGEST_S):
            return await running
    except TimeoutError:
        return unknown(probe, f"no end within {LONGEST_S:g} s")
    except Exception as fault:  # noqa: BLE001 - what a library makes of a hostile server is what there is to report
        return unknown(probe, f"it could not be tried: {type(fault).__name__}: {fault}")
