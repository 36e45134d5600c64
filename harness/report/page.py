"""Records in, one HTML file out: nothing remote, nothing that runs but the page's own script."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.model.foreign import clean
from harness.model.found.comparison import Comparison
from harness.model.measured.campaign import CampaignRecord
from harness.report.digits import significant
from harness.report.export import inside_html
from harness.report.text import a_second, capitalised, common_reason, per_second
from harness.report.view.page import page
from harness.report.view.script import script_data
from harness.report.view.sections.comparison import comparison_page
from harness.report.view.source import Source

_FOLDER: Final = Path(__file__).parent / "templates"
_PARTS: Final = ("state", "sorting", "relations", "amounts", "find", "filters", "duel", "start")
"""Of the page's script, in the order in which they rest on each other."""


def html(source: Source) -> str:
    """The page. A pure function: equal sources give equal bytes."""
    css, js, seen = _asset("page.css"), _script(), page(source)
    template, data = environment().get_template("page.html.j2"), inside_html(script_data(source, seen))
    return template.render(page=seen, css=css, js=js, policy=_policy(css, js), data=data)


def comparison_html(comparison: Comparison, later: CampaignRecord) -> str:
    """The page of a comparison; it has no script at all."""
    css = _asset("page.css")
    policy = f"default-src 'none'; style-src '{_hash(css)}'; img-src data:; base-uri 'none'; form-action 'none'"
    template = environment().get_template("compare.html.j2")
    return template.render(page=comparison_page(comparison, later), css=css, policy=policy)


@cache
def environment() -> Environment:
    """Jinja's, which keeps each template that it has compiled."""
    found = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {
        "common_reason": common_reason,
        "a_second": a_second,
        "per_second": per_second,
        "capitalised": capitalised,
    }
    return found


def _finalize(value: Any) -> Any:
    """Every string passes here before it is escaped, and every number."""
    if isinstance(value, float):
        return f"{significant(value):.15g}"
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _script() -> str:
    """The parts of the script as one, in a scope of its own."""
    parts = "\n".join(_asset(f"script/{name}.js") for name in _PARTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _policy(css: str, js: str) -> str:
    """A content security policy that allows this style sheet, this script, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(js)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
