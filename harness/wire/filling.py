"""Values that are known only while measuring, put in the place of their names. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from harness.model.asked.request import HEADER_VALUE, PLACEHOLDER, Asked
from harness.model.errors import UsageError

A = TypeVar("A", bound=Asked)
IN_PATH: Final = re.compile(r"[!-~]*")


def filled(request: A, values: Mapping[str, str]) -> A:
    """The request with every `{{name}}` replaced. What is put in is not looked at for names again.

    Raises UsageError where a name has no value, or a value would end the line it stands in.
    """
    if not (names := request.value_names):
        return request
    asked = f"{request.method} {request.path}"
    if missing := [name for name in names if name not in values]:
        raise UsageError(
            f"no value is called {missing[0]!r}",
            where=asked,
            mend=f"capture it before, or correct {{{{{missing[0]}}}}}",
        )

    def put_in(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: values[found[1]], text)

    for parts, allowed, where in (
        ([request.path], IN_PATH, "path"),
        (request.headers.values(), HEADER_VALUE, "header"),
    ):
        for name in _names(parts):
            if not allowed.fullmatch(values[name]):
                what = f"the value {name!r} holds a line break or another character that no {where} may hold"
                raise UsageError(what, where=asked, mend="capture another one, or send it in the body")
    headers = {name: put_in(value) for name, value in request.headers.items()}
    return request.model_copy(update={"path": put_in(request.path), "headers": headers, "body": put_in(request.body)})


def _names(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in PLACEHOLDER.findall(text)}
