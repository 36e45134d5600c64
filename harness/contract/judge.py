"""Response and expectation in, faults out. Pure."""

from collections.abc import Callable, Iterator

from harness.contract.bodies import body_faults
from harness.contract.headers import coding_of, header_faults
from harness.contract.response import Fault, Response, clipped
from harness.model.scenario import Expectation, Level

Check = Callable[[bytes, Level], str | None]


def judge(
    response: Response, expect: Expectation, check: Check | None, level: Level, *, dated: bool = True
) -> tuple[Fault, ...]:
    """Everything that is wrong with one response; empty when it is right. `dated`: whether the server sends a Date.

    `check` is the scenario's own, asked only of a body that the manifest finds nothing wrong with. A response of
    another status is an error page: nothing else of it is judged.
    """
    if response.status != expect.status:
        seen = f"{response.status}, {clipped(response.body)}"
        return (Fault(what="status", expected=str(expect.status), seen=seen),)
    faults = tuple(header_faults(response, expect.content_type, dated=dated))
    if not coding_of(response):  # a compressed body is not unpacked to look for more
        faults += tuple(body_faults(response.body, expect))
    return faults or tuple(_check_faults(response.body, check, level))


def _check_faults(body: bytes, check: Check | None, level: Level) -> Iterator[Fault]:
    if check and (fault := checked(check, body, level)):
        yield Fault(what=fault, seen=clipped(body))


def checked(check: Callable[..., str | None], *arguments: object) -> str | None:
    """What a scenario's check says; when the body made it raise, that is the fault."""
    try:
        return check(*arguments)
    except Exception as error:  # noqa: BLE001 - a check is foreign code, and what it stumbles over is the body
        return f"the scenario's check could not read it: {type(error).__name__}: {error}"
