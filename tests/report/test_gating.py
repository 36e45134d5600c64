"""What a gate decided, as JUnit, Markdown and a comment; text of others does nothing in them."""

import xml.etree.ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from harness.analysis.compare.comparison import compare
from harness.analysis.compare.gate import gate, gate_between, parse_fail_on
from harness.model.asked.cell import labels
from harness.model.asked.gate import Metric
from harness.model.found.variants import MetricChange, ScenarioVariants, Variant, VariantComparison
from harness.report.exports.junit import junit
from harness.report.exports.markdown import code
from harness.report.exports.summary import MOST_IN_A_COMMENT, MOST_ROWS, comment, job_summary, marker
from harness.report.view.gating import Judged, of_campaigns, of_variants, said
from tests.analysis.campaigns import LEVEL
from tests.analysis.test_comparison import SLOW, measured

HOSTILE = (
    "</system-out><script>alert(1)</script> `` @everyone [x](https://evil.example) ![i](//e) | #1 \x1b[31m\u202e -->"
    " \n# h"
)
ASKED = "throughput:-5%,cpu:+3%,p99:+10%"


def change(metric: Metric, a: float, low: float, high: float, **fields: object) -> MetricChange:
    ratio = (low * high) ** 0.5
    values = {"metric": metric, "a": a, "b": a * ratio, "ratio": ratio, "low": low, "high": high, "blocks": 9}
    return MetricChange.model_validate(values | fields)


def judged(*, names: tuple[str, str] = ("0.50", "1.10"), scenario: str = "json", asked: str = ASKED) -> Judged:
    found = VariantComparison(
        campaign="2026-11-29-1200",
        a=Variant(cell="a", name=names[0]),
        b=Variant(cell="b", name=names[1]),
        delta=0.02,
        confidence=0.95,
        blocks=9,
        scenarios=(
            ScenarioVariants(
                scenario=scenario,
                title="S",
                level=LEVEL,
                metrics=(
                    change("throughput", 12_000.0, 0.91, 0.94, verdict="worse"),
                    change("cpu", 80e-6, 0.99, 1.01, verdict="tied"),
                    change("memory", 50e6, 1.1, 1.3, verdict="worse"),
                    MetricChange(metric="p99", reason=HOSTILE),
                ),
            ),
        ),
    )
    return of_variants(found, gate(found, parse_fail_on(asked).thresholds if asked else ()))


def test_a_check_is_one_line_of_plain_words() -> None:
    lines = [said(check) for row in judged().rows for check in row.checks]
    assert lines == [
        "requests per second: -7.5 % (-9.0 % to -6.0 %): beyond the threshold of -5 %",
        "CPU time per request: -0.0 % (-1.0 % to +1.0 %): within the threshold of +3 %",
        "p99 of response times: no interval: not decided against the threshold of +10 %",
    ]


def test_the_junit_file_has_a_case_for_each_metric_and_one_failure() -> None:
    root = ET.fromstring(junit(judged()))
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    tags = {case.get("name"): [part.tag for part in case] for case in suite}
    assert tags == {
        "requests per second": ["failure", "system-out"],
        "CPU time per request": ["system-out"],
        "memory under load": ["system-out"],
        "p99 of response times": ["skipped", "system-out"],
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "beyond the threshold of -5 %" in (failure.get("message") or "")
    assert "B is slower" in (suite.findtext("testcase/system-out") or "")


def test_text_of_others_stays_text_in_the_junit_file() -> None:
    written = junit(judged(scenario=HOSTILE))
    (suite,) = ET.fromstring(written)
    assert (suite.get("name") or "").startswith("</system-out><script>alert(1)</script>")
    assert {part.tag for part in suite.iter()} == {"testsuite", "testcase", "failure", "skipped", "system-out"}
    assert "\x1b" not in written
    assert "\u202e" not in written


def test_the_summary_has_a_row_for_each_metric_with_what_the_gate_said() -> None:
    lines = job_summary(judged()).splitlines()
    assert lines[0] == "### The gate fired: 1 of 3 thresholds"
    assert lines[2] == "A: `0.50`, B: `1.10`"
    rows = [line for line in lines if line.startswith("| `json`")]
    assert rows[0] == (
        "| `json` | requests per second | 12,000 | 11,099 | -7.5 % | -9.0 % to -6.0 % | slower | fired (-5 %) |"
    )
    assert rows[2].endswith("| more |  |")
    assert len(rows) == 4


def rendered(text: str) -> str:
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


@pytest.mark.parametrize("made", [job_summary, comment])
def test_text_of_others_is_no_markup_in_markdown(made: object) -> None:
    assert callable(made)
    text = made(judged(names=(HOSTILE, HOSTILE), scenario=HOSTILE))
    html = rendered(text)
    for tag in ("<script", "<a ", "<img", "<h1"):
        assert tag not in html
    outside = "".join(part.partition("<code>")[0] for part in html.split("</code>"))
    assert "@everyone" not in outside
    assert "evil" not in outside
    assert "#1" not in outside
    assert "@everyone" in html, "it is shown all the same"
    if made is job_summary:
        heads, cells = html.count("<th"), html.count("<td")
        assert (heads - 1, cells) == (8, 4 * 8), "thead is counted too; no pipe made a cell of its own"


@pytest.mark.parametrize("text", ["plain", "`", "a``b`c", "``` x", "x `", "a|b", "a\\|b", "", "  ", "\\"])
def test_a_code_span_holds_exactly_the_text(text: str) -> None:
    html = rendered(f"| h |\n|---|\n| {code(text)} |")
    shown = text.strip() or "n/a"
    assert (f"<code>{shown}</code>" if text.strip() else f"<td>{shown}</td>") in html


def test_a_comment_begins_with_the_same_hidden_line_in_every_run() -> None:
    one, other = comment(judged()), comment(judged(names=("x", "y")))
    assert one.splitlines()[0] == other.splitlines()[0] == "<!-- harness-gate:gate -->"
    assert marker("json --> <b>") == "<!-- harness-gate:json-b -->"
    assert marker("-->") == "<!-- harness-gate:gate -->"
    assert "<!--" not in rendered(one).replace("<!-- harness-gate:gate -->", "", 1)


def test_a_comment_says_first_what_fired_and_is_bounded() -> None:
    lines = [line for line in comment(judged()).splitlines() if line.startswith("- ")]
    assert [("beyond" in line, "not decided" in line) for line in lines] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    one = judged(scenario="s" * 500)
    many = Judged(one.campaign, one.names, one.rows * 100, one.basis, one.outcome)
    assert len(comment(many)) < 65_536
    assert len(job_summary(many)) < 2**20
    assert f"and {300 - MOST_IN_A_COMMENT} rows more" in comment(many)
    assert f"and {400 - MOST_ROWS} rows more" in job_summary(many)


def test_without_a_threshold_figures_are_told_and_nothing_is_decided() -> None:
    plain = judged(asked="")
    assert plain.outcome is None
    assert "No threshold was asked for" in job_summary(plain)
    assert comment(plain).count("\n- ") == 4
    (suite,) = ET.fromstring(junit(plain))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "0", "0")


def test_two_campaigns_have_a_row_for_each_configuration() -> None:
    sides = measured("then", blocks=12), measured("now", seed=2, blocks=12, slow=0.8)
    found = compare(*sides)
    result = gate_between(found, parse_fail_on("throughput:-5%", between_campaigns=True))
    made = of_campaigns(found, result, labels(sides[1].record.plan.cells))
    outcomes = {row.subject: row.outcome for row in made.rows}
    assert outcomes == {"fast on uvicorn": "passed", "slow on uvicorn": "fired"}
    assert "| `json` | `slow on uvicorn` | requests per second |" in job_summary(made)
    assert "requests per second: slow on uvicorn" in junit(made)
    assert SLOW.app in comment(made)
