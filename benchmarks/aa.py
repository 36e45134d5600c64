"""How often a campaign claims a difference where there is none.

Three copies of one application under three names are measured in short campaigns, each judged by the project's own
analysis exactly as a user would get it. A method that is wrong in 5 % of campaigns would claim a difference in more
than 4 of 30 only once in 60 tries.

A full run takes about 15 minutes.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.campaigns import campaign
from shared.copies import copies
from shared.counts import count_figure, most_allowed
from shared.figures import Outcome

from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.model.found.ranking import ScenarioRanking
from harness.model.measured.campaign import SliceShape

NAMES: Final = ("copy-a", "copy-b", "copy-c")
ERROR: Final = 0.05
"""What the project's method may be wrong in, of campaigns."""


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    found = []
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        selection = copies(Path(name), dict.fromkeys(NAMES, 0))
        for number in range(arguments.campaigns):
            options = options_of(selection, arguments, seed=number)
            found.append(measured(options, Path(name) / "results" / str(number)))
            shared.program.say(f"campaign {number + 1} of {arguments.campaigns}: {told(found[-1])}")
    return conclude(found)


def options_of(selection: Selection, arguments: argparse.Namespace, seed: int) -> RunOptions:
    """A campaign of so many blocks, each a short one. The copies take turns to be the one that runs twice."""
    return RunOptions(
        selection=selection,
        reference=NAMES[seed % len(NAMES)],
        seed=seed,
        shape=SliceShape(rotations_s=arguments.seconds, continuous_s=0),
        max_blocks=arguments.blocks,
        latency=(NONE,),
        budget_s=3600,
    )


def measured(options: RunOptions, results: Path) -> ScenarioRanking:
    """The ranking of a campaign's one scenario."""
    [ranking] = campaign(options, results).ranking.scenarios.values()
    return ranking


def claims(ranking: ScenarioRanking) -> list[str]:
    """Every difference between copies that is called one."""
    return [f"{pair.first} over {pair.second}" for pair in ranking.pairs if pair.verdict == "better"]


def is_void(ranking: ScenarioRanking) -> bool:
    """Whether the reference was called different from itself, so that nothing is claimed."""
    return ranking.noise_floor is not None and ranking.noise_floor.different


def told(ranking: ScenarioRanking) -> str:
    """The campaign in a line."""
    ratios = ", ".join(f"{row.app} {row.ratio:.3f}" for row in ranking.rows if row.ratio is not None)
    said = "void" if is_void(ranking) else ", ".join(claims(ranking)) or "no claim"
    return f"{ratios} after {ranking.blocks} blocks: {said}"


def conclude(found: Sequence[ScenarioRanking]) -> Outcome:
    false_claims = sum(bool(claims(ranking)) for ranking in found)
    most = most_allowed(len(found), ERROR)
    return Outcome(
        [
            count_figure("aa_false_claims", false_claims, len(found)),
            count_figure("aa_void", sum(map(is_void, found)), len(found)),
        ],
        [f"{false_claims} of {len(found)} campaigns claim a difference; at most {most} may"]
        if false_claims > most
        else [],
    )


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--campaigns", type=int, help="how many (default: 30; with --quick 2)")
    parser.add_argument("--blocks", type=int, default=3, help="of each campaign, at most (default: 3)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of rotations in a block (default: 3)")
    found = parser.parse_args(given)
    found.campaigns = found.campaigns or (2 if found.quick else 30)
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
