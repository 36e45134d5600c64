"""An access log: its paths by their shares."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalog.requests.access_log import found_in, from_access_log, traffic_of
from harness.catalog.requests.found import FoundRequests
from harness.model.errors import UsageError

FORMATS = {
    "common": '10.0.0.1 - - [10/Oct/2024:13:55:36 +0000] "{}" {} 12',
    "combined": '10.0.0.1 - ada [10/Oct/2024:13:55:36 +0000] "{}" {} 12 "http://ref/" "Mozilla \\"x\\" [5]"',
    "virtual host": 'shop:80 10.0.0.1 - - [10/Oct/2024:13:55:36 +0000] "{}" {} - "-" "-"',
    "uvicorn": 'INFO:     127.0.0.1:54321 - "{}" {} OK',
    "uvicorn-dated": '2024-01-01 10:00:00 INFO:     127.0.0.1:54321 - "{}" {}',
}


def log(*asked: tuple[str, int, int], form: str = FORMATS["combined"]) -> list[bytes]:
    return [
        form.format(f"{line} HTTP/1.1", status).encode() + b"\n" for line, status, times in asked for _ in range(times)
    ]


def read(lines: list[bytes], most: int = 50) -> FoundRequests:
    return found_in(traffic_of(lines), most)


def asked(found: FoundRequests) -> list[tuple[int, str, int]]:
    return [(one.weight, f"{one.method} {one.path}", one.expect.status if one.expect else 0) for one in found.requests]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
def test_each_format_is_read(form: str) -> None:
    found = read(log(("GET /items/1?q=a%22b", 200, 3), ("HEAD /", 301, 1), form=form))
    assert asked(found) == [(3, "GET /items/1?q=a%22b", 200), (1, "HEAD /", 301)]


def test_shares_become_weights_of_1_to_100_and_a_round_has_at_most_500() -> None:
    found = read(log(("GET /a", 200, 1000), ("GET /b", 200, 500), ("GET /c", 200, 1)))
    assert asked(found) == [(100, "GET /a", 200), (50, "GET /b", 200), (1, "GET /c", 200)]
    many = read(log(*((f"GET /{n}", 200, 100) for n in range(40))))
    assert sum(one.weight for one in many.requests) <= 500
    assert "weights-reduced" in [note.code for note in many.notes]


def test_it_says_how_much_of_the_traffic_is_asked_and_what_could_not_be_read() -> None:
    found = read([*log(("GET /a", 200, 6), ("GET /b", 200, 3), ("POST /c", 201, 1)), b"garbage\n"], most=1)
    assert asked(found) == [(6, "GET /a", 200)]
    assert [note.seen for note in found.notes] == [
        "the most frequent requests are asked (1): 60.0% of the 10 in the log; less frequent: 1 others",
        "1 of 11 lines are no line of an access log",
    ]
    assert [str(one) for one in found.left_out] == ["POST (1 in the log): only GET and HEAD are asked"]


def test_the_status_seen_most_is_expected_and_not_modified_means_ok() -> None:
    found = read(log(("GET /a", 304, 5), ("GET /a", 404, 2), ("GET /b", 404, 1)))
    assert asked(found) == [(7, "GET /a", 200), (1, "GET /b", 404)]


def test_what_failed_or_was_asked_of_others_is_listed() -> None:
    lines = log(("GET /a", 503, 2), ("GET /b", 499, 1), ("GET http://other/x", 200, 1), ("GET /a|b{{token}}", 200, 1))
    assert [one.why for one in read(lines).left_out] == [
        "it was mostly answered with 503",
        "it holds {{...}}, which would stand for a captured value",
        "it was mostly answered with 499",
        "not a path: it was asked of another host, or of a proxy",
    ]


def test_a_log_without_requests_is_refused_with_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(b"\xff\xfe\n" * 3 + b"".join(log(("POST /", 200, 2))))
    with pytest.raises(UsageError, match="5 lines, 3 of them no line of an access log, 2 requests of other methods"):
        from_access_log(path)
    with pytest.raises(UsageError, match=r"gone\.log: cannot be read"):
        from_access_log(tmp_path / "gone.log")
    path.write_bytes(b"".join(log(("GET /", 200, 2))))
    assert asked(from_access_log(path)) == [(2, "GET /", 200)]


def test_a_log_beyond_its_bound_is_cut_and_said_to_be() -> None:
    lines = log(("GET /", 200, 10))
    traffic = traffic_of(lines, most_bytes=3 * len(lines[0]))
    assert (traffic.lines, traffic.cut) == (3, True)
    assert found_in(traffic, 50).notes[-1].seen == "only the first 3 lines were read: the log is very long"


LINES = st.binary(max_size=80) | st.text(st.sampled_from('] "GET /a\\{}1200HTP/.\r\x1b\u00e4'), max_size=60).map(
    lambda text: f'- - [x] "GET /{text}" 200 1'.encode()
)


@given(st.lists(LINES, max_size=10))
def test_any_lines_are_asked_listed_or_counted(lines: list[bytes]) -> None:
    traffic = traffic_of(lines)
    found = found_in(traffic, 50)
    read_ = sum(statuses.total() for statuses in traffic.statuses.values())
    assert traffic.unread + read_ + sum(traffic.unsafe.values()) == len(lines)
    assert all(str(one).isprintable() for one in found.left_out)
