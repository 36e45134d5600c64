"""Gates: what keeps a trial out of the ranking, each as a cause, what was seen, and what to do (docs/method.md)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from harness.analysis.trials.bound import GENERATOR_BOUND, GIVE_IT_MORE, of_generator
from harness.model.asked.request import Expectation
from harness.model.measured.load import SliceRecord
from harness.model.notice import Notice

MAX_ERROR_SHARE: Final = 0.001
MAX_BYTE_DEVIATION: Final = 0.01
MAX_MARKED_SHARE: Final = 0.05
"""Of slices with one and the same mark."""

FATAL_MARKS: Final = frozenset({"lost-worker", "wrong-body-in-sample"})
"""One slice with such a mark fails the trial: responses went uncounted, or what was counted was not right."""


def failed_gates(slices: Sequence[SliceRecord], expect: Expectation | None, generator_cores: int) -> Iterator[Notice]:
    """Every gate that the slices of one trial fail. `expect` None leaves out what needs to know the response."""
    if sum(record.completions for record in slices) == 0:
        yield _nothing(slices)
        return
    gates = (_errors(slices), _bytes(slices, expect), _generator(slices, generator_cores), *_marks(slices))
    yield from (gate for gate in gates if gate is not None)


def _nothing(slices: Sequence[SliceRecord]) -> Notice:
    kinds = _by_kind(slices)
    seen = f"no validated response in {len(slices)} slices" + (f" ({kinds})" if kinds else "")
    return Notice(code="nothing-measured", seen=seen, mend="read the server's log; run harness verify for this cell")


def _errors(slices: Sequence[SliceRecord]) -> Notice | None:
    errors = sum(sum(record.errors.values()) for record in slices)
    answered = errors + sum(record.completions for record in slices)
    if errors <= MAX_ERROR_SHARE * answered:
        return None
    seen = f"{errors} of {answered} requests failed ({errors / answered:.2%}; {_by_kind(slices)})"
    return Notice(code="errors", seen=seen, mend="read the server's log; at most 0.1 % of requests may fail")


def _bytes(slices: Sequence[SliceRecord], expect: Expectation | None) -> Notice | None:
    """Where the body never changes, body bytes must be requests x its length: as the manifest has it for text, and
    as most slices have it for JSON, which frameworks may write with or without blanks."""
    counted = [record for record in slices if record.completions]
    if expect is None or not expect.fixed or expect.body is None or not any(record.body_bytes for record in counted):
        return None
    size = median(record.body_bytes / record.completions for record in counted)
    if expect.form == "text":
        size = len(expect.body.encode())
    due = size * sum(record.completions for record in counted)
    got = sum(record.body_bytes for record in counted)
    if abs(got - due) <= MAX_BYTE_DEVIATION * due:
        return None
    seen = f"{got} body bytes received where {due:.0f} were due ({got / due - 1:+.1%})"
    return Notice(code="bytes", seen=seen, mend="a response is cut short or changes under load; look at its body")


def _generator(slices: Sequence[SliceRecord], cores: int) -> Notice | None:
    found = of_generator(slices, cores)
    return Notice(code=GENERATOR_BOUND, seen=found[1], mend=GIVE_IT_MORE) if found else None


def _marks(slices: Sequence[SliceRecord]) -> Iterator[Notice]:
    marked = Counter(mark for record in slices for mark in record.marks)
    for mark, count in sorted(marked.items()):
        if mark in FATAL_MARKS or count > MAX_MARKED_SHARE * len(slices):
            mend = "see the log of the load process, and the server's"
            yield Notice(code=mark, seen=f"{count} of {len(slices)} slices are marked {mark}", mend=mend)


def _by_kind(slices: Sequence[SliceRecord]) -> str:
    kinds: Counter[str] = Counter()
    for record in slices:
        kinds.update(record.errors)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()) if count)
