"""Whether `harness explain` agrees with itself, and with counters that know nothing of it.

The core applications are measured in a campaign, and profiled twice. Of all intervals of layers 95 % must overlap from
one time to the other. The layer "other" may hold a tenth of the CPU time at most. For each pair the sum of the layers'
differences must agree with the campaign's own difference of CPU time per request, within both intervals.

A full run takes about 10 minutes for each scenario.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.campaigns import campaign
from shared.counts import count_figure
from shared.figures import Figure, Outcome, exact, slug
from shared.profiled import more_profiles

from harness.analysis.layers.explanation import explain
from harness.analysis.layers.table import OTHER
from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.model.found.explanation import Explanation
from harness.model.measured.campaign import SliceShape
from harness.report.explanations import with_measured
from harness.store.folder import ResultsFolder

OVERLAP: Final = 0.95
MOST_OTHER: Final = 0.1
ROTATIONS_S: Final = 3.0


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    figures: list[Figure] = []
    missed: list[str] = []
    for scenario in arguments.scenarios:
        with TemporaryDirectory(prefix="harness-benchmark-") as name:
            found, again = explained_twice(scenario, Path(name), arguments)
        for figure, fault in concluded(scenario, found, again):
            shared.program.say(str(figure))
            figures.append(figure)
            missed += fault
    return Outcome(figures, missed)


def explained_twice(scenario: str, results: Path, arguments: argparse.Namespace) -> tuple[Explanation, Explanation]:
    """Of every pair of the core, with what the campaign measured."""
    options = RunOptions(
        selection=Selection(scenarios=(scenario,)),
        shape=SliceShape(rotations_s=ROTATIONS_S, continuous_s=0),
        max_blocks=arguments.blocks,
        latency=(NONE,),
        budget_s=3600,
    )
    source = campaign(options, results)
    prepared = prepare(Project.here(), options)
    cells = [cell for cell in prepared.record.plan.cells if not cell.twin]
    ids = [cell.id for cell in cells]
    [path] = [path for path in results.iterdir() if path.is_dir() and not path.is_symlink()]
    found = []
    for _ in range(2):
        profiles = more_profiles(
            ResultsFolder.open(path), prepared, scenario, cells, blocks=arguments.blocks, stretch_s=arguments.stretch
        )
        found.append(with_measured(explain(scenario, profiles, ids, combinations(ids, 2)), source.ranking))
    return found[0], found[1]


def concluded(scenario: str, found: Explanation, again: Explanation) -> Iterable[tuple[Figure, list[str]]]:
    """Each figure, and the bound that it missed."""
    pairs = [(cell.layers, other.layers) for cell, other in zip(found.cells, again.cells, strict=True)]
    both = [(one[layer], other[layer]) for one, other in pairs for layer in one.keys() & other.keys()]
    overlapping = sum(one.agrees_with(other) for one, other in both)
    yield (
        count_figure(f"{slug(scenario)}_layers_that_overlap", overlapping, len(both)),
        [f"{overlapping} of {len(both)} intervals of layers overlap"] if overlapping < OVERLAP * len(both) else [],
    )
    most = max(
        cell.layers[OTHER].us / cell.total.us if OTHER in cell.layers else 0.0 for cell in (*found.cells, *again.cells)
    )
    yield (
        exact(f"{slug(scenario)}_largest_share_of_other", most),
        [f"{most:.0%} of a configuration's CPU time are of no layer"] if most > MOST_OTHER else [],
    )
    differences = [*found.differences, *again.differences]
    apart = [pair for pair in differences if pair.measured is None or not pair.total.agrees_with(pair.measured)]
    yield (
        count_figure(f"{slug(scenario)}_pairs_that_agree", len(differences) - len(apart), len(differences)),
        [
            f"{pair.first} against {pair.second}: {pair.total} by layers, {pair.measured} by the campaign"
            for pair in apart
        ],
    )


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--scenarios", nargs="+", default=["json"], help="(default: json)")
    parser.add_argument("--blocks", type=int, help="of the campaign and of each profile (default: 3)", default=3)
    found = parser.parse_args(given)
    found.stretch = 1.0 if found.quick else 6.0
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
