"""What the harness itself costs: its commands, what a block takes beyond its slices, and memory.

A campaign is run as `make bench` runs it. From the start of its first server to the last stop, slices (burn-in and
drain included, and those that measure latency) must take 60 % of the wall time. The interval of a share goes from the
lowest to the highest of single blocks; commands are run six times; memory is looked at twice a second.

A full run takes about 6 minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.commands import MEGABYTE, figures_of
from shared.figures import Figure, Outcome, exact
from shared.watched import BEFORE, Seen, watched

LEAST_SHARE: Final = 0.6
SHARE: Final = "slices_share_of_wall"
COMMANDS: Final = {
    "help": ["--help"],
    "list": ["list"],
    "plan": ["run", "--plan"],
    "export": ["export", str(Path(__file__).parents[1] / "results" / "sample")],
}


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    runs = 2 if arguments.quick else 6
    commands = [figure for name, command in COMMANDS.items() for figure in figures_of(name, command, runs)]
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        seen = watched(campaign_of(arguments), Path(name))
    tell_phases(seen)
    figures = list(campaign_figures(seen))
    missed = [f"{SHARE} is below {LEAST_SHARE}" for each in figures if each.name == SHARE and each.value < LEAST_SHARE]
    return Outcome([*commands, *figures], missed)


def campaign_of(arguments: argparse.Namespace) -> list[str]:
    """Options of `harness run`: none, as in `make bench`, but for what was asked for."""
    if arguments.quick:
        return ["--quick"]
    return ["--budget", f"{arguments.seconds:.0f}s"] if arguments.seconds else []


def tell_phases(seen: Seen) -> None:
    """Every phase, as a share of the wall time from the start of the first server to the last stop."""
    phases = seen.moments[-1].phases_s
    within = {phase: seconds for phase, seconds in phases.items() if phase not in BEFORE}
    within["anything else"] = seen.wall_s - sum(within.values())
    shared.program.say("\n  share  seconds  phase")
    for phase, seconds in sorted(within.items(), key=lambda item: -item[1]):
        shared.program.say(f"{seconds / seen.wall_s:7.1%}  {seconds:7.1f}  {phase}")
    before = ", ".join(f"{phase} {phases[phase]:.1f} s" for phase in BEFORE if phase in phases)
    shared.program.say(f"before the first block: {before}\n")


def campaign_figures(seen: Seen) -> Iterator[Figure]:
    """Shares of the wall time, seconds a block takes beyond its slices, and memory while measuring."""
    blocks = list(seen.blocks())
    shares = [slices / wall for wall, slices in blocks]
    beyond = [wall - slices for wall, slices in blocks]
    yield spread(SHARE, seen.slices_s / seen.wall_s, shares)
    yield exact("counted_share_of_wall", seen.counted_s / seen.wall_s)
    yield spread("block_beyond_slices_s", (seen.wall_s - seen.slices_s) / len(blocks), beyond)
    yield exact("harness_resident_mb", seen.harness_bytes / MEGABYTE)
    yield exact("load_process_resident_mb", seen.load_bytes / MEGABYTE)


def spread(name: str, value: float, parts: Sequence[float]) -> Figure:
    """A figure of the whole, with the range of its parts."""
    return Figure(name, value, min(*parts, value), max(*parts, value))


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--seconds", type=float, help="budget of the campaign (default: that of make bench)")
    return parser.parse_args(given)


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
