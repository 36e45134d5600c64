"""How often `harness diff` and its gate are wrong, and how soon they are right.

One application is compared with itself, and with itself slowed by 2, 3, 5 and 10 % of the CPU time per request at
saturation (a loop in the handler, calibrated first, under load). Each campaign is one of `harness diff`, with nothing
shortened: at most 3 minutes against itself and for 5 and 10 %, at most 6 for 2 and 3 %.

What a campaign found is kept as a line of a file as soon as it ends. Figures are those of all lines, and only missing
campaigns are measured. So the runs may be spread over days and machines; each line has its day and its processor.

Of 30 campaigns against itself at most 4 may call any difference in any metric. The slowed one must be called slower in
9 of 10. The gate (throughput:-5%), held against the same campaigns, may never fire against itself and must pass in 80 %
of them; slowed by 10 % it must fire in 9 of 10. These ten go on until the gate is decided, as `--fail-on` has it.

A full run takes about 150 minutes.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.copies import SCENARIO, copied
from shared.counts import count_figure, most_allowed
from shared.cpu_time import ROUNDS, calibrate
from shared.figures import Figure, Outcome, slug

from harness.analysis.compare.gate import gate, parse_fail_on
from harness.campaign.plan.options import Selection
from harness.campaign.plan.project import Project
from harness.campaign.run import begin, run
from harness.campaign.session.progress import Silent
from harness.campaign.variants.question import Asked, question_of
from harness.measure.machine import fingerprint
from harness.model.errors import HarnessError, TargetFailed
from harness.model.found.gate import GateOutcome
from harness.model.found.variants import MetricChange, VariantComparison
from harness.model.record import Record
from harness.report.reading import read
from harness.report.view.variants import between, titled, verdict

APPLICATION: Final = "service"
ERROR: Final = 0.05
"""What a campaign may be wrong in, over all its metrics."""
FOUND: Final = 0.9
CALIBRATED_AT: Final = 0.05
PASSED: Final = 0.8
"""The share of campaigns of one version against itself that the gate must pass; others may be inconclusive."""
GATE: Final = parse_fail_on("throughput:-5%").thresholds
GATED: Final = 0.10
"""What the gate must fire for."""
KEPT: Final = Path(__file__).parent / "kept" / "diff.jsonl"


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
    Kind("slowed-2", 0.02, 360.0, 0.01, 10),
    Kind("slowed-3", 0.03, 360.0, 0.01, 10),
    Kind("slowed-5", 0.05, 180.0, 0.02, 10),
    Kind("slowed-10", GATED, 180.0, 0.02, 10),
)


class Found(Record):
    """What a campaign found, and where: the line that is kept of it. `took_s`: from its first step to its last."""

    kind: str
    seed: int
    day: str
    processor: str
    took_s: float
    comparison: VariantComparison


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    keep = None if arguments.quick else arguments.keep
    found = {kind.id: [one for one in kept(keep) if one.kind == kind.id] for kind in KINDS}
    missing = [
        (kind, number)
        for number in range(max(kind.campaigns for kind in KINDS))
        for kind in KINDS
        if kind.id in arguments.kinds
        and len(found[kind.id]) <= number < (1 if arguments.quick else arguments.campaigns or kind.campaigns)
    ]
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        application = copied(Path(name) / APPLICATION, 0)
        turns = turns_of(Path(name), missing, quick=arguments.quick)
        for kind, number in missing:
            budget_s = min(kind.budget_s, arguments.seconds or kind.budget_s)
            one = measured(kind, application, turns[kind.id], budget_s, Path(name) / f"{kind.id}-{number}", seed=number)
            found[kind.id].append(one)
            if keep:
                keep.parent.mkdir(exist_ok=True)
                with keep.open("a", encoding="utf-8") as file:
                    file.write(one.model_dump_json() + "\n")
            shared.program.say(f"{kind.id} {number + 1}: {in_words(one.comparison)}, {one.took_s:.0f} s")
    return conclude({kind: [one.comparison for one in campaigns] for kind, campaigns in found.items()})


def turns_of(folder: Path, missing: Sequence[tuple[Kind, int]], *, quick: bool) -> dict[str, int]:
    """Turns of the loop for each kind, on this machine at this moment; none where nothing slowed is missing."""
    if not any(kind.slowed for kind, _ in missing):
        return {kind.id: 0 for kind in KINDS}
    found = calibrate(folder, CALIBRATED_AT, pairs=4 if quick else 40, rounds=1 if quick else ROUNDS)
    turns = {kind.id: found.turns(kind.slowed) if kind.slowed else 0 for kind in KINDS}
    shared.program.say(f"CPU time per request: {found.request_us:.1f} us; turns of the loop: {turns}")
    return turns


def kept(file: Path | None) -> list[Found]:
    """What is in the file; a line that a kill cut short is left out."""
    if file is None or not file.exists():
        return []
    return [Found.model_validate_json(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]


def measured(kind: Kind, application: Path, turns: int, budget_s: float, home: Path, *, seed: int) -> Found:
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
            thresholds=GATE if kind.slowed == GATED else (),
        ),
    )
    start = begin(question.prepared, home)
    began = time.monotonic()
    record = run(project, question.prepared, start, Silent())
    took_s = time.monotonic() - began
    if record.state == "interrupted":
        raise KeyboardInterrupt
    for failure in record.failures:
        raise TargetFailed(f"{failure.reason}\n{failure.log_tail}".strip(), phase=failure.phase, where=failure.cell)
    comparison = read(start.folder.path).variants
    if comparison is None:
        raise HarnessError("no comparison was made", where=str(start.folder.path))
    return Found(
        kind=kind.id,
        seed=seed,
        day=datetime.now(UTC).date().isoformat(),
        processor=fingerprint().cpu_model or "unknown",
        took_s=took_s,
        comparison=comparison,
    )


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


def gated(comparison: VariantComparison) -> GateOutcome:
    """What the gate decides of the campaign."""
    return gate(comparison, GATE).outcome


def conclude(found: dict[str, list[VariantComparison]]) -> Outcome:
    figures: list[Figure] = []
    missed: list[str] = []
    for kind in KINDS:
        if comparisons := found.get(kind.id):
            figures += figures_of(kind, comparisons)
            missed += missed_of(kind, comparisons)
    return Outcome(figures, missed)


def figures_of(kind: Kind, comparisons: Sequence[VariantComparison]) -> Iterator[Figure]:
    """False alarms, or how often the slowed one was found; the same of the gate."""
    tries, name = len(comparisons), f"diff_{slug(kind.id)}"
    if kind.slowed:
        yield count_figure(f"{name}_found", sum(map(is_slower, comparisons)), tries)
    else:
        yield count_figure(f"{name}_false_alarms", sum(bool(called(one)) for one in comparisons), tries)
        yield count_figure(f"{name}_gate_passed", outcomes(comparisons, "passed"), tries)
    if kind.slowed in {0.0, GATED}:
        yield count_figure(f"{name}_gate_fired", outcomes(comparisons, "fired"), tries)


def outcomes(comparisons: Sequence[VariantComparison], wanted: GateOutcome) -> int:
    return sum(gated(one) == wanted for one in comparisons)


def missed_of(kind: Kind, comparisons: Sequence[VariantComparison]) -> Iterator[str]:
    tries, fired = len(comparisons), outcomes(comparisons, "fired")
    if not kind.slowed:
        alarms, most = sum(bool(called(one)) for one in comparisons), most_allowed(tries, ERROR)
        passed, least = outcomes(comparisons, "passed"), floor(PASSED * tries)
        if alarms > most:
            yield f"{kind.id}: {alarms} of {tries} campaigns call a difference; at most {most} may"
        if fired:
            yield f"{kind.id}: the gate fires in {fired} of {tries} campaigns; it may in none"
        if passed < least:
            yield f"{kind.id}: the gate passes in {passed} of {tries} campaigns; at least {least} must"
        return
    hits, least = sum(map(is_slower, comparisons)), floor(FOUND * tries)
    if hits < least:
        yield f"{kind.id}: called slower in {hits} of {tries} campaigns; at least {least} must"
    if kind.slowed == GATED and fired < least:
        yield f"{kind.id}: the gate fires in {fired} of {tries} campaigns; at least {least} must"


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    ids = [kind.id for kind in KINDS]
    parser.add_argument("--kinds", nargs="+", choices=ids, default=ids, help="which campaigns (default: all)")
    parser.add_argument("--campaigns", type=int, help="of each kind (default: 30 and 10; with --quick 1)")
    parser.add_argument("--seconds", type=float, help="most seconds of a campaign (default: 180 and 360)")
    parser.add_argument("--keep", type=Path, default=KEPT, help="the file in which campaigns are kept")
    found = parser.parse_args(given)
    if found.quick and found.seconds is None:
        found.seconds = 20.0
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
