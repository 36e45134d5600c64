"""How often `harness diff` is wrong, and how soon it is right.

One application is compared with itself, and with itself slowed by 3 and by 5 % of the CPU time per request at
saturation (a loop in the handler, calibrated first, under load). Each campaign is one of `harness diff`, with nothing
shortened: at most 3 minutes against itself and for 5 %, at most 6 for 3 %. Its folder is kept below --data; a program
that is started again measures only what is missing, so the runs may be spread over days.

Of 30 campaigns against itself at most 4 may call any difference in any metric. The slowed one must be called slower in
9 of 10.

A full run takes about 180 minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.copies import SCENARIO, copied
from shared.counts import count_figure, most_allowed
from shared.cpu_time import ROUNDS, calibrate
from shared.figures import Figure, Outcome, slug

from harness.campaign.plan.options import Selection
from harness.campaign.plan.project import Project
from harness.campaign.run import begin, run
from harness.campaign.session.progress import Silent
from harness.campaign.variants.question import Asked, question_of
from harness.model.errors import HarnessError, TargetFailed
from harness.model.found.variants import MetricChange, VariantComparison
from harness.report.reading import read
from harness.report.view.variants import between, titled, verdict

APPLICATION: Final = "service"
ERROR: Final = 0.05
"""What a campaign may be wrong in, over all its metrics."""
FOUND: Final = 0.9
CALIBRATED_AT: Final = 0.05


@dataclass(frozen=True)
class Kind:
    """Campaigns that are alike. `slowed`: B, by this share; `delta`: the difference that matters."""

    id: str
    slowed: float
    budget_s: float
    delta: float
    campaigns: int


KINDS: Final = (
    Kind("same", 0.0, 180.0, 0.02, 30),
    Kind("slowed-3", 0.03, 360.0, 0.01, 10),
    Kind("slowed-5", 0.05, 180.0, 0.02, 10),
)


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    found: dict[str, list[VariantComparison]] = {}
    with TemporaryDirectory(prefix="harness-benchmark-") as name, data_of(arguments, Path(name)) as data:
        turns = turns_of(Path(name), quick=arguments.quick)
        application = copied(Path(name) / APPLICATION, 0)
        for kind in KINDS:
            wanted = 1 if arguments.quick else arguments.campaigns or kind.campaigns
            budget_s = min(kind.budget_s, arguments.seconds or kind.budget_s)
            found[kind.id] = []
            for number in range(wanted if kind.id in arguments.kinds else 0):
                home = data / kind.id / f"{number:02d}"
                comparison = kept(home) or measured(kind, application, turns[kind.id], budget_s, home, seed=number)
                found[kind.id].append(comparison)
                shared.program.say(f"{kind.id} {number + 1} of {wanted}: {in_words(comparison)}")
    return conclude(found)


@contextmanager
def data_of(arguments: argparse.Namespace, temporary: Path) -> Iterator[Path]:
    """Where campaigns are kept; a short look keeps nothing."""
    yield temporary / "data" if arguments.quick else arguments.data


def turns_of(folder: Path, *, quick: bool) -> dict[str, int]:
    """Turns of the loop for each kind, on this machine at this moment."""
    found = calibrate(folder, CALIBRATED_AT, pairs=4 if quick else 40, rounds=1 if quick else ROUNDS)
    turns = {kind.id: found.turns(kind.slowed) if kind.slowed else 0 for kind in KINDS}
    shared.program.say(f"a request takes {found.request_us:.1f} us of CPU time; turns of the loop: {turns}")
    return turns


def kept(home: Path) -> VariantComparison | None:
    """What a campaign found that was measured to its end before."""
    for folder in sorted(home.glob("*/campaign.json")):
        source = read(folder.parent)
        if source.record.state == "finished" and not source.record.failures:
            return source.variants
    return None


def measured(kind: Kind, application: Path, turns: int, budget_s: float, home: Path, *, seed: int) -> VariantComparison:
    """A campaign of `harness diff`, to its end. Raises HarnessError where a side failed."""
    project = Project.here()
    question = question_of(
        project,
        Asked(
            application=APPLICATION,
            a=(),
            b=(f"env:TURNS={turns}",) if turns else (),
            folders=Selection(app_folders=(application,)),
            scenarios=(SCENARIO,),
            options={"budget_s": budget_s, "delta": kind.delta, "seed": seed},
        ),
    )
    start = begin(question.prepared, home)
    record = run(project, question.prepared, start, Silent())
    if record.state == "interrupted":
        raise KeyboardInterrupt
    for failure in record.failures:
        raise TargetFailed(f"{failure.reason}\n{failure.log_tail}".strip(), phase=failure.phase, where=failure.cell)
    comparison = read(start.folder.path).variants
    if comparison is None:
        raise HarnessError("no comparison was made", where=str(start.folder.path))
    return comparison


def called(comparison: VariantComparison) -> list[MetricChange]:
    """Every metric that is called different."""
    return [change for _, change in comparison.changes() if change.verdict in {"better", "worse"}]


def is_slower(comparison: VariantComparison) -> bool:
    """Whether B answers fewer requests per second, as it does in truth."""
    return any(change.metric == "throughput" and change.verdict == "worse" for change in called(comparison))


def in_words(comparison: VariantComparison) -> str:
    """The campaign in a line."""
    said = [f"{titled(one)} {verdict(one)} ({between(one)})" for _, one in comparison.changes()]
    return f"{'; '.join(said)} after {comparison.blocks} blocks"


def conclude(found: dict[str, list[VariantComparison]]) -> Outcome:
    figures: list[Figure] = []
    missed: list[str] = []
    for kind in KINDS:
        if comparisons := found.get(kind.id):
            figures.append(figure_of(kind, comparisons))
            missed += missed_of(kind, comparisons)
    return Outcome(figures, missed)


def figure_of(kind: Kind, comparisons: Sequence[VariantComparison]) -> Figure:
    """False alarms, or how often the slowed one was found."""
    hit = is_slower if kind.slowed else called
    name = "found" if kind.slowed else "false_alarms"
    return count_figure(f"diff_{slug(kind.id)}_{name}", sum(bool(hit(one)) for one in comparisons), len(comparisons))


def missed_of(kind: Kind, comparisons: Sequence[VariantComparison]) -> Iterator[str]:
    tries = len(comparisons)
    if kind.slowed:
        hits, least = sum(map(is_slower, comparisons)), floor(FOUND * tries)
        if hits < least:
            yield f"{kind.id}: called slower in {hits} of {tries} campaigns; at least {least} must"
        return
    alarms, most = sum(bool(called(one)) for one in comparisons), most_allowed(tries, ERROR)
    if alarms > most:
        yield f"{kind.id}: {alarms} of {tries} campaigns call a difference; at most {most} may"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    ids = [kind.id for kind in KINDS]
    parser.add_argument("--kinds", nargs="+", choices=ids, default=ids, help="which campaigns (default: all)")
    parser.add_argument("--campaigns", type=int, help="of each kind (default: 30 and 10; with --quick 1)")
    parser.add_argument("--seconds", type=float, help="most seconds of a campaign (default: 180 and 360)")
    data = Project.here().results / "benchmark-diff"
    parser.add_argument("--data", type=Path, default=data, help=f"where campaigns are kept (default: {data})")
    found = parser.parse_args(given)
    if found.quick and found.seconds is None:
        found.seconds = 20.0
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
