"""What is made of an HTML page."""

import pytest

from harness.contract.pages import Row, page_of


def cells(html: str) -> list[tuple[str, ...]]:
    """The texts of a page that holds one table."""
    (table,) = page_of(html).tables
    return [row.cells for row in table]


def test_a_page_is_told_by_its_doctype_title_and_tables() -> None:
    page = page_of(
        "<!DOCTYPE html><html><head><title> Fortunes\n</title></head><body><table>"
        "<tr><th>id</th><th>message</th></tr><tr><td> 1 </td><td>one</td></tr></table><table></table></body></html>"
    )
    assert (page.doctype, page.title, page.in_cells) == ("DOCTYPE html", "Fortunes", ())
    assert page.tables == ((Row(("id", "message"), True), Row(("1", "one"), False)), ())


@pytest.mark.parametrize(
    "written",
    [
        "&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;",
        "&#60;b&#x3E; &#38; \"c\" 'd'",
        "&lt;b> &amp; &#34;c&#x22; &apos;d&apos;",
    ],
)
def test_every_right_escaping_comes_out_the_same(written: str) -> None:
    assert cells(f"<table><tr><td>{written}</td></tr></table>") == [("<b> & \"c\" 'd'",)]


def test_what_is_not_escaped_is_an_element_in_a_cell() -> None:
    page = page_of("<table><tr><td>2</td><td><script>alert(1)</script></td></tr></table>")
    assert page.in_cells == ("script",)


def test_end_tags_may_be_left_out_as_html_allows() -> None:
    assert cells("<table><tr><td>1<td>one<tr><td>2<td>two</table>after") == [("1", "one"), ("2", "two")]


def test_text_between_cells_belongs_to_none_and_sections_of_a_table_are_no_matter() -> None:
    html = "<table> <thead><tr> <th>id</th> </tr></thead> x <tbody> <tr> <td>1</td> y </tr> </tbody> </table>"
    assert cells(html) == [("id",), ("1",)]


@pytest.mark.parametrize("html", ["", "plain", "<td>1</td>", "<tr><td>1", "</table></td>", "<table><td>1</td></table>"])
def test_cells_outside_a_table_and_a_row_are_none(html: str) -> None:
    assert [row for table in page_of(html).tables for row in table] == []
