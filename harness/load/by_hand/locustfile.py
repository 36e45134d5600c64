"""Any scenario as a plain Locust file, to look at a server by hand with Locust's own web page:

    locust -f harness/load/by_hand/locustfile.py --scenario json --host http://127.0.0.1:8000

Users are connections. All that Locust offers works (users, --headless, --processes, --master, --worker, its charts);
requests go through the harness's engine and are judged as in a campaign. It is a look, not a measurement: there are no
rotations, no burn-in, no intervals.
"""

import logging
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import gevent
from gevent.event import AsyncResult
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopTest

from harness.catalog.scenarios import Scenario, find_scenarios
from harness.load.by_hand.stream import Stream
from harness.load.engine.connections.base import Connection
from harness.load.locust_side.tally import merge_into
from harness.load.open_files import raise_limit
from harness.model.errors import ExitCode
from harness.model.measured.load import Target

SCENARIOS: Final = Path("scenarios")
REPORT_S: Final = 0.5
STREAMS: dict[Environment, Stream] = {}

log = logging.getLogger(__name__)


def count_from_now(**_: Any) -> None:
    """Imports take seconds, while which gevent's clock stands still: a short --run-time would be over at its start."""
    gevent.get_hub().loop.update_now()


def add_options(parser: Any) -> None:
    """The scenarios of the folder `scenarios/`, chosen on the command line or on Locust's page."""
    names = [scenario.id for scenario in find_scenarios(SCENARIOS)]
    parser.add_argument("--scenario", choices=names, default=names[0], help="What is asked of the server")


def begin(environment: Environment, **_: Any) -> None:
    """Look at what was chosen."""
    raise_limit()
    assert environment.parsed_options is not None
    scenario = next(s for s in find_scenarios(SCENARIOS) if s.id == environment.parsed_options.scenario)
    environment.process_exit_code = int(ExitCode.USAGE)  # unless the host turns out right
    STREAMS[environment] = stream_of(scenario, environment.host or "")
    environment.process_exit_code = None
    gevent.spawn(report, environment, STREAMS[environment])


def end(environment: Environment, **_: Any) -> None:
    """The last of the figures."""
    stream = STREAMS.pop(environment, None)
    if stream is not None:
        tell(environment, stream)


class Visitor(User):
    """One connection, asking again as soon as it is answered."""

    @task
    def ask(self) -> None:
        stream = STREAMS[self.environment]
        connection: Connection = stream.join()
        try:
            AsyncResult().get()  # until Locust kills the greenlet
        finally:
            stream.leave(connection)


def stream_of(scenario: Scenario, host: str) -> Stream:
    """The scenario at its ranking level. Raises StopTest where `host` is no http address."""
    try:
        url = urlsplit(host)
        port = url.port or 80
    except ValueError:
        url, port = urlsplit(""), 0
    if url.scheme != "http" or url.hostname is None:
        raise StopTest(f"--host {host!r} is not an address such as http://127.0.0.1:8000")
    target = Target(cell=url.netloc, host=url.hostname, port=port, sends_date=False)  # nobody says whether it does
    return Stream(target, scenario.for_driver, scenario.manifest.rank.at)


def report(environment: Environment, stream: Stream) -> None:
    """Keep Locust's figures up to date while the test runs."""
    while STREAMS.get(environment) is stream:
        gevent.sleep(REPORT_S)
        tell(environment, stream)


def tell(environment: Environment, stream: Stream) -> None:
    """What happened since the last time: figures to Locust, the first faults to the log."""
    merge_into(environment.stats, stream.taken(), stream.name)
    for fault in stream.take_faults():
        log.warning("%s", fault)


hooks: Any = events  # Locust's own are untyped
hooks.init_command_line_parser.add_listener(add_options)
hooks.init.add_listener(count_from_now)
hooks.test_start.add_listener(begin)
hooks.test_stop.add_listener(end)
