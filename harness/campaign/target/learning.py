"""A service started once, to see what it answers: which answers are right later, and what its server does."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.campaign.target.asking import Wanted, asked_of
from harness.campaign.target.service import SCENARIO
from harness.catalog.applications import Application
from harness.catalog.requests.found import FoundRequests
from harness.catalog.requests.scenario import scenario_of
from harness.catalog.requests.secrets import hide_secrets
from harness.contract.response import Response
from harness.model.asked.application import OwnServer
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import Level, Request, ScenarioManifest
from harness.model.errors import TargetFailed
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.model.notice import Notice
from harness.under_test.launch.launch import Launch, launched
from harness.under_test.verify.capturing import captured, learned
from harness.under_test.verify.exchange import connected

ASK_S: Final = 10.0
LAST_LINES: Final = 12


@dataclass(frozen=True)
class Learned:
    """`application`: as it was given, with what was seen of its own server and the secrets of its requests. `found`: as
    they may be kept in a file."""

    application: Application
    scenario: ScenarioManifest
    found: FoundRequests
    notices: tuple[Notice, ...]


def learn(application: Application, python: Path, wanted: Wanted, *, workdir: Path, shared: Path) -> Learned:
    """Start it, ask everything a few times, stop it.

    Raises UsageError where nothing is left to ask, TargetFailed where it does not come up or answers with an error.
    """
    manifest = application.manifest
    cell = Cell(app=manifest.id, server=manifest.servers[0], workers=1, database="none", interpreter="any")
    launch = Launch(cell=cell, application=application, python=python, log=workdir / "service.log", shared=shared)
    try:
        with launched(launch) as live:
            found = asked_of(live.target, wanted)
            requests, before, secrets = hide_secrets(found.requests, found.before)
            values = {name: value.get_secret_value() for name, value in secrets.items()}
            own = asyncio.run(_own(live.target, manifest.own)) if manifest.own else None
            target = live.target.model_copy(
                update={"values": values}
                | ({"sends_date": own.sends_date, "sends_name": own.sends_name} if own else {})
            )
            target = target.model_copy(update={"values": values | captured(target, before)})
            answered, notices = learned(target, requests)
            live.prove_ours()
    except TargetFailed as fault:
        raise _with_its_log(fault) from fault
    level = Level(connections=wanted.connections)
    return Learned(
        application=replace(application, manifest=manifest.model_copy(update={"own": own}), values=values),
        scenario=scenario_of(SCENARIO, f"Requests to {manifest.title}"[:80], answered, before, level),
        found=found,
        notices=(*notices, *(Notice(code="not-asked", seen=str(one), mend="") for one in found.left_out)),
    )


async def _own(target: Target, own: OwnServer) -> OwnServer:
    """What its answers show of a server that nobody has described: the headers it sends, and whether it keeps a
    connection."""
    async with connected(target, ASK_S) as connection:
        answer = connection if isinstance(connection, Fault) else await connection.ask(Request(path="/"), ASK_S)
        if isinstance(answer, Response) and not isinstance(connection, Fault):
            sends = {f"sends_{key}": bool(answer.all_of(name)) for key, name in (("date", "date"), ("name", "server"))}
            return own.model_copy(update={"keep_alive": connection.reusable, **sends})
    return own


def _with_its_log(fault: TargetFailed) -> TargetFailed:
    """Its log is removed with the folder that it lies in."""
    tail = "\n".join(fault.log_tail.splitlines()[-LAST_LINES:])
    mend = f"the end of its log:\n{tail}" if tail else fault.mend
    return TargetFailed(fault.what, phase=fault.phase, where=fault.where, mend=mend)
