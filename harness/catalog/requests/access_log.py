"""Requests from an access log: which paths are asked, and how often."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.catalog.fault import shown
from harness.catalog.requests.found import (
    MOST_REQUESTS,
    FoundRequests,
    LeftOut,
    bounded,
    left_out,
    shares_as_weights,
    status_alone,
)
from harness.catalog.requests.reading import made_request
from harness.model.asked.request import Request
from harness.model.errors import UsageError
from harness.model.given_file import Unreadable, refuse_unreadable
from harness.model.notice import Notice

LINE: Final = re.compile(r'(?:\]|-) "([A-Z]{1,20}) (\S{1,8000})(?: HTTP/\d(?:\.\d)?)?" ([1-5]\d{2})(?:[ \r\n]|$)')
"""Common and combined format (nginx, Apache, gunicorn) have a date in brackets before the request, uvicorn a dash."""
MOST_BYTES: Final = 1024 * 1024 * 1024
LONGEST_LINE: Final = 32_768
MOST_DIFFERENT: Final = 100_000
"""Different requests that are counted one by one: those that are new beyond it are many and rare."""
SAFE: Final = frozenset({"GET", "HEAD"})
OF_THE_MOMENT: Final = frozenset({408, 429, 499})
"""Statuses that say something of the client or the moment, not of the request."""


@dataclass
class Traffic:
    """What the lines of a log say. `beyond`: requests that were too many kinds to count one by one."""

    statuses: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    lines: int = 0
    unread: int = 0
    unsafe: Counter[str] = field(default_factory=Counter)
    beyond: int = 0
    cut: bool = False


def from_access_log(path: Path, most: int = MOST_REQUESTS) -> FoundRequests:
    """The `most` frequent requests of GET and HEAD, by their shares. Raises UsageError where the log holds none."""
    try:
        refuse_unreadable(path)
        with path.open("rb") as file:
            traffic = traffic_of(iter(lambda: file.readline(LONGEST_LINE), b""))
    except (Unreadable, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot be read: {reason}", where=shown(path), mend="Give an access log.") from None
    found = found_in(traffic, min(most, MOST_REQUESTS))
    if not found.requests:
        raise UsageError(
            f"holds no request that can be asked: {traffic.lines:,} lines, {traffic.unread:,} of them no line of an "
            f"access log, {sum(traffic.unsafe.values()):,} requests of other methods than GET and HEAD",
            where=shown(path),
            mend="Give a log in the common or combined format (nginx, Apache, gunicorn), or one of uvicorn.",
        )
    return found


def traffic_of(lines: Iterable[bytes], most_bytes: int = MOST_BYTES) -> Traffic:
    """Counts what stands in the lines, as far as `most_bytes` reach."""
    traffic, size = Traffic(), 0
    for line in lines:
        size += len(line)
        if size > most_bytes:
            traffic.cut = True
            break
        traffic.lines += 1
        found = LINE.search(line.decode("utf-8", "replace"))
        if found is None:
            traffic.unread += 1
        elif found[1] not in SAFE:
            traffic.unsafe[found[1]] += 1
        else:
            _count(traffic, (found[1], found[2]), int(found[3]))
    return traffic


def _count(traffic: Traffic, asked: tuple[str, str], status: int) -> None:
    if asked not in traffic.statuses and len(traffic.statuses) >= MOST_DIFFERENT:
        traffic.beyond += 1
        return
    traffic.statuses.setdefault(asked, Counter())[status] += 1


def found_in(traffic: Traffic, most: int) -> FoundRequests:
    """The most frequent requests, each expected to be answered as it mostly was."""
    by_count = sorted(traffic.statuses.items(), key=lambda item: (-item[1].total(), item[0]))
    taken: list[tuple[Request, int]] = []
    dropped: list[LeftOut] = []
    rare = 0
    for (method, path), statuses in by_count:
        if len(taken) == most:
            rare += 1
            continue
        made = _made(method, path, statuses)
        if isinstance(made, LeftOut):
            dropped.append(made)
        else:
            taken.append((made, statuses.total()))
    dropped += [
        left_out(f"{method} ({count:,} in the log)", "only GET and HEAD are asked")
        for method, count in traffic.unsafe.most_common(20)
    ]
    weights = shares_as_weights([count for _, count in taken])
    requests = tuple(
        request.model_copy(update={"weight": weight}) for (request, _), weight in zip(taken, weights, strict=True)
    )
    notes = tuple(_notes(traffic, sum(count for _, count in taken), len(taken), rare))
    return bounded(FoundRequests(requests, (), tuple(dropped), notes))


def _made(method: str, path: str, statuses: Counter[int]) -> Request | LeftOut:
    asked = f"{method} {path} ({statuses.total():,} in the log)"
    ((status, _),) = statuses.most_common(1)
    if not path.startswith("/"):
        return left_out(asked, "not a path: it was asked of another host, or of a proxy")
    if status == 304:  # an answer to a condition, which is not asked here
        status = 200
    if status < 200 or status >= 500 or status in OF_THE_MOMENT:
        return left_out(asked, f"it was mostly answered with {status}")
    return made_request(asked, method=method, path=path.partition("#")[0], expect=status_alone(status))


def _notes(traffic: Traffic, asked: int, kinds: int, rare: int) -> Iterator[Notice]:
    read = traffic.lines - traffic.unread
    share = asked / read if read else 0.0
    seen = f"the most frequent requests are asked ({kinds}): {share:.1%} of the {read:,} in the log"
    more = rare + (traffic.beyond > 0)
    yield Notice(code="share-of-the-log", seen=seen + (f"; less frequent: {rare:,} others" if more else ""))
    if traffic.unread:
        yield Notice(
            code="lines-not-read", seen=f"{traffic.unread:,} of {traffic.lines:,} lines are no line of an access log"
        )
    if traffic.cut:
        yield Notice(code="log-cut", seen=f"only the first {traffic.lines:,} lines were read: the log is very long")
