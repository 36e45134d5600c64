"""An HTML page reduced to what the contract speaks of: its doctype, its title and the rows of its tables."""

from html.parser import HTMLParser
from typing import NamedTuple


class Row(NamedTuple):
    """The texts of a row's cells, and whether they are header cells (`th`)."""

    cells: tuple[str, ...]
    header: bool


class Page(NamedTuple):
    """`in_cells`: names of elements that stand inside a table's cells; text that is escaped makes none."""

    doctype: str
    title: str
    tables: tuple[tuple[Row, ...], ...]
    in_cells: tuple[str, ...]


def page_of(html: str) -> Page:
    """Parse a page. Character references are resolved, so that any right escaping comes out the same."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    tables = tuple(tuple(Row(tuple(map(str.strip, cells)), header) for cells, header in t) for t in reader.tables)
    return Page(reader.doctype, reader.title.strip(), tables, tuple(reader.in_cells))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.doctype = self.title = ""
        self.tables: list[list[tuple[list[str], bool]]] = []
        self.in_cells: list[str] = []
        self._in_title = self._in_cell = False

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - attributes play no part
        if tag == "title":
            self._in_title = True
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._in_cell = False
            self.tables[-1].append(([], False))
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._in_cell = True
            cells, _ = self.tables[-1][-1]
            self.tables[-1][-1] = ([*cells, ""], tag == "th")
        elif self._in_cell:
            self.in_cells.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in ("td", "th", "tr", "table"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif self._in_cell:
            cells, _ = self.tables[-1][-1]
            cells[-1] += data
