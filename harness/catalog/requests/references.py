"""`$ref` inside one OpenAPI document, and schemas of it that stand by themselves. Pure."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from harness.model.asked.request import MOST_SCHEMA

MOST_STEPS: Final = 20
"""From one reference to the next: more is a circle."""
MOST_LOOKS: Final = 2_000
"""At schemas, for one value."""
MOST_NODES: Final = 5_000
"""Of one schema, with all that it refers to."""

ONE_SCHEMA: Final = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems"}
    | {"unevaluatedProperties"}
)
SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SCHEMAS_BY_NAME: Final = frozenset({"properties", "dependentSchemas"})
VALUES: Final = frozenset(
    {"type", "enum", "const", "required", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"}
    | {"maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"}
    | {"dependentRequired", "maxContains", "minContains"}
)
"""What is kept of a schema. Its patterns are not: a regular expression of others can take minutes to look at a text."""


class Unresolved(Exception):
    """Why a reference leads nowhere."""


class Document:
    """An OpenAPI document. `is_31`: of version 3.1 or later, with plain JSON schemas."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root, self.is_31 = root, not str(root.get("openapi")).startswith("3.0")
        self._looks = 0

    def begin(self) -> None:
        """A value is looked for from here on."""
        self._looks = 0

    def look(self) -> None:
        """One more schema is looked at. Raises Unresolved where it is one too many: schemas may refer to each other in
        more ways than anybody can go through."""
        self._looks += 1
        if self._looks > MOST_LOOKS:
            raise Unresolved("its schemas are too intricate")

    def resolved(self, value: Any) -> Any:
        """The value, or what its `$ref` leads to. Raises Unresolved."""
        for _ in range(MOST_STEPS):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return value
            value = self.at(value["$ref"])
        raise Unresolved("its references go in a circle")

    def at(self, reference: str) -> Any:
        """What a JSON pointer names (RFC 6901). Raises Unresolved."""
        if reference != "#" and not reference.startswith("#/"):
            raise Unresolved(f"{reference} lies outside the document")
        here: Any = self.root
        for part in reference[2:].split("/") if len(reference) > 2 else ():
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict) and key in here:
                here = here[key]
            elif isinstance(here, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(here):
                here = here[int(key[:9])]
            else:
                raise Unresolved(f"{reference} is not in the document")
        return here

    def standalone(self, schema: Any) -> str:
        """A schema with all that it refers to, as the text of a JSON schema. Raises Unresolved where that is too large
        or refers to somewhere else."""
        return _Standalone(self).text(schema)


class _Standalone:
    def __init__(self, document: Document) -> None:
        self._document, self._nodes = document, 0
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []

    def text(self, schema: Any) -> str:
        root, definitions = self._kept(schema), {}
        while self._waiting:
            reference = self._waiting.pop()
            definitions[self._names[reference]] = self._kept(self._document.at(reference))
        if definitions:
            root |= {"$defs": definitions}
        text = json.dumps(root, separators=(",", ":"))
        if len(text) > MOST_SCHEMA:
            raise Unresolved(f"its JSON schema has more than {MOST_SCHEMA:,} characters")
        return text

    def _kept(self, schema: Any) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Unresolved("its JSON schema has too many parts")
        if not isinstance(schema, dict):
            return schema if isinstance(schema, bool) else True
        reference = schema.get("$ref")
        if isinstance(reference, str) and not self._document.is_31:
            return self._reference(reference)  # what stands beside it is ignored (OpenAPI 3.0.3, 4.7.23)
        kept = dict(self._parts(schema))
        if isinstance(reference, str):
            kept |= self._reference(reference)
        return kept if self._document.is_31 else _as_31(schema, kept)

    def _parts(self, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, value in schema.items():
            if key in VALUES:
                yield key, value
            elif key in ONE_SCHEMA:
                yield key, self._kept(value)
            elif key in SCHEMAS and isinstance(value, list):
                yield key, [self._kept(one) for one in value]
            elif key in SCHEMAS_BY_NAME and isinstance(value, dict):
                yield key, {name: self._kept(one) for name, one in value.items()}
        hidden = self._write_only(schema)
        if hidden and isinstance(schema.get("required"), list):
            yield "required", [one for one in schema["required"] if isinstance(one, str) and one not in hidden]

    def _write_only(self, schema: dict[str, Any]) -> set[str]:
        """Properties of requests alone: an answer need not have them."""
        properties = schema.get("properties")
        found = properties.items() if isinstance(properties, dict) else ()
        return {name for name, one in found if isinstance(one, dict) and one.get("writeOnly") is True}

    def _reference(self, reference: str) -> dict[str, Any]:
        if reference not in self._names:
            self._document.at(reference)
            self._names[reference] = str(len(self._names))
            self._waiting.append(reference)
        return {"$ref": f"#/$defs/{self._names[reference]}"}


def _as_31(schema: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """What OpenAPI 3.0 writes in its own way: null, and bounds that are not included."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(kept.get(exclusive), bool) and kept.pop(exclusive) and bound in kept:
            kept[exclusive] = kept.pop(bound)
    return {"anyOf": [{"type": "null"}, kept]} if schema.get("nullable") is True else kept
