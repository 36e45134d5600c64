"""Requests given on the command line: `--request 'GET /items/1' --expect 200`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import ValidationError

from harness.catalog.requests.found import FoundRequests, bounded, status_alone
from harness.model.asked.request import Request
from harness.model.errors import UsageError
from harness.model.given_file import shortened

WRITTEN: Final = re.compile(r"(?:(\d{1,9})\s+)?([A-Za-z]+)\s+(\S+)")
STATUS: Final = re.compile(r"[2-5]\d\d")


def from_options(requests: Sequence[str], expects: Sequence[str] = ()) -> FoundRequests:
    """Each request with its right status. `expects`: none (each answer of 200 to 299 is right, as it is seen), one for
    all requests, or one for each. Raises UsageError with all that is wrong."""
    faults = [fault for text in requests for fault in _request_faults(text)]
    faults += [f"--expect {shortened(text)}: not a status, such as 200" for text in expects if not is_status(text)]
    if len(expects) not in (0, 1, len(requests)):
        faults.append(f"--expect is given {len(expects)} times, --request {len(requests)} times")
    if faults:
        mend = "Write --request '3 GET /items/1' --expect 200: a weight of 1 to 100 (or none), a method, a path. "
        raise UsageError("\n".join(faults), mend=mend + "Give no --expect, one for all requests, or one for each.")
    wanted = list(expects) * len(requests) if len(expects) == 1 else list(expects)
    taken = [_request(text) for text in requests]
    if wanted:
        taken = [
            request.model_copy(update={"expect": status_alone(int(status))})
            for request, status in zip(taken, wanted, strict=True)
        ]
    return bounded(FoundRequests(tuple(taken)))


def is_status(text: str) -> bool:
    return STATUS.fullmatch(text) is not None


def _request_faults(text: str) -> Iterator[str]:
    where = f"--request {shortened(text)}"
    written = WRITTEN.fullmatch(text.strip())
    if written is None:
        yield f"{where}: not a method and a path"
        return
    if "://" in written[3].partition("?")[0]:
        yield f"{where}: give the path alone; requests go to 127.0.0.1"
        return
    try:
        request = _request(text)
    except ValidationError as error:
        for fault in error.errors():
            yield f"{where}: {'.'.join(map(str, fault['loc']))}: {shortened(fault['msg'])}"
        return
    for name in request.value_names:
        yield f"{where}: {{{{{name}}}}} has no value; a file of requests can capture one"


def _request(text: str) -> Request:
    """Raises ValidationError."""
    written = WRITTEN.fullmatch(text.strip())
    assert written is not None, "looked at before"
    return Request.model_validate(
        {"method": written[2].upper(), "path": written[3], "weight": int(written[1]) if written[1] else 1}
    )
