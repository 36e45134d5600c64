"""Two variants of one application on the terminal."""

from harness.campaign.variants.making import Pair, versions_that_differ
from harness.cli.console import messages, output, print_notice
from harness.cli.show.tables import table
from harness.model.asked.diff import Diff
from harness.model.found.variants import ScenarioVariants, VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.report.view.variants import (
    between,
    block_s,
    called,
    changed,
    headline,
    longer,
    titled,
    value,
    verdict,
    versions,
)

COLUMNS = ("metric", "A", "B", "B against A", "interval", "B is", "to decide it")
MOST_PACKAGES = 12


def show_sides(pair: Pair) -> None:
    """What each side was taken for, and which locked versions differ, before anything is measured."""
    for letter, side in (("A", pair.diff.a), ("B", pair.diff.b)):
        taken = "; ".join(side.understood) or "the application as it is"
        _say(f"{called(letter, side)}: {taken}")
    found = list(versions_that_differ(pair))
    for package, a, b in found[:MOST_PACKAGES]:
        _say(f"  {package} {a} in A, {b} in B")
    if len(found) > MOST_PACKAGES:
        _say(f"  and {len(found) - MOST_PACKAGES} packages more")
    if pair.diff.same:
        _say("The two sides are the same: code, versions and settings. This measures A against itself (A/A).")


def show(record: CampaignRecord, diff: Diff, found: VariantComparison) -> None:
    """A table for each scenario and the answer in a sentence on standard output; what to bear in mind on standard
    error."""
    block = block_s(record)
    for scenario in found.scenarios:
        _show(scenario, block)
    output.print(f"{headline(diff, found)}.", markup=False, highlight=False, soft_wrap=True)
    if differing := versions(record):
        _say(f"Versions that differ, in the live servers: {differing}")
    for notice in found.notices:
        print_notice(notice)
    _say(
        f"{found.blocks} blocks; intervals hold together at {found.confidence:.0%}; within {100 * found.delta:.3g} % of"
        " each other the two are tied"
    )


def _show(scenario: ScenarioVariants, block: float | None) -> None:
    rows = [
        (
            titled(change),
            value(change.metric, change.a),
            value(change.metric, change.b),
            changed(change),
            between(change),
            verdict(change),
            longer(change, block),
        )
        for change in scenario.metrics
    ]
    title = f"{scenario.scenario} at {scenario.level.label}"
    output.print(table(COLUMNS, rows, title=title, right=range(1, 5), whole=range(1, 6)))


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)
