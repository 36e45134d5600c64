"""The upstream that applications ask over HTTP: provisioned for the length of a with-block, asked and counted."""

import http.client
import json
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from harness import VERSION
from harness.contract.response import clipped
from harness.model.asked.request import Request
from harness.model.errors import EnvironmentRefused
from harness.model.fault import Fault
from harness.model.measured.audit import NOTHING, UPSTREAM, Counts
from harness.model.measured.campaign import ServiceFacts
from harness.process.environment import passed_on
from harness.process.folders import private_folder
from harness.process.owned import OwnedProcess
from harness.under_test.services.upstream_server import DELAY_S, SECRET, value_of

READY_S: Final = 30.0
ASKED_S: Final = 5.0
"""How long the question for its counters may take."""


@dataclass(frozen=True)
class CellsUpstream:
    """The upstream as one cell reaches it. `url`: a key is appended to it after a slash. `counts()`: requests so far;
    it raises EnvironmentRefused where the upstream does not say."""

    url: str
    counts: "Counters"
    secret: str = field(repr=False)

    def faults(self, request: Request, body: bytes) -> tuple[Fault, ...]:
        """What is wrong with a JSON body that answers the request, which names its key in the parameter `key`."""
        (key,) = parse_qs(urlsplit(request.path).query)["key"]
        expected = {"key": key, "value": value_of(self.secret, key)}
        if json.loads(body) == expected:
            return ()
        what = "the body is not what the upstream answers for this key"
        return (Fault(code="upstream-differs", what=what, expected=json.dumps(expected), seen=clipped(body)),)


@dataclass(frozen=True)
class Counters:
    """How often one cell asked, as a table's counters would say it: a request is a read."""

    upstream: "LiveUpstream"
    cell: str

    def __call__(self) -> Mapping[str, Counts]:
        asked = self.upstream.asked().get(self.cell, 0)
        return {UPSTREAM: NOTHING._replace(reads=asked)}


@dataclass(frozen=True)
class LiveUpstream:
    """An upstream that was seen to listen. `process`: its CPU time is the upstream's."""

    port: int
    process: OwnedProcess
    facts: ServiceFacts
    secret: str = field(repr=False)

    def of_cell(self, cell: str) -> CellsUpstream:
        """The upstream for one cell, by its id."""
        return CellsUpstream(f"http://127.0.0.1:{self.port}/{cell}", Counters(self, cell), self.secret)

    def asked(self) -> dict[str, int]:
        """Requests so far, by cell. Raises EnvironmentRefused where the upstream does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASKED_S)
        try:
            connection.request("GET", f"/{self.secret}")
            found: dict[str, int] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise EnvironmentRefused(
                f"the upstream does not say what it was asked: {fault or type(fault).__name__}",
                where=self.facts.name,
                mend="see its log, upstream.log; give --resume",
            ) from fault
        finally:
            connection.close()
        return found

    def gone(self) -> str:
        """Why it is no longer what was provisioned; empty while it is."""
        code = self.process.poll()
        return "" if code is None else f"it ended with code {code}; the end of its log:\n{self.process.log_tail(5)}"


@contextmanager
def upstream(workdir: Path, cpus: tuple[int, ...] = ()) -> Iterator[LiveUpstream]:
    """An upstream of its own, with a new secret, for the length of the with-block. `cpus`: logical CPUs it may use;
    none means any. Raises EnvironmentRefused where it does not come up."""
    secret = secrets.token_hex(16)
    with private_folder(workdir, UPSTREAM) as folder:
        port = folder / "port"
        argv = [sys.executable, "-m", "harness.under_test.services.upstream_server", str(port)]
        process = OwnedProcess(
            argv, name=UPSTREAM, log=workdir / "upstream.log", cpus=cpus, env={**passed_on(), SECRET: secret}
        )
        with process:
            yield LiveUpstream(_listening(process, port), process, _facts(), secret)


def _listening(process: OwnedProcess, port: Path) -> int:
    """The port that it wrote down."""
    deadline = time.monotonic() + READY_S
    while not port.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise EnvironmentRefused(
                f"the upstream does not start; the end of its log:\n{process.log_tail()}",
                where=str(process.log),
                mend="run again; if it happens again, report it with that log",
            )
        time.sleep(0.01)
    return int(port.read_text())


def _facts() -> ServiceFacts:
    settings = {"answers after": f"{1000 * DELAY_S:.0f} ms", "processes": "1"}
    return ServiceFacts(name="upstream", version=VERSION, source="the harness's own", settings=settings)
