"""What right answers of an application look like, where nobody says so: seen at a live target."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harness.catalog.requests.found import is_json_type
from harness.catalog.requests.secrets import shows_a_secret
from harness.contract.bodies import strict_json
from harness.contract.judge import content, is_bodyless, judge, other_status
from harness.contract.response import Response, clipped
from harness.model.asked.request import Expectation, Form, Level, Request
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.model.notice import Notice
from harness.under_test.verify.capturing import DEADLINE_S, asked_once
from harness.under_test.verify.examiner import without_values
from harness.under_test.verify.probes import ContractFault

TIMES: Final = 3
APART_S: Final = 1.1
"""From the first time to the last: a body that tells the time of day, to the second, is seen to change."""
MOST_BODY: Final = 64 * 1024
"""Bytes of a body that is kept and compared."""
LEVEL: Final = Level(connections=1)


@dataclass(frozen=True)
class Learned:
    """`requests`: those without a fault, each with what its right answer is. `faults`: of the others."""

    requests: tuple[Request, ...]
    faults: tuple[ContractFault, ...] = ()
    notices: tuple[Notice, ...] = ()


def learned(
    target: Target,
    requests: Sequence[Request],
    times: int = TIMES,
    *,
    scenario: str = "requests",
    deadline_s: float = DEADLINE_S,
) -> Learned:
    """Ask each request so many times, and say what its right answer is: status, content type, and the body where it was
    the same bytes each time. Takes APART_S seconds, or longer.

    The status is the wanted one, else the one of 200 to 399 that was seen; any other is a fault. An answer that its
    expectation contradicts (a JSON schema, say) is one too. Raises UsageError where a request needs a value that the
    target has none for.
    """
    series = asyncio.run(_answers(target, requests, max(1, times), deadline_s))
    taken: list[Request] = []
    faults: list[ContractFault] = []
    notices: list[Notice] = []
    for request, answers in zip(requests, series, strict=True):
        found = expectation_of(request, answers, target.secrets)
        wrong = (found,) if isinstance(found, Fault) else _wrong(request, answers, found, target)
        asked = f"{request.method} {clipped(request.path)}"
        if wrong:
            faults += [
                ContractFault(scenario=scenario, request=asked, fault=fault) for fault in without_values(wrong, target)
            ]
        elif isinstance(found, Expectation):
            # The answers fit the schema, and a body that is known says more.
            found = found.model_copy(update={"json_schema": None}) if found.fixed else found
            taken.append(request.model_copy(update={"expect": found}))
            notices += [grows] if (grows := growing(asked, answers)) else []
    return Learned(tuple(taken), tuple(faults), tuple(notices))


async def _answers(
    target: Target, requests: Sequence[Request], times: int, deadline_s: float
) -> list[list[Response | Fault]]:
    """The answers to each request. All are asked in turn: in between, the others are."""
    series: list[list[Response | Fault]] = [[] for _ in requests]
    began = time.monotonic()
    for number in range(times):
        if number and number == times - 1:
            await asyncio.sleep(max(0.0, began + APART_S - time.monotonic()))
        for request, answers in zip(requests, series, strict=True):
            if not (answers and isinstance(answers[-1], Fault)):
                answers.append(await asked_once(target, request, deadline_s))
        if number == 0:
            began = time.monotonic()
    return series


def expectation_of(
    request: Request, answers: Sequence[Response | Fault], secrets: Sequence[str] = ()
) -> Expectation | Fault:
    """What all these answers have in common, as far as the request does not say it itself; or what is wrong. Pure.

    Of one whose expectation gives a body, or the form `any`, only the content type is learned.
    """
    responses = [answer for answer in answers if isinstance(answer, Response)]
    for answer in answers:
        if isinstance(answer, Fault):
            return answer
    wanted, first = request.expect, responses[0]
    status = wanted.status if wanted else first.status
    for answer in responses:
        if answer.status != status or (wanted is None and not 200 <= status <= 399):
            expected = str(wanted.status) if wanted else str(status) if status <= 399 else "one of 200 to 399"
            return other_status(answer, expected)
    if wanted and (wanted.body is not None or wanted.form == "any"):
        return wanted.model_copy(update={"content_type": wanted.content_type or content_type_of(responses)})
    expect = Expectation(
        status=status,
        content_type=(wanted.content_type if wanted else "") or content_type_of(responses),
        form=wanted.form if wanted else "text",
        json_schema=wanted.json_schema if wanted else None,
    )
    if is_bodyless(request, status):
        return expect.model_copy(update={"form": "any", "json_schema": None})
    return _with_body(request, responses, expect, secrets)


def agreed(first: Request, second: Request) -> Request:
    """What was learned of a request from one start of the application and from another: a body that changes with the
    process or its port is none that must come. Pure."""
    here, there = first.expect, second.expect
    if here is None or there is None or here == there:
        return first
    loose = here.model_copy(
        update={
            "form": here.form if here.form == there.form else "any",
            "content_type": here.content_type if here.content_type == there.content_type else "",
        }
    )
    return with_any_body(first.model_copy(update={"expect": loose}))


def with_any_body(request: Request) -> Request:
    """With the same right status and type, and no certain body; one of JSON must still be JSON."""
    if request.expect is None:
        return request
    form: Form = "json" if request.expect.form == "json" else "any"
    expect = request.expect.model_copy(update={"body": None, "fixed": False, "form": form})
    return request.model_copy(update={"expect": expect})


def content_type_of(responses: Sequence[Response]) -> str:
    """The content type of all of them; empty where they have none, or several."""
    given = {response.all_of("content-type") for response in responses}
    (values,) = given if len(given) == 1 else ((),)
    return values[0] if len(values) == 1 else ""


def _with_body(
    request: Request, responses: Sequence[Response], expect: Expectation, secrets: Sequence[str]
) -> Expectation:
    """With the body where it never changes and is no secret; else with its form alone."""
    bodies = {content(response, request) for response in responses}
    texts = [text_of(body) for body in bodies if isinstance(body, bytes)]
    form: Form = expect.form if expect.form != "text" else "any"
    if expect.json_schema is None and is_json_type(expect.content_type):
        form = "json" if all(text is not None and is_right_json(text) for text in texts) else form
    (text,) = texts if len(texts) == len(bodies) == 1 else (None,)
    if (
        text is None
        or len(text.encode()) > MOST_BODY
        or any(secret in text for secret in secrets)
        or shows_a_secret(text)
    ):
        return expect.model_copy(update={"form": form})
    form = form if form == "json" else "text"
    return expect.model_copy(update={"form": form, "body": text, "fixed": True})


def text_of(body: bytes) -> str | None:
    """None where it is no text in UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_right_json(text: str) -> bool:
    try:
        strict_json(text)
    except (ValueError, RecursionError):
        return False
    return True


def _wrong(
    request: Request, answers: Sequence[Response | Fault], expect: Expectation, target: Target
) -> tuple[Fault, ...]:
    """The faults of the first answer that has some."""
    for answer in answers:
        assert isinstance(answer, Response), "looked at before"
        faults = judge(answer, expect, None, LEVEL, dated=target.sends_date, named=target.sends_name, request=request)
        if faults:
            return faults
    return ()


def growing(asked: str, answers: Sequence[Response | Fault]) -> Notice | None:
    """That answers get longer each time, so that no figure would hold; None where they do not."""
    sizes = [len(answer.body) for answer in answers if isinstance(answer, Response)]
    if len(sizes) < TIMES or any(later <= sooner for sooner, later in pairwise(sizes)):
        return None
    seen = f"{asked}: each answer is longer than the one before ({', '.join(f'{size:,}' for size in sizes)} bytes)"
    return Notice(code="answers-grow", seen=seen, mend="let it keep less, or reset it before each block")
