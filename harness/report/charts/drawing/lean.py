"""What matplotlib writes and nobody sees, taken out of an SVG: most of its bytes."""

import re
import xml.etree.ElementTree as ET
from itertools import groupby
from typing import Final

_INHERITED: Final = frozenset(
    (
        *("fill", "font-size", "font-weight", "text-anchor"),
        *("stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-width"),
    )
)
"""Attributes that an element takes over from the group it is in."""


def make_lean(root: ET.Element, font_size: str) -> None:
    """Change the tree in place. `font_size` is set once, on the root."""
    _drop_unused_ids(root)
    for element in root.iter():
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        if element.get("font-size") == font_size:
            del element.attrib["font-size"]
    _unwrap(root)
    for parent in list(root.iter()):
        _share(parent)
    root.set("font-size", font_size)


def _drop_unused_ids(root: ET.Element) -> None:
    used = set(
        re.findall(r"#([\w-]+)", " ".join(value for element in root.iter() for value in element.attrib.values()))
    )
    for element in root.iter():
        if element.attrib.get("id") not in used:
            element.attrib.pop("id", None)


def _unwrap(parent: ET.Element) -> None:
    """Leave out what paints nothing, and groups that say nothing of their members."""
    members: list[ET.Element] = []
    for child in parent:
        _unwrap(child)
        if child.tag == "g" and not child.attrib:
            members += child
        elif not _unseen(child):
            members.append(child)
    parent[:] = members


def _share(parent: ET.Element) -> None:
    """Neighbours that look alike become a group that says so once."""
    members: list[ET.Element] = []
    for look, run in groupby(parent, key=_look):
        alike = list(run)
        if look and len(alike) > 1:
            group = ET.Element("g", dict(look))
            for member in alike:
                for name, _ in look:
                    del member.attrib[name]
            group.extend(alike)
            alike = [group]
        members += alike
    parent[:] = members


def _look(element: ET.Element) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in element.attrib.items() if name in _INHERITED))


def _unseen(element: ET.Element) -> bool:
    if element.tag in {"g", "defs"}:
        return not len(element)
    return element.tag == "path" and element.get("fill") == "none" and "stroke" not in element.attrib
