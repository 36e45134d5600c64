"""Response and expectation in, faults out. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from harness.contract.bodies import body_faults
from harness.contract.codings import codings_asked, unpacked
from harness.contract.headers import coding_of, header_faults
from harness.contract.response import Response, clipped
from harness.model.asked.request import Expectation, Level, Request
from harness.model.fault import Fault

Check = Callable[[bytes, Level], str | Fault | None]
BODYLESS: Final = frozenset({204, 304})
PLAIN: Final = Request(path="/")


def judge(
    response: Response,
    expect: Expectation,
    check: Check | None,
    level: Level,
    *,
    dated: bool = True,
    named: bool = True,
    request: Request = PLAIN,
) -> tuple[Fault, ...]:
    """Everything that is wrong with one response to `request`; empty when it is right. `dated`, `named`: whether
    the server sends a Date, and its name.

    `check` is the scenario's own, asked only of a body that the manifest finds nothing wrong with. A response of
    another status is an error page: nothing else of it is judged.
    """
    faults = head_faults(response, expect, dated=dated, named=named, request=request)
    if not expect.allows(response.status) or is_bodyless(request, response.status):
        return faults
    body = content(response, request)
    if isinstance(body, Fault):
        return (*faults, body)
    if body is not None:  # a compression that was not asked for is not unpacked to look for more
        faults += tuple(body_faults(body, expect))
    return faults or tuple(_check_faults(body or b"", check, level))


def head_faults(
    response: Response,
    expect: Expectation,
    *,
    dated: bool = True,
    named: bool = True,
    request: Request = PLAIN,
) -> tuple[Fault, ...]:
    """What status and headers alone show to be wrong."""
    if not expect.allows(response.status):
        return (other_status(response, expect.statuses),)
    codings, bodyless = codings_asked(request), is_bodyless(request, response.status)
    return tuple(
        header_faults(response, expect.content_type, dated=dated, named=named, codings=codings, bodyless=bodyless)
    )


def is_bodyless(request: Request, status: int) -> bool:
    """Whether no body comes, whatever the headers say of one (RFC 9112, 6.3)."""
    return request.method == "HEAD" or status in BODYLESS


def content(response: Response, request: Request) -> bytes | Fault | None:
    """The body without a compression that was asked for; None where it has one that was not."""
    coding = coding_of(response)
    if not coding:
        return response.body
    if coding.lower() not in codings_asked(request):
        return None
    try:
        return unpacked(response.body, coding)
    except ValueError as error:
        return Fault(code="compression-broken", what=f"the compressed body cannot be read: {error}")


def checked(check: Callable[..., str | Fault | None], *arguments: object) -> Fault | None:
    """What a scenario's check says; when the body made it raise, that is the fault."""
    try:
        found = check(*arguments)
    except Exception as error:  # noqa: BLE001 - a check is foreign code, and what it stumbles over is the body
        what = f"the scenario's check could not read it: {type(error).__name__}: {error}"
        return Fault(code="check-raised", what=what)
    return Fault(code="check-failed", what=found) if isinstance(found, str) else found


def other_status(response: Response, expected: str) -> Fault:
    """That the status is not the expected one. A redirect says where to."""
    places = [f"Location: {clipped(place)}" for place in response.all_of("location")]
    seen = ", ".join([str(response.status), *places, clipped(response.body)])
    return Fault(code="status-differs", what="status", expected=expected, seen=seen)


def _check_faults(body: bytes, check: Check | None, level: Level) -> Iterator[Fault]:
    if check and (fault := checked(check, body, level)):
        yield fault.model_copy(update={"seen": fault.seen or clipped(body)})
