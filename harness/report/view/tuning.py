"""A race of configurations in words: the answer, its reasons, and the command to run; for the terminal and the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.model.asked.cell import Cell, change, in_words, pool_in_words, python_in_words
from harness.model.asked.tuning import Tuning
from harness.model.found.tuning import Contender, Gone, KnobEffect, Tuned
from harness.model.measured.campaign import CampaignRecord
from harness.report.text import NOT_AVAILABLE, a_second, count, number, per_second, shorten, size, times, times_between
from harness.report.view.names import called
from harness.under_test.launch.production import Production, production

CHEAPEST: Final = "fewest workers x threads, then the smallest pool, the least memory, the least CPU time per request"


@dataclass(frozen=True, slots=True)
class ContenderRow:
    """A configuration of the tie group, formatted. `p99` is empty where no response times were measured."""

    name: str
    rps: str
    ratio: str
    interval: str
    p99: str
    together: str
    memory: str
    cpu: str
    blocks: str


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A configuration that left, and why."""

    name: str
    why: str
    rps: str


@dataclass(frozen=True, slots=True)
class KnobRow:
    """What the recommended value brings beside another one of the same knob."""

    change: str
    ratio: str
    interval: str
    verdict: str


class Words:
    """How the configurations of a record are called: by what may differ between them."""

    def __init__(self, record: CampaignRecord) -> None:
        self._cells: Mapping[str, Cell] = {cell.id: cell for cell in record.plan.cells}
        self._pythons = len(record.plan.interpreters) > 1
        self._record = record

    def cell(self, cell: str) -> Cell:
        return self._cells[cell]

    def name(self, cell: str) -> str:
        """gunicorn-gthread, 2 workers, 4 threads."""
        return ", ".join(self._parts(self._cells[cell]))

    def _parts(self, cell: Cell) -> Iterator[str]:
        yield called(cell.server)
        yield in_words(cell.workers, "worker")
        if cell.threads:
            yield in_words(cell.threads, "thread")
        if cell.runtime_threads:
            yield in_words(cell.runtime_threads, "runtime thread")
        if cell.pool:
            yield pool_in_words(cell.pool)
        if self._pythons:
            yield python_in_words(cell.interpreter)

    def production(self, cell: str) -> Production | None:
        """How to run it; None where a damaged record does not hold its application."""
        planned = self._cells[cell]
        manifest, tuning = self._record.applications.get(planned.app), self._record.tuning
        return production(planned, manifest, src=tuning is not None and tuning.src) if manifest else None


def progress(words: Words, found: Tuned) -> str:
    """The race after a block, in a line."""
    fastest = max(found.contenders, key=lambda one: one.ratio, default=None)
    if fastest is None:
        return "no configuration has a figure yet"
    waiting = sum(one.cause == "waiting" for one in found.gone)
    left = f"{len(found.contenders) + waiting} of {found.candidates} still in the race"
    tied = sum(one.tied for one in found.contenders) - 1
    also = f", {tied} tied with it" if tied > 0 and not found.estimate else ""
    return (
        f"{left}; the fastest so far is {words.name(fastest.cell)} ({number(fastest.rps)} {a_second(found.unit)}){also}"
    )


def headline(words: Words, found: Tuned) -> str:
    """The answer in one sentence. It counts only what is known to keep the limit."""
    of_all = count(found.candidates, "configuration")
    under = f" under {_limit(found)}" if found.p99_s else ""
    best = [one.cell for one in found.contenders if one.limit != "unknown"]
    if not found.contenders:
        over = any(one.cause == "over-limit" for one in found.gone)
        return f"None of {of_all} keeps {_limit(found)}" if over else f"None of {of_all} could be measured"
    if found.estimate:
        return f"Nothing is decided yet among {of_all}{under}"
    if found.recommended is None:
        return f"None of {of_all} is known to keep {_limit(found)} yet"
    cheapest = words.name(found.recommended)
    if len(best) == 1:
        default = ", the default," if found.recommended == found.default else ""
        return f"{cheapest}{default} gives the most {per_second(found.unit)} of {of_all}{under}"
    how = "tied" if found.settled else "undecided"
    if found.default in best:
        cheaper = "" if found.recommended == found.default else f"; the cheapest of them is {cheapest}"
        default = f"{words.name(found.default)} is one of {len(best)} configurations that are {how}"
        start = "The default" if found.settled else "So far, the default"
        return f"{start} is as good as any{under}: {default}{cheaper}"
    return f"{len(best)} of {of_all} are the best{under} and {how}; the cheapest of them is {cheapest}"


def _limit(found: Tuned) -> str:
    return f"a p99 of {1000 * (found.p99_s or 0.0):g} ms"


def sentences(found: Tuned) -> Iterator[str]:
    """What to bear in mind beside the headline."""
    if found.void:
        yield "The default was called different from its own twin: nothing is concluded. Use a quieter machine."
    elif found.estimate and found.contenders:
        yield "There are too few blocks for intervals. Give a larger --budget, or fewer candidates."
    elif len(found.contenders) > 1:
        apart = f"are within {100 * found.delta:.3g} % of the fastest" if found.settled else "are undecided"
        yield f"The {len(found.contenders)} {apart}. The cheapest is first: {CHEAPEST}."
        cheapest = next((one for one in found.contenders if one.cell == found.recommended), None)
        if cheapest and cheapest.low is not None and cheapest.low < 1 and not found.settled:
            yield f"The recommended one may be as slow as {times(cheapest.low)} the fastest: its interval says no more."
        if not found.settled:
            yield "More blocks may separate them: give a larger --budget, or a smaller list of candidates."
    unsure = sum(one.limit == "unknown" for one in found.contenders)
    if unsure:
        yield f"Whether p99 keeps the limit is not known of {unsure} of them, which are not recommended."
    if waiting := sum(one.cause == "waiting" for one in found.gone):
        yield f"{count(waiting, 'configuration was', 'configurations were')} not measured: the campaign ended before."
    if found.p99_s and found.share:
        yield f"p99 is of response times at a fixed rate, {found.share:.0%} of what each configuration can do."


def default_said(words: Words, found: Tuned) -> str:
    """How the default does where it is not in the tie group; empty where it is, or is no candidate."""
    gone = next((one for one in found.gone if one.cell == found.default), None)
    return f"The default, {words.name(gone.cell)}, left the race: {why(words, gone)}." if gone else ""


def why(words: Words, gone: Gone) -> str:
    """slower than uvicorn, 2 workers."""
    if gone.cause == "slower" and gone.than:
        return f"slower than {words.name(gone.than)}"
    if gone.cause == "over-limit":
        return f"above the limit: {gone.reason}" if gone.reason else "above the limit"
    return shorten(gone.reason, 200)


def contender_rows(words: Words, found: Tuned) -> tuple[ContenderRow, ...]:
    return tuple(
        ContenderRow(
            name=words.name(one.cell) + (" (default)" if one.cell == found.default else ""),
            rps=number(one.rps),
            ratio=times(one.ratio),
            interval=_interval(one),
            p99=_p99(one) if found.share else "",
            together=str(one.together),
            memory=NOT_AVAILABLE if one.memory_bytes is None else size(round(one.memory_bytes)),
            cpu=NOT_AVAILABLE if one.cpu_us is None else f"{number(one.cpu_us)} µs",
            blocks=str(one.blocks),
        )
        for one in found.contenders
    )


def _interval(one: Contender | KnobEffect) -> str:
    if one.low is None or one.high is None:
        return NOT_AVAILABLE
    return "the fastest" if one.low == one.high else times_between(one.low, one.high)


def _p99(one: Contender) -> str:
    if one.p99_s is None:
        return NOT_AVAILABLE
    said = f"{number(1000 * one.p99_s)} ms"
    return f"{said} (not sure)" if one.limit == "unknown" else said


def gone_rows(words: Words, found: Tuned) -> tuple[GoneRow, ...]:
    """The fastest first, and those without a figure last."""
    ordered = sorted(found.gone, key=lambda one: -(one.rps or 0.0))
    return tuple(
        GoneRow(
            name=words.name(one.cell) + (" (default)" if one.cell == found.default else ""),
            why=why(words, one),
            rps=NOT_AVAILABLE if one.rps is None else number(one.rps),
        )
        for one in ordered
    )


def knob_rows(words: Words, found: Tuned) -> tuple[KnobRow, ...]:
    return tuple(
        KnobRow(
            change=_change(words.cell(one.cell), words.cell(one.other), one),
            ratio=times(one.ratio),
            interval=_interval(one),
            verdict=_said(one),
        )
        for one in found.knobs
    )


def _change(cell: Cell, other: Cell, effect: KnobEffect) -> str:
    if effect.knob == "server":
        return f"{called(cell.server)} instead of {called(other.server)}"
    return change(cell, other, effect.knob)


def _said(effect: KnobEffect) -> str:
    if effect.verdict == "better":
        return "faster" if effect.ratio > 1 else "slower"
    return "tied" if effect.verdict == "tied" else "undecided"


def command_said(made: Production, tuning: Tuning) -> str:
    """What to know of the command before it is used."""
    where = "folder" if made.folder == "." else f"folder {made.folder}"
    return (
        f"Run it in the {where} of {shorten(tuning.title, 80)}, in its environment, with the variables that it needs."
        " Address, port, log level, backlog and keep-alive time are those of the measurement: set your own."
    )
