"""Enough of a document tree to ask a page what it says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest

VOID = {"meta", "link", "input", "br", "hr", "img"}


def as_written(value: Any) -> Any:
    """What equals a number, or several, in the page's attributes: they have six significant digits."""
    if isinstance(value, list):
        return [as_written(each) for each in value]
    return None if value is None else pytest.approx(value, rel=1e-5)


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str, **wanted: str) -> list["Element"]:
        """Elements of a tag; `class_` asks for one class among several, `_` stands for a hyphen."""
        named = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [element for element in self.walk() if element.tag == tag and element.matches(named)]

    def one(self, tag: str, **wanted: str) -> "Element":
        found = self.all(tag, **wanted)
        assert found, f"no {tag} with {wanted}"
        return found[0]

    def matches(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.attributes.get(name, "").split() if name == "class" else self.attributes.get(name) == value
            for name, value in wanted.items()
        )

    @property
    def text(self) -> str:
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(parts).split())


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(page: str) -> Element:
    """The page's tree; every element must be closed, by its own name."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    assert parser.open == [parser.root], [element.tag for element in parser.open]
    return parser.root
