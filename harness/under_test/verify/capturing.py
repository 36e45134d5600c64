"""Values of a live target's answers, captured before its requests are asked: log in once, send the token after."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from harness.contract.judge import content, other_status
from harness.contract.response import Response, clipped
from harness.model.asked.request import Request, Step
from harness.model.errors import TargetFailed
from harness.model.fault import Fault
from harness.model.foreign import redacted
from harness.model.measured.load import Target
from harness.under_test.verify.exchange import connected

DEADLINE_S: Final = 10.0
LONGEST: Final = 16_384
"""Characters of a value."""
PHASE: Final = "before"


class NotThere(Exception):
    """Why a value cannot be captured. The message holds nothing of the answer."""


def captured(target: Target, steps: Sequence[Step], *, deadline_s: float = DEADLINE_S) -> dict[str, str]:
    """Ask the steps in order, each on a connection of its own, and take their values: name -> value.

    A step may send what the target's `values` hold, and what an earlier one captured. Raises TargetFailed with the
    request, what was expected and what was got, without secrets; UsageError where a step needs a value that has none.
    """
    return asyncio.run(capture(target, steps, deadline_s=deadline_s))


async def capture(target: Target, steps: Sequence[Step], *, deadline_s: float = DEADLINE_S) -> dict[str, str]:
    """`captured`, inside an event loop."""
    values: dict[str, str] = {}
    for step in steps:
        known = target.model_copy(update={"values": {**target.values, **values}})
        answer = await asked_once(known, step.as_request(), deadline_s)
        values |= _values_of(step, answer, known)
    return values


async def asked_once(target: Target, request: Request, deadline_s: float) -> Response | Fault:
    """The answer to a request on a connection of its own, or what went wrong."""
    async with connected(target, deadline_s) as connection:
        return connection if isinstance(connection, Fault) else await connection.ask(request, deadline_s)


def _values_of(step: Step, answer: Response | Fault, target: Target) -> dict[str, str]:
    """Raises TargetFailed."""
    if isinstance(answer, Fault):
        raise _failed(step, target, str(answer))
    if not _is_right(step, answer.status):
        wanted = "200 to 299" if step.expect is None else str(step.expect)
        raise _failed(step, target, str(other_status(answer, wanted)))
    found: dict[str, str] = {}
    for name, place in step.capture.items():
        try:
            found[name] = value_at(place, answer, step.as_request())
        except NotThere as why:
            raise _failed(step, target, f"{{{{{name}}}}} cannot be captured from {place}: {why}") from None
    return found


def _is_right(step: Step, status: int) -> bool:
    return 200 <= status <= 299 if step.expect is None else status == step.expect


def _failed(step: Step, target: Target, why: str) -> TargetFailed:
    what = f"step {step.name}: {step.method} {clipped(step.path)}: {why}"
    return TargetFailed(
        redacted(what, target.secrets), phase=PHASE, where=target.cell, mend="see [[before]] of what is asked"
    )


def value_at(place: str, answer: Response, request: Request) -> str:
    """The value that lies at `json:user.token`, `header:X-Token` or `cookie:sessionid`. Raises NotThere."""
    kind, _, key = place.partition(":")
    value = {"json": _in_json, "header": _in_headers, "cookie": _in_cookies}[kind](key, answer, request)
    if not value:
        raise NotThere("it is empty")
    if len(value) > LONGEST:
        raise NotThere(f"it has more than {LONGEST:,} characters")
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise NotThere("it holds a line break or another control character")
    return value


def _in_headers(name: str, answer: Response, _: Request) -> str:
    values = answer.all_of(name.lower())
    if not values:
        raise NotThere("the answer has no such header")
    return values[0]


def _in_cookies(name: str, answer: Response, _: Request) -> str:
    """As it is sent back: quotes and escapes stay."""
    for line in answer.all_of("set-cookie"):
        cookies = SimpleCookie()
        try:
            cookies.load(line)
        except CookieError:
            continue
        if name in cookies:
            return cookies[name].coded_value
    raise NotThere("the answer sets no such cookie")


def _in_json(path: str, answer: Response, request: Request) -> str:
    body = content(answer, request)
    if not isinstance(body, bytes):
        raise NotThere("the body is compressed in a way that cannot be read")
    try:
        here: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise NotThere("the body is not JSON") from None
    so_far = "the body"
    for part in path.split("."):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(here):
            here = here[int(part[:9])]
        else:
            raise NotThere(f"{so_far} has no {part}{_instead(here)}")
        so_far = part
    if isinstance(here, bool):
        return "true" if here else "false"
    if isinstance(here, str | int | float):
        return str(here)
    raise NotThere("it is no text, number or truth value")


def _instead(here: Any) -> str:
    """The keys that are there: they are no secrets, their values may be."""
    return f"; there are: {clipped(', '.join(map(str, here)))}" if isinstance(here, Mapping) else ""
