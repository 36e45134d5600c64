"""A statement's evidence in one sentence, made from its figures: for the terminal, the page and the export alike."""

from collections.abc import Callable
from typing import Final, assert_never

from harness.model.found.capabilities import TITLES
from harness.model.found.statements import (
    AnswerPart,
    AtOncePart,
    CapabilityPart,
    FoundPart,
    IdlePart,
    PartsPart,
    RankingPart,
    RequirementPart,
    StatementFinding,
    StatementVerdict,
    Then,
    ThreadsPart,
)
from harness.report.text import count, listing, number, share, shorten, times, times_between
from harness.report.view.names import called
from harness.report.view.sections.effects import signed

SAID: Final[dict[StatementVerdict, str]] = {
    "holds": "holds",
    "held-then": "held then, not now",
    "does-not-hold": "does not hold",
    "cannot-tell": "cannot tell here",
}
RESTS_ON: Final = {"published": "the published figures", "tried": "that version, tried here"}
LONGEST: Final = 200
"""Characters of a text that others wrote, inside a sentence."""

Label = Callable[[str], str]
"""What a reader calls a cell, or an application, by its id."""


def sentence(found: StatementFinding, label: Label, title: Label) -> str:
    """What speaks for the verdict: of a statement that is refuted or open, first the parts that make it so. `label` is
    of cells, `title` of applications."""
    decides = {"holds": "holds", "cannot-tell": "cannot-tell"}.get(found.verdict, "does-not-hold")
    ordered = sorted(found.parts, key=lambda part: part.verdict != decides)
    clauses = dict.fromkeys(clause(part, label, title) for part in ordered)
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}."


def clause(part: FoundPart, label: Label, title: Label) -> str:
    """One piece of evidence, without a capital or a full stop."""
    if part.verdict == "cannot-tell" and not _has_figures(part):
        return shorten(part.reason, LONGEST)
    text = _figures(part, label, title)
    open_ = f" ({shorten(part.reason, LONGEST)})" if part.verdict == "cannot-tell" and part.reason else ""
    return text + open_ + (_of_then(part.then) if part.then and part.verdict == "does-not-hold" else "")


def _has_figures(part: FoundPart) -> bool:
    match part:
        case RankingPart() | PartsPart() | ThreadsPart():
            return part.ratio is not None
        case AtOncePart():
            return part.at_once is not None
        case _:
            return False


def _figures(part: FoundPart, label: Label, title: Label) -> str:
    match part:
        case RankingPart():
            found: str = _ranking(part)
        case RequirementPart():
            found = _requirement(part)
        case PartsPart():
            found = _parts(part, label)
        case ThreadsPart():
            found = _threads(part, label)
        case IdlePart():
            found = _idle(part, label)
        case AtOncePart():
            found = _at_once(part, label)
        case CapabilityPart():
            found = _capability(part, title)
        case AnswerPart():
            found = _answer(part, label, title)
        case _:
            assert_never(part)
    return found


def _ranking(part: RankingPart) -> str:
    ratio = f"{times(part.ratio or 0.0)}{_interval(part.low, part.high)}"
    closest = ", the closest pair" if part.verdict == "holds" else ""
    where = f"in {part.scenario}, {part.tier} tier" if part.tier else f"in {part.scenario}"
    return f"{where}, {part.first} answers {ratio} the requests of {part.second}{closest}"


def _requirement(part: RequirementPart) -> str:
    subject = f"{part.distribution} {part.version}".rstrip()
    if part.verdict == "holds":
        return f"{subject} requires {part.requires}"
    others = listing(list(part.required)) if part.required else "nothing"
    return f"{subject} requires {others}, and not {part.requires}"


def _parts(part: PartsPart, label: Label) -> str:
    ratio = f"{times(part.ratio or 0.0)}{_interval(part.low, part.high)}"
    text = f"in {part.scenario}, {label(part.faster)} answers {ratio} the requests of {label(part.slower)}"
    if part.interface_us is None or part.framework_us is None:
        return text
    interface = _microseconds(part.interface_us, part.interface_low, part.interface_high)
    frameworks = _microseconds(part.framework_us, part.framework_low, part.framework_high)
    whole = signed(part.interface_us + part.framework_us)
    return (
        f"{text}; a request of the latter takes {whole} µs, of which interface, server and driver are {interface} and"
        f" the frameworks {frameworks}"
    )


def _threads(part: ThreadsPart, label: Label) -> str:
    ratio = f"{times(part.ratio or 0.0)}{_interval(part.low, part.high)}"
    cpu = _change(part.few_cpu_us, part.many_cpu_us, "µs")
    switches = _change(part.few_switches, part.many_switches, "context switches")
    details = "; ".join(filter(None, (cpu, switches)))
    threads = f"with {count(part.many_threads or 0, 'thread')} in the place of {part.few_threads}"
    return f"in {part.scenario}, a request of {label(part.many)} takes {ratio} the CPU {threads} ({details})"


def _idle(part: IdlePart, label: Label) -> str:
    switches = "" if part.switches_s is None else f" and switches {number(part.switches_s)} times a second"
    threads = count(part.threads, "thread")
    return (
        f"with {threads} and nothing to do, {label(part.cell)} uses {share(part.cpu_share or 0.0)} of a core{switches}"
    )


def _change(before: float | None, after: float | None, unit: str) -> str:
    return "" if before is None or after is None else f"{number(before)} to {number(after)} {unit}"


def _at_once(part: AtOncePart, label: Label) -> str:
    found = f"{number(part.at_once or 0.0)}{_span(part.low, part.high)}"
    of = f"of {part.connections:,} requests" if part.connections else "of all requests"
    return f"{of} to {label(part.cell)}, {found} waited at the same time on one worker with one thread"


def _capability(part: CapabilityPart, title: Label) -> str:
    how = f" ({shorten(part.how, LONGEST)})" if part.how else ""
    probes = {str(id_): said for id_, said in TITLES.items()}
    return f"{probes.get(part.probe, part.probe)} of {title(part.app)} on {called(part.server)}: {part.answer}{how}"


def _answer(part: AnswerPart, label: Label, title: Label) -> str:
    if part.verdict == "does-not-hold":
        return (
            f"{title(part.app)} does not answer {part.scenario} as the contract has it: {shorten(part.reason, LONGEST)}"
        )
    cost = f", at {number(part.cpu_us)} µs of CPU per request" if part.cpu_us is not None else ""
    over = ""
    if part.framework_us is not None:
        added = _microseconds(part.framework_us, part.framework_low, part.framework_high)
        over = f"; {added} beside the bare callable"
    return f"{label(part.cell)} answers {part.scenario} as the contract has it, refusals included{cost}{over}"


def _of_then(then: Then) -> str:
    held = {"holds": "it held then", "does-not-hold": "it did not hold then"}.get(
        then.verdict, "what held then is open"
    )
    return f"; {held}, by {RESTS_ON[then.rests_on]} ({shorten(then.of, LONGEST)})"


def _microseconds(value: float, low: float | None, high: float | None) -> str:
    bounds = "" if low is None or high is None else f" ({signed(low)} to {signed(high)})"
    return f"{signed(value)} µs{bounds}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({times_between(low, high)})"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({number(low)}–{number(high)})"
