"""Judges an OpenAPI document by openapi-spec-validator: `python -m harness.under_test.probing.openapi_judge FILE`.

A program of its own, so that a document that takes too long can be ended, and opens no connection whatever it refers
to. Prints one JSON document: `version`, and `faults`, none where the document is valid.
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from harness.contract.bodies import strict_json

MOST_FAULTS: Final = 5
FORBIDDEN: Final = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system")


def no_connections(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook (PEP 578). The validator reads its own schemas by file URLs; no document gets that far."""
    if event in FORBIDDEN and not (event == "urllib.Request" and str(given[0]).startswith("file:")):
        raise PermissionError(f"the document makes its validator do this: {event}")


def faults_of(document: Any) -> Iterator[str]:
    """What is wrong with it, in words; a reference to another document is not followed."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415 - half a second

    if not isinstance(document, dict):
        yield "it is no object"
        return
    elsewhere = sorted({reference for reference in references(document) if not reference.startswith("#")})
    if elsewhere:
        yield f"it refers to other documents, which are not read: {', '.join(elsewhere[:MOST_FAULTS])}"
        return
    declared = str(document.get("openapi"))
    kinds = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    kind = kinds.get(declared[:3])
    if kind is None:
        yield f"openapi is {declared[:20]!r}, and neither 3.0 nor 3.1"
        return
    for fault in kind(document).iter_errors():
        yield f"{'.'.join(map(str, fault.absolute_path)) or 'the document'}: {fault.message}"


def references(value: Any) -> Iterator[str]:
    """Every $ref in it."""
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def main(file: str) -> None:
    sys.addaudithook(no_connections)
    faults = []
    try:
        for fault in faults_of(strict_json(Path(file).read_text(encoding="utf-8"))):
            faults.append(fault[:400])
            if len(faults) == MOST_FAULTS:
                break
    except (ValueError, RecursionError, PermissionError, OSError, LookupError, TypeError, AttributeError) as error:
        faults.append(f"it cannot be read: {type(error).__name__}: {str(error)[:400]}")
    sys.stdout.write(json.dumps({"version": version("openapi-spec-validator"), "faults": faults}))


if __name__ == "__main__":
    main(sys.argv[1])
