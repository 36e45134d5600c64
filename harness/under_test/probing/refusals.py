"""What an answer to wrong data looks like: its status and type, and how it names the field."""

from collections.abc import Iterator
from typing import Any, Final

from harness.contract.bodies import strict_json
from harness.contract.response import Response
from harness.model.fault import Fault
from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import Site, answered, asked, seen, unanswered, unknown

SCENARIO: Final = "validate"


async def validation_error(site: Site) -> Probed:
    """One of the broken orders of the scenario, which says what field is wrong."""
    probe: Final = "validation-error"
    if SCENARIO not in site.scenarios:
        return unanswered(probe, SCENARIO)
    broken = (one for one in site.scenarios[SCENARIO].requests if one.expect and one.expect.status >= 400)
    request = next((one for one in broken if one.expect and one.expect.holds), None)
    if request is None or request.expect is None or request.expect.holds is None:
        return unknown(probe, "the scenario has no broken request that names a field")
    answer = await site.ask(request)
    evidence = Evidence(sent=f"{asked(request)}\nwrong in it: {request.expect.holds}", got=seen(answer))
    if isinstance(answer, Fault):
        return unknown(probe, "no answer", evidence)
    if not 400 <= answer.status < 500:
        return answered(probe, False, evidence, how=f"status {answer.status}")
    return Probed(probe=probe, answer="measured", how=form_of(answer, request.expect.holds), evidence=(evidence,))


def form_of(answer: Response, field: str) -> str:
    """Status, media type, and where the field is named."""
    types = [value for name, value in answer.headers if name.lower() == "content-type"]
    return f"{answer.status} {types[0].split(';')[0] if types else 'without a type'}; {_named(answer.body, field)}"


def _named(body: bytes, field: str) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    try:
        found = next(places_of(strict_json(text), field), None)
    except (ValueError, RecursionError):
        found = None
    if found:
        return f"{field} named at {found}"
    return f"{field} named in the text" if field in text else f"{field} not named"


def places_of(value: Any, field: str, path: str = "$") -> Iterator[str]:
    """Where a JSON value names the field: as a key, in a list of names, or in a text; the keys first."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if field in str(key):
                yield f"{path}.{key} as a key"
            yield from places_of(inner, field, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places_of(inner, field, f"{path}[{number}]")
    elif isinstance(value, str) and field in value:
        yield f"{path}" if value == field else f"{path}, in a text"
