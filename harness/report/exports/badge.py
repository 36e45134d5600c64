"""The place of one configuration in one scenario as a small SVG, for a README."""

from html import escape
from typing import Final

from harness.model.errors import UsageError
from harness.model.foreign import clean
from harness.model.found.ranking import RankedCell
from harness.report.document import RankingDocument
from harness.report.text import moment, place, shorten, times, times_between

LETTER: Final = 6.3
"""Mean width of a letter of the font, in pixels."""
PADDING: Final = 8
MOST_LETTERS: Final = 60
SVG: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{left}: {right}">
<title>{left}: {right}</title>
<rect width="{width}" height="20" rx="3" fill="#1f6a9c"/>
<path d="M3 0h{split}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3" fill="#3b3e44"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{padding}" y="14" textLength="{left_width}">{left}</text>
<text x="{right_at}" y="14" textLength="{right_width}">{right}</text>
</g>
</svg>
"""


def badge(document: RankingDocument, wanted: str = "", scenario: str = "") -> str:
    """`wanted`: APP, APP@SERVER or a cell's id; empty where there is one only. `scenario`: empty for the first one.

    Raises UsageError where either is none of this campaign, or more than one configuration is meant.
    """
    chosen = _scenario(document, scenario)
    row = _row(document, chosen, wanted)
    name = shorten(clean(document.titles.get(row.cell, row.cell)), MOST_LETTERS)
    return _drawn(f"{name}, {shorten(clean(chosen), MOST_LETTERS)}", _says(document, chosen, row))


def _scenario(document: RankingDocument, wanted: str) -> str:
    known = list(document.scenarios)
    if wanted and wanted not in known:
        raise UsageError(
            f"no scenario {wanted} in this campaign", where="--scenario", mend=f"it has {', '.join(known)}"
        )
    if not known:
        raise UsageError(
            "nothing was measured in this campaign", where="export", mend="resume it: harness run --resume DIR"
        )
    return wanted or known[0]


def _row(document: RankingDocument, scenario: str, wanted: str) -> RankedCell:
    rows = document.scenarios[scenario]
    names = {row.cell: (row.cell, row.app, f"{row.app}@{row.server}") for row in rows}
    found = [row for row in rows if not wanted or wanted in names[row.cell]]
    if len(found) == 1:
        return found[0]
    known = ", ".join(names[row.cell][2] for row in found or rows)
    what = f"{len(found)} configurations are meant" if found else f"{wanted} has no rank in {scenario}"
    raise UsageError(what, where="--cell", mend=f"name one: {known}")


def _says(document: RankingDocument, scenario: str, row: RankedCell) -> str:
    parts = []
    if document.inference[scenario].estimate:
        parts.append("estimate")
    elif row.tie_groups:
        parts.append(f"rank {place(row.rank_low, row.rank_high)}, group {' and '.join(row.tie_groups)}")
    parts += [_ratio(document, row), moment(document.created_at).split()[0]]
    return " · ".join(part for part in parts if part)


def _ratio(document: RankingDocument, row: RankedCell) -> str:
    if row.ratio is None or row.cell == document.reference:
        return "the reference" if row.cell == document.reference else ""
    known = row.ratio_low is not None and row.ratio_high is not None
    interval = f" ({times_between(row.ratio_low or 0.0, row.ratio_high or 0.0)})" if known else ""
    reference = shorten(clean(document.titles.get(document.reference, document.reference)), MOST_LETTERS)
    return f"{times(row.ratio)}{interval} of {reference}"


def _drawn(left: str, right: str) -> str:
    left_width, right_width = (round(LETTER * len(text)) for text in (left, right))
    split = left_width + 2 * PADDING
    return SVG.format(
        width=split + right_width + 2 * PADDING,
        split=split - 3,
        left=escape(left),
        right=escape(right),
        padding=PADDING,
        left_width=left_width,
        right_at=split + PADDING,
        right_width=right_width,
    )
