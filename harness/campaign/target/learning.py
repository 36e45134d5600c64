"""A service started once, to see what it answers: which answers are right later, and what its server does."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.campaign.target.asking import Wanted, found_live, found_offline
from harness.catalog.applications import Application
from harness.catalog.requests.found import FoundRequests
from harness.catalog.requests.manifest import scenario_of
from harness.catalog.requests.secrets import given_values, hide_secrets
from harness.contract.response import Response
from harness.model.asked.application import OwnServer
from harness.model.asked.cell import Cell
from harness.model.asked.request import Level, Request, Step
from harness.model.asked.scenario import REQUESTS, ScenarioManifest
from harness.model.errors import TargetFailed
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.model.notice import Notice
from harness.under_test.launch.launch import Launch, launched
from harness.under_test.launch.readiness import Deadlines
from harness.under_test.verify.capturing import captured
from harness.under_test.verify.exchange import connected
from harness.under_test.verify.learning import Learned as Answers
from harness.under_test.verify.learning import agreed, learned

ASK_S: Final = 10.0
LAST_LINES: Final = 12
MOST_NAMED: Final = 10


@dataclass(frozen=True)
class Learned:
    """`application`: as it was given, with what was seen of its own server and the secrets of its requests. `found`: as
    they may be kept in a file, secrets hidden."""

    application: Application
    scenario: ScenarioManifest
    found: FoundRequests
    notices: tuple[Notice, ...]


def learn(
    application: Application, python: Path, wanted: Wanted, *, workdir: Path, shared: Path, deadlines: Deadlines
) -> Learned:
    """Start it, ask everything a few times, stop it; and again, since another process on another port may answer the
    same request with another body.

    Raises UsageError where nothing is left to ask, TargetFailed where it does not come up or answers with an error.
    """
    manifest = application.manifest
    offline = found_offline(wanted, application.private)
    cell = Cell(app=manifest.id, server=manifest.servers[0], workers=1, database="none", interpreter="any")
    launch = Launch(
        cell=cell,
        application=application,
        python=python,
        log=workdir / "service.log",
        shared=shared,
        deadlines=deadlines,
    )
    try:
        with launched(launch) as live:
            found = offline or found_live(live.target, wanted, workdir)
            requests, before, secrets = hide_secrets(found.requests, found.before)
            secrets |= given_values((*before, *requests), application.private)
            values = {name: value.get_secret_value() for name, value in secrets.items()}
            own = asyncio.run(_seen_of(live.target, manifest.own)) if manifest.own else None
            manifest = manifest.model_copy(update={"own": own})
            answers = learned(_knowing(live.target, own, values, before), requests, scenario=REQUESTS)
            _refuse_wrong(answers, manifest.id)
        known = replace(application, manifest=manifest, values=values)
        with launched(replace(launch, application=known, before=before)) as live:
            again = learned(live.target, requests, times=1, scenario=REQUESTS)
            _refuse_wrong(again, manifest.id)
    except TargetFailed as fault:
        raise _with_its_log(fault) from fault

    asked = [agreed(one, other) for one, other in zip(answers.requests, again.requests, strict=True)]
    return Learned(
        application=known,
        scenario=scenario_of(REQUESTS, "Requests", asked, before, Level(connections=wanted.connections)),
        found=replace(found, requests=requests, before=before),
        notices=(*found.notes, *answers.notices, *_left_out(found)),
    )


def _knowing(target: Target, own: OwnServer | None, values: Mapping[str, str], before: Sequence[Step]) -> Target:
    """With what is known of its server by now, and the values that its requests need."""
    known = target.model_copy(update={"values": values} | (_declared(own) if own else {}))
    return known.model_copy(update={"values": {**values, **captured(known, before)}})


def _left_out(found: FoundRequests) -> tuple[Notice, ...]:
    shown = "; ".join(map(str, found.left_out[:MOST_NAMED]))
    more = f"; and {len(found.left_out) - MOST_NAMED} more" if len(found.left_out) > MOST_NAMED else ""
    mend = "--save-requests FILE lists all of it"
    return (Notice(code="not-asked", seen=f"not asked: {shown}{more}", mend=mend),) if found.left_out else ()


def _refuse_wrong(answers: Answers, app: str) -> None:
    """Raise TargetFailed that names every request with an answer that cannot be right."""
    if answers.faults:
        raise TargetFailed(
            "\n".join(["these requests are not answered as they should be:", *(f"  {one}" for one in answers.faults)]),
            phase="verify",
            where=app,
            mend="correct the request, or say what is right: --expect 404, or expect in a file of requests",
        )


async def _seen_of(target: Target, own: OwnServer) -> OwnServer:
    """What its answers show of a server that nobody has described: the headers it sends, and whether it keeps a
    connection."""
    async with connected(target, ASK_S) as connection:
        if isinstance(connection, Fault):
            return own
        answer = await connection.ask(Request(path="/"), ASK_S)
        if not isinstance(answer, Response):
            return own
        sends = {"sends_date": bool(answer.all_of("date")), "sends_name": bool(answer.all_of("server"))}
        return own.model_copy(update={"keep_alive": connection.reusable, **sends})


def _declared(own: OwnServer) -> dict[str, bool]:
    return {"keep_alive": own.keep_alive, "sends_date": own.sends_date, "sends_name": own.sends_name}


def _with_its_log(fault: TargetFailed) -> TargetFailed:
    """Its log is removed with the folder that it lies in."""
    tail = "\n".join(fault.log_tail.splitlines()[-LAST_LINES:])
    mend = f"the end of its log:\n{tail}" if tail else fault.mend if "its log:" not in fault.mend else ""
    return TargetFailed(fault.what, phase=fault.phase, where=fault.where, mend=mend, log_tail=fault.log_tail)
