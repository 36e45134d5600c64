"""What a gate decided as a JUnit file: a test suite for each scenario, a test case for each metric in it."""

import xml.etree.ElementTree as ET
from typing import Final

from harness.model.foreign import clean
from harness.report.text import shorten
from harness.report.view.gating import Judged, Row, headline, said

MOST_LETTERS: Final = 300


def junit(judged: Judged) -> str:
    """Fired is a failure, inconclusive is skipped, all else has passed. Every case says its figures."""
    scenarios = list(dict.fromkeys(row.scenario for row in judged.rows))
    suites = ET.Element("testsuites", _counts(judged.rows) | {"name": f"harness: {headline(judged)}"})
    for scenario in scenarios:
        rows = tuple(row for row in judged.rows if row.scenario == scenario)
        suite = ET.SubElement(suites, "testsuite", _counts(rows) | {"name": _text(scenario)})
        for row in rows:
            _case(suite, row)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(suite: ET.Element, row: Row) -> None:
    name = row.metric + (f": {_text(row.subject)}" if row.subject else "")
    case = ET.SubElement(suite, "testcase", {"classname": f"harness.{_text(row.scenario)}", "name": name})
    lines = [said(check) for check in row.checks] or ["no threshold"]
    detail = "\n".join([*lines, *([_text(row.reason)] if row.reason else [row.ahead] if row.ahead else [])])
    if row.outcome == "fired":
        ET.SubElement(case, "failure", {"type": "threshold", "message": "; ".join(lines)}).text = detail
    elif row.outcome == "inconclusive":
        ET.SubElement(case, "skipped", {"message": "; ".join(lines)})
    figures = f"A {row.before}, B {row.after}: {row.change} ({row.interval}); B is {row.verdict}\n{detail}"
    ET.SubElement(case, "system-out").text = figures


def _counts(rows: tuple[Row, ...]) -> dict[str, str]:
    outcomes = [row.outcome for row in rows]
    return {
        "tests": str(len(rows)),
        "failures": str(outcomes.count("fired")),
        "errors": "0",
        "skipped": str(outcomes.count("inconclusive")),
    }


def _text(text: str) -> str:
    """Without what XML cannot hold."""
    return shorten(clean(text), MOST_LETTERS)
