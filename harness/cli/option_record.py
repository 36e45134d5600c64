"""A command's options as one frozen record, from one definition: the fields of a dataclass, annotated for typer."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

R = TypeVar("R")


def options_from(record: type[R]) -> Callable[[Callable[[R], int]], Callable[..., int]]:
    """Make of a function of a record a command that has an option for each field of the record."""
    assert is_dataclass(record)
    hints = get_type_hints(record, include_extras=True)
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(record)
    ]

    def command_of(function: Callable[[R], int]) -> Callable[..., int]:
        def command(**options: Any) -> int:
            return function(record(**options))

        command.__name__, command.__doc__ = function.__name__, function.__doc__
        command.__annotations__ = hints | {"return": int}
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return command_of
