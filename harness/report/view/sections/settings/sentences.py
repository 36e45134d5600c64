"""What follows from a curve, in sentences made from its figures. Only what is distinguished is said to differ."""

from collections.abc import Callable, Iterator
from typing import Final

from harness.model.asked.cell import in_words, one_of
from harness.model.found.curve import Axis, Curve, CurvePoint
from harness.model.found.ranking import PairVerdict
from harness.report.text import a_second, capitalised, number, times, times_between

MOST_CITED: Final = 4
"""Points of a curve that one sentence can hold."""
Named = Callable[[str], str]
"""What a cell that has no such setting is called, by its id."""


def says(curve: Curve, named: Named) -> tuple[str, ...]:
    """The figures of each value (of many: the least, the best and the largest one) and of the fastest cell beside; then
    each comparison of them that was asked for, with its verdict."""
    return tuple(_sentences(curve, named))


def value_in_words(setting: Axis, value: int) -> str:
    """1 thread, 8 threads, a pool of 4."""
    return f"a pool of {value:,}" if setting == "pool" else in_words(value, one_of(setting))


def _sentences(curve: Curve, named: Named) -> Iterator[str]:
    said = _Said(curve, named)
    yield said.figures()
    for pair in (curve.gain, curve.loss, curve.other):
        if pair is not None:
            yield said.faster(pair)
    undecided = curve.gain is not None and curve.gain.verdict == "unresolved"
    if curve.enough != curve.points[-1].cell and not undecided:
        yield f"Beyond {said.name(curve.enough)} nothing larger is distinguished as faster."
    if curve.cpu is not None:
        yield said.cheaper(curve.cpu)
    if switches := said.switches():
        yield switches


class _Said:
    """The words of one curve."""

    def __init__(self, curve: Curve, named: Named) -> None:
        self._points = {point.cell: point for point in (*curve.points, *curve.beside)}
        self._curve, self._named = curve, named

    def name(self, cell: str) -> str:
        point = self._points[cell]
        return self._named(cell) if point.value is None else value_in_words(self._curve.setting, point.value)

    def figures(self) -> str:
        """8 threads answer 160 requests/s; 200 threads 3,700, at 2.30× the memory; Starlette on uvicorn 4,900."""
        first, *others = self._cited()
        verb = "answer" if self._many(first.cell) else "answers"
        parts = [f"{self.name(first.cell)} {verb} {number(first.rps)} {a_second(self._curve.unit)}"]
        parts += [f"{self.name(one.cell)} {number(one.rps)}{_memory(first, one)}" for one in others]
        return _sentence("; ".join(parts))

    def faster(self, pair: PairVerdict) -> str:
        """200 threads are 23.1× (21.0–25.4) as fast as 8 threads."""
        first, second = self.name(pair.first), self.name(pair.second)
        if pair.verdict == "better" and pair.low is not None and pair.high is not None:
            verb = "are" if self._many(pair.first) else "is"
            return _sentence(f"{first} {verb} {_ratio(pair)} as fast as {second}")
        return _sentence(f"{first} and {second} are {'tied' if pair.verdict == 'tied' else 'not distinguished'}")

    def cheaper(self, pair: PairVerdict) -> str:
        """The pair is of requests per CPU second: the second cell takes more CPU time."""
        first, second = self.name(pair.first), self.name(pair.second)
        if pair.verdict == "better" and pair.low is not None and pair.high is not None:
            return _sentence(f"the CPU time per request with {second} is {_ratio(pair)} that with {first}")
        how = "tied" if pair.verdict == "tied" else "not distinguished"
        return _sentence(f"in CPU time per request {first} and {second} are {how}")

    def switches(self) -> str:
        """Empty where they are not known at both ends."""
        least, largest = self._curve.points[0], self._curve.points[-1]
        found = [(switches_of(one), self.name(one.cell)) for one in (least, largest)]
        parts = [f"{number(count)} with {name}" for count, name in found if count is not None]
        return _sentence(f"context switches per request: {', '.join(parts)}") if len(parts) == 2 else ""

    def _cited(self) -> list[CurvePoint]:
        curve = self._curve
        named = dict.fromkeys((curve.points[0].cell, curve.best, curve.points[-1].cell))
        cells = [one.cell for one in curve.points if len(curve.points) <= MOST_CITED or one.cell in named]
        return [*(self._points[cell] for cell in cells), *curve.beside[:1]]

    def _many(self, cell: str) -> bool:
        value = self._points[cell].value
        return value not in {None, 1} and self._curve.setting != "pool"


def switches_of(point: CurvePoint) -> float | None:
    """Context switches of a request, of both kinds; None where either is not known."""
    voluntary, involuntary = point.cost.voluntary_switches, point.cost.involuntary_switches
    return None if voluntary is None or involuntary is None else voluntary + involuntary


def _memory(base: CurvePoint, point: CurvePoint) -> str:
    before, now = base.cost.load_pss_bytes, point.cost.load_pss_bytes
    return f", at {times(now / before)} the memory" if before and now else ""


def _ratio(pair: PairVerdict) -> str:
    bounds = f" ({times_between(pair.low, pair.high)})" if pair.low is not None and pair.high is not None else ""
    return f"{times(pair.ratio)}{bounds}"


def _sentence(text: str) -> str:
    return f"{capitalised(text)}."
