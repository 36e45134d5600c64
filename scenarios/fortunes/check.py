"""A page is right when its rows, parsed, are the fortunes of the data set and the added one, sorted by message."""

from harness.contract.pages import Page, Row, page_of
from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, fortunes
from harness.model.asked.request import Level
from harness.model.fault import Fault

HEADER = Row(("id", "message"), header=True)
RIGHT = sorted((*fortunes(), Fortune(0, ADDED_FORTUNE)), key=lambda fortune: fortune.message)


def check(body: bytes, _: Level) -> Fault | None:
    """One page."""
    page = page_of(body.decode())
    return _frame_fault(page) or _rows_fault(page.tables[0][1:])


def _frame_fault(page: Page) -> Fault | None:
    if page.doctype.lower() != "doctype html":
        return Fault(code="page-malformed", what="the page must begin with <!DOCTYPE html>")
    if page.title != "Fortunes":
        return Fault(code="page-malformed", what=f"the title must be Fortunes, not {page.title!r}")
    if len(page.tables) != 1:
        return Fault(code="page-malformed", what=f"the page must hold one table, not {len(page.tables)}")
    if page.in_cells:
        what = f"a message is not escaped: the table holds an element <{page.in_cells[0]}>"
        return Fault(code="message-not-escaped", what=what)
    if page.tables[0][:1] != (HEADER,):
        return Fault(code="page-malformed", what="the first row must be the header, with the cells id and message")
    return None


def _rows_fault(rows: tuple[Row, ...]) -> Fault | None:
    given = [row.cells for row in rows]
    right = [(str(fortune.id), fortune.message) for fortune in RIGHT]
    if given == right:
        return None
    for fortune in right:
        if fortune not in given:
            same_id = next((cells for cells in given if cells[:1] == fortune[:1]), None)
            if same_id:
                what = f"fortune {fortune[0]} must read {fortune[1]!r}, not {same_id[1:]!r}"
                return Fault(code="fortune-differs", what=what)
            added = ", the one added at request time" if fortune[0] == "0" else ""
            return Fault(code="fortune-missing", what=f"fortune {fortune[0]} is missing{added}")
    if len(given) != len(right):
        return Fault(code="fortunes-miscounted", what=f"the table must hold {len(right)} fortunes, not {len(given)}")
    ids = [cells[0] for cells in given]
    what = f"the fortunes must be sorted by message, by code point; their ids come as {ids}"
    return Fault(code="fortunes-unsorted", what=what)
