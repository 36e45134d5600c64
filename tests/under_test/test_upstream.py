"""The upstream itself: its delay, its numbers, its counters, hostile clients, and that it ends."""

import asyncio
import http.client
import json
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.model.asked.request import Request
from harness.model.errors import EnvironmentRefused
from harness.process.owned import OwnedProcess
from harness.under_test.services.upstream import LiveUpstream, upstream
from harness.under_test.services.upstream_server import DELAY_S, MOST_REQUEST


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveUpstream]:
    with upstream(tmp_path_factory.mktemp("upstream")) as live:
        yield live


def asked(live: LiveUpstream, *paths: str) -> list[tuple[int, bytes]]:
    """Status and body of each, over one kept connection."""
    with closing(http.client.HTTPConnection("127.0.0.1", live.port)) as connection:
        answers = []
        for path in paths:
            connection.request("GET", path)
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))
    return answers


def test_it_answers_what_only_it_knows_and_counts_each_cell_by_itself(live: LiveUpstream) -> None:
    one, other = live.of_cell("one"), live.of_cell("other")
    ((_, first), (_, again), (_, another)) = asked(live, "/one/a", "/one/a", "/other/b")
    assert first == again
    assert json.loads(first)["key"] == "a"
    assert one.faults(Request(path="/wait?key=a"), first) == ()
    (fault,) = one.faults(Request(path="/wait?key=a"), another)
    assert fault.code == "upstream-differs"
    assert (one.counts()["upstream"].reads, other.counts()["upstream"].reads) == (2, 1)


def test_two_upstreams_know_different_numbers(live: LiveUpstream, tmp_path: Path) -> None:
    with upstream(tmp_path) as other:
        assert asked(live, "/x/a") != asked(other, "/x/a")


def test_no_answer_comes_early_and_a_thousand_wait_at_the_same_time(live: LiveUpstream) -> None:
    async def one(key: int) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        began = time.monotonic()
        writer.write(f"GET /many/{key} HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"}")
        writer.close()
        return time.monotonic() - began

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(one(key) for key in range(1000)))

    took = asyncio.run(all_of_them())
    assert min(took) >= DELAY_S
    assert statistics.median(took) < 1000 * DELAY_S / 10, "one after another they would take 50 s"


def test_requests_that_come_in_pieces_or_together_are_each_answered(live: LiveUpstream) -> None:
    with socket.create_connection(("127.0.0.1", live.port)) as client:
        client.sendall(b"GET /pieces/a HT")
        client.sendall(b"TP/1.1\r\n\r\nGET /pieces/b HTTP/1.1\r\n\r\n")
        seen = b""
        while seen.count(b"}") < 2:
            seen += client.recv(4096)
    assert seen.index(b'"a"') < seen.index(b'"b"')


@pytest.mark.parametrize("sent", [b"x" * 2 * MOST_REQUEST, b"\xff\xfe\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_does_not_end_it(live: LiveUpstream, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", live.port)) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    ((status, _),) = asked(live, "/after/a")
    assert status == 200


def test_a_client_that_leaves_before_its_answer_harms_nobody(live: LiveUpstream) -> None:
    with socket.create_connection(("127.0.0.1", live.port)) as client:
        client.sendall(b"GET /gone/a HTTP/1.1\r\n\r\n")
    ((status, _),) = asked(live, "/gone/b")
    assert status == 200


def test_only_the_secret_opens_the_counters(live: LiveUpstream) -> None:
    ((status, body),) = asked(live, "/counters")
    assert (status, body) == (404, b"")


def test_it_has_ended_after_the_with_block_and_says_so_where_it_ends_before(tmp_path: Path) -> None:
    with upstream(tmp_path) as live:
        assert live.gone() == ""
        live.process.stop()
        assert "it ended with code" in live.gone()
        with pytest.raises(EnvironmentRefused, match="does not say what it was asked"):
            live.asked()
    assert isinstance(live.process, OwnedProcess)
    assert live.process.tree() == ()
