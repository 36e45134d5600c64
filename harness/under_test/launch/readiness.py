"""Proof that what answers on a port is the program we started, and nobody else."""

import asyncio
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.errors import TargetFailed
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.model.measured.machine import Identity
from harness.process.owned import OwnedProcess
from harness.under_test.launch.listening import Listener, listeners, owner
from harness.under_test.verify.exchange import connected

LOOK_AGAIN_S: Final = 0.02
LOOK_ELSEWHERE_S: Final = 1.0
ELSEWHERE_S: Final = 10.0
"""How long a program may listen on other ports alone: some open one for themselves before they load the application."""
LONGER: Final = "if it needs longer, give --start-timeout TIME, or start_timeout_s in its app.toml"
ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 (recognised here, never bound)


@dataclass(frozen=True)
class Deadlines:
    """Seconds each phase of a start may take. `ask_s` is for one attempt at a request."""

    listen_s: float = 60.0
    answer_s: float = 30.0
    ask_s: float = 10.0
    identify_s: float = 60.0

    @classmethod
    def within(cls, seconds: float) -> "Deadlines":
        """So many seconds for each phase of the start."""
        return cls(listen_s=seconds, answer_s=seconds, identify_s=seconds)


class PortTaken(TargetFailed):
    """Somebody else has the port."""


async def ready(
    process: OwnedProcess,
    target: Target,
    probe: Request,
    deadlines: Deadlines,
    *,
    identities: Path,
    workers: int,
    tls: ssl.SSLContext | None = None,
) -> tuple[tuple[Identity, ...], float]:
    """Wait until the program listens, answers `probe` (with whatever status: what is right is the verifier's business)
    and `workers` processes of its tree have said who they are. `tls`: it is asked over TLS. Returned: who they are, and
    when it first answered (monotonic seconds).

    Raises PortTaken where others listen on the port, else TargetFailed with the phase, the reason and the log's end.
    """
    await _listening(process, target, identities, deadlines.listen_s, tls)
    answered_at = await _answering(process, target, probe, identities, deadlines, tls=tls)
    found = await _identified(process, identities, workers, deadlines.identify_s)
    prove_ours(process, target)
    return found, answered_at


async def _listening(
    process: OwnedProcess, target: Target, identities: Path, within_s: float, tls: ssl.SSLContext | None
) -> None:
    """Until a connection is accepted, by the program itself. One that listens elsewhere is not waited for as long."""
    began = look_elsewhere = time.monotonic()
    elsewhere, alone_since = "", float("inf")
    while True:
        async with connected(target, 1.0, tls) as connection:
            accepted = not isinstance(connection, Fault)
        if accepted:
            return prove_ours(process, target)
        _refuse_the_hopeless(process, target, identities)
        now = time.monotonic()
        if now > look_elsewhere + LOOK_ELSEWHERE_S:
            look_elsewhere = now
            elsewhere = ", ".join(sorted({f"{one.ip}:{one.port}" for one in listeners(process.tree()) if one.pid}))
            alone_since = min(alone_since, now) if elsewhere else float("inf")
        if now > began + within_s or now > alone_since + ELSEWHERE_S:
            raise failure(
                process,
                "listen",
                f"it does not listen on {target.host}:{target.port}, the port that it was given, but on {elsewhere}"
                if elsewhere
                else f"it does not listen on {target.host}:{target.port} after {within_s:g} s; {LONGER}",
            )
        await asyncio.sleep(LOOK_AGAIN_S)


async def _answering(
    process: OwnedProcess,
    target: Target,
    probe: Request,
    identities: Path,
    deadlines: Deadlines,
    *,
    tls: ssl.SSLContext | None,
) -> float:
    """Until a whole HTTP response has come; the time it came at (monotonic seconds)."""
    end = time.monotonic() + deadlines.answer_s
    while True:
        answer = await _asked(target, probe, min(deadlines.ask_s, max(0.1, end - time.monotonic())), tls)
        if not isinstance(answer, Fault):
            return time.monotonic()
        _refuse_the_hopeless(process, target, identities)
        if time.monotonic() > end:
            asked = f"{probe.method} {probe.path}"
            raise failure(
                process,
                "answer",
                f"it accepts connections and does not answer {asked} in {deadlines.answer_s:g} s: {answer}; {LONGER}",
            )
        await asyncio.sleep(LOOK_AGAIN_S)


async def _asked(target: Target, probe: Request, within_s: float, tls: ssl.SSLContext | None) -> Response | Fault:
    async with connected(target, within_s, tls) as connection:
        return connection if isinstance(connection, Fault) else await connection.ask(probe, within_s)


async def _identified(process: OwnedProcess, folder: Path, workers: int, within_s: float) -> tuple[Identity, ...]:
    """Until that many living processes of the tree have written who they are."""
    end = time.monotonic() + within_s
    while len(found := identities_in(folder, process.tree())) < workers:
        if process.poll() is not None:
            raise died(process)
        if time.monotonic() > end:
            raise failure(
                process,
                "identify",
                f"{len(found)} of {workers} workers have loaded the application after {within_s:g} s; {LONGER}",
            )
        await asyncio.sleep(LOOK_AGAIN_S)
    return found


def identities_in(folder: Path, pids: Collection[int]) -> tuple[Identity, ...]:
    """What processes of the tree wrote, by pid; files of processes that are gone, or never were ours, do not count."""
    files = (folder / f"{pid}.json" for pid in sorted(pids))
    return tuple(Identity.model_validate_json(file.read_bytes()) for file in files if file.exists())


def _refuse_the_hopeless(process: OwnedProcess, target: Target, identities: Path) -> None:
    """An application that does not load will not come up, nor will a program that has ended; perhaps for its port."""
    failed = identities / "failed.json"
    if failed.exists():
        raise failure(process, "start", f"the application does not load: {json.loads(failed.read_bytes())}")
    if process.poll() is not None:
        prove_ours(process, target)
        if not is_free(target.host, target.port):
            raise PortTaken(
                f"port {target.port} of {target.host} was taken meanwhile", phase="listen", where=process.name
            )
        raise died(process)


def died(process: OwnedProcess) -> TargetFailed:
    """It ended by itself: how, and the last it said."""
    code, tail = process.poll(), process.log_tail()
    how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
    last = f": {tail.splitlines()[-1].strip()}" if tail else ", and its log is empty"
    return failure(process, "start", f"it {how}{last}")


def failure(process: OwnedProcess, phase: str, why: str, mend: str = "") -> TargetFailed:
    return TargetFailed(
        process.without_secrets(why),
        phase=phase,
        where=process.name,
        mend=mend or f"its log: {process.log}",
        log_tail=process.log_tail(),
    )


def prove_ours(process: OwnedProcess, target: Target) -> None:
    """Raise PortTaken where others listen on the target's port too (SO_REUSEPORT lets them), TargetFailed where the
    program itself listens on an address that other machines can reach."""
    found = listeners(process.tree())
    others = [one for one in found if not one.pid and reaches(target, one)]
    if others:  # or one of ours was born or has died between the two looks
        found = listeners(process.tree())
        others = [one for one in others if one in found]
    if others:
        raise PortTaken(
            f"port {target.port} of {target.host} is taken by {owner(others[0])}",
            phase="listen",
            where=process.name,
            mend="stop it, or choose another port",
        )
    exposed = sorted({f"{one.ip}:{one.port}" for one in found if one.pid and not stays_here(one, target)})
    if exposed:
        where = ", ".join(exposed)
        raise failure(
            process,
            "listen",
            f"it listens on {where}, which other machines can reach",
            f"bind to the host it is given, {target.host}, alone",
        )


def is_free(host: str, port: int) -> bool:
    """Whether a server could bind there now."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: a closed connection is no hindrance
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str) -> int:
    """A port nobody has at this moment; somebody may take it the next."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def reaches(target: Target, listener: Listener) -> bool:
    """Whether a connection to the target could end at this listener."""
    here = ANY_ADDRESS | {target.host, f"::ffff:{target.host}"}
    return listener.port == target.port and listener.ip in here


def stays_here(listener: Listener, target: Target) -> bool:
    """On loopback, or on the one address that was asked for."""
    address = ipaddress.ip_address(listener.ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or listener.ip == target.host
