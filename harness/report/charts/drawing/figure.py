"""From a matplotlib figure to inline SVG that follows the page.

matplotlib draws with placeholder colours; each becomes a CSS variable, so that light and dark need one drawing. Style
attributes become presentation attributes, because the page's content security policy refuses inline styles.
"""

import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from harness.model.foreign import clean
from harness.report.charts.drawing.lean import make_lean

MOST_BARS: Final = 24
"""Rows of a chart of bars that fit on a screen."""
WIDTH: Final = 470
"""Of a chart, in CSS pixels; one SVG unit is one pixel."""

TOKENS: Final = {
    "ink": "#010203",
    "muted": "#020304",
    "rule": "#030405",
    "accent": "#040506",
    "floor": "#050607",
    "paper": "#060708",
    **{f"s{index}": f"#0a0b{index:02x}" for index in range(1, 9)},
    **{f"p{index}": f"#0b0c{index:02x}" for index in range(1, 7)},
}
INK, MUTED, RULE, ACCENT, FLOOR, PAPER = (TOKENS[name] for name in ("ink", "muted", "rule", "accent", "floor", "paper"))
SERIES: Final = tuple(TOKENS[f"s{index}"] for index in range(1, 9))
PARTS: Final = tuple(TOKENS[f"p{index}"] for index in range(1, 7))
"""Shades of one colour for the parts of a request: the others are the applications'."""
DASHES: Final = ("-", (0, (5, 2)), (0, (1.5, 1.5)))

_VARIABLES: Final = {colour: f"var(--{name})" for name, colour in TOKENS.items()}
_SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12.5,
    "text.color": INK,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 72,
    "savefig.dpi": 72,
}
_CELL: Final = "cell:"
_KEPT: Final = {
    "fill",
    "fill-opacity",
    "font-size",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """An inline SVG, its caption, and the same in words for readers who do not see it."""

    id: str
    title: str
    caption: str
    svg: str


def chart(id_: str, *, title: str, caption: str, says: str, height: int, draw: Callable[[Figure], None]) -> Chart:
    """Draw `height` pixels of chart. `says` is its text alternative; equal input gives equal bytes."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # whatever the user's own matplotlib settings are, the page is the same
        mpl.rcParams.update(_settings(id_))
        # The reader's browser has the letters; matplotlib only measures them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        draw(figure)
        for axes in figure.axes:
            for artist in (*axes.lines, *axes.patches):
                artist.set_clip_on(False)  # every scale holds what is drawn on it
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(id_, title, caption, _themed(written.getvalue(), id_, title, says))


def of_cell(cell: str, *artists: Artist) -> None:
    """What is drawn of a cell can be found on the page by its id, to be lit or hidden with the cell's rows."""
    for artist in artists:
        artist.set_gid(_CELL + cell)


def colour_of(series: int) -> str:
    """An application's colour, the same in every chart; the ninth has that of the first."""
    return SERIES[(series - 1) % len(SERIES)]


def _settings(id_: str) -> Any:
    """matplotlib's settings; the salt makes ids that differ from chart to chart and never from run to run."""
    return {**_SETTINGS, "svg.hashsalt": id_}


def label(text: str, limit: int = 26) -> str:
    """A name on one line of at most so many letters."""
    text = clean(" ".join(text.split()))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def in_lines(text: str, limit: int = 26) -> list[str]:
    """A name on one line, or on two where it is longer; cut only where two do not hold it."""
    first, *rest = wrap(clean(text), limit, break_on_hyphens=False) or [""]
    return [first, label(" ".join(rest), limit)] if rest else [first]


def _themed(svg: str, id_: str, title: str, says: str) -> str:
    root = ET.fromstring(svg)  # noqa: S314 - matplotlib wrote it a line ago
    for element in root.iter():
        _restyle(element)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {"metadata", "style"}:
                parent.remove(child)
    make_lean(root, f"{_SETTINGS['font.size']}px")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({"role": "img", "class": "chart", "aria-labelledby": f"{id_}-title {id_}-says"})
    for position, (tag, text) in enumerate((("title", title), ("desc", says))):
        named = ET.Element(tag, {"id": f"{id_}-{'title' if tag == 'title' else 'says'}"})
        named.text = clean(text)
        root.insert(position, named)
    return re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode"))


def _restyle(element: ET.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for name in [name for name in element.attrib if "}" in name]:
        element.attrib[name.rpartition("}")[2]] = element.attrib.pop(name)
    element.attrib.update(_declarations(element.attrib.pop("style", "")))
    if element.attrib.get("id", "").startswith(_CELL):
        element.attrib["data-cell"] = element.attrib.pop("id").removeprefix(_CELL)
    for name in ("fill", "stroke"):
        if element.attrib.get(name) in _VARIABLES:
            element.attrib[name] = _VARIABLES[element.attrib[name]]
    for name in ("d", "x", "y", "transform", "points"):
        if name in element.attrib:
            element.attrib[name] = re.sub(r"-?\d+\.\d{2,}", _rounded, element.attrib[name])
    if "d" in element.attrib:
        element.attrib["d"] = re.sub(r"\s*([A-Za-z])\s*", r"\1", element.attrib["d"].strip())
    element.attrib.pop("font-family", None)


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in _KEPT:
            yield name.strip(), value.strip()


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match.group()):.1f}".removesuffix(".0")
