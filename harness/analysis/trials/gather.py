"""The slices of a block -> its trials."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hdrh.histogram import HdrHistogram

from harness.analysis.trials.gates import failed_gates
from harness.model.asked.request import Expectation
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.load import ErrorKind, SliceRecord
from harness.model.measured.trial import Trial


def gather(
    slices: Iterable[SliceRecord],
    block: int,
    *,
    expectations: Mapping[str, Expectation] | None = None,
    generator_cores: int = 1,
) -> tuple[Trial, ...]:
    """One trial for each (cell, scenario, level) that was driven in the block, in the order they first appear.

    Only counted slices of the closed model are gathered. Rotation numbers must not repeat within a block, scenario and
    level. `expectations`, by scenario id, lets the gate on received bytes be held; `generator_cores` is how many the
    load generator may use. A trial that fails a gate is made all the same and says so.
    """
    of_trial: defaultdict[tuple[str, str, str], list[SliceRecord]] = defaultdict(list)
    for record in slices:
        if record.counted and record.offered is None:
            of_trial[record.target, record.scenario, record.level.label].append(record)
    known = expectations or {}
    return tuple(
        _trial(sorted(records, key=lambda record: record.rotation), block, known.get(scenario), generator_cores)
        for (_, scenario, _), records in of_trial.items()
    )


def salvaged(record: CampaignRecord, blocks: Mapping[int, Sequence[SliceRecord]]) -> tuple[Trial, ...]:
    """Trials of blocks that a kill cut off before they were gathered, by block number."""
    expectations = {s.id: s.expect_of_all for s in record.plan.scenarios if s.expect_of_all}
    return tuple(
        trial
        for block, slices in blocks.items()
        for trial in gather(slices, block, expectations=expectations, generator_cores=record.plan.generator_cores)
    )


def _trial(slices: Sequence[SliceRecord], block: int, expect: Expectation | None, generator_cores: int) -> Trial:
    expect = expect and expect.at(slices[0].level)
    errors: Counter[ErrorKind] = Counter()
    for record in slices:
        errors.update(record.errors)
    return Trial(
        cell=slices[0].target,
        block=block,
        scenario=slices[0].scenario,
        level=slices[0].level,
        rotations=tuple(record.rotation for record in slices),
        rates=tuple(record.rate for record in slices),
        completions=sum(record.completions for record in slices),
        answered=sum(record.answered for record in slices),
        duration_s=sum(record.duration_s for record in slices),
        errors=dict(errors),
        bytes_received=sum(record.bytes_received for record in slices),
        body_bytes=sum(record.body_bytes for record in slices),
        reconnects=sum(record.reconnects for record in slices),
        generator_cpu_s=sum(record.generator_cpu_s for record in slices),
        wall_s=sum(record.wall_s for record in slices),
        histogram=merged(record.histogram for record in slices),
        first_histogram=merged(record.first_histogram for record in slices),
        failed_gates=tuple(failed_gates(slices, expect, generator_cores)),
    )


def merged(histograms: Iterable[str | None]) -> str | None:
    """All histograms as one, exactly (counts are added, never percentiles); None where there is none."""
    total: HdrHistogram | None = None
    for encoded in histograms:
        if encoded is None:
            continue
        if total is None:
            total = HdrHistogram.decode(encoded)
        else:
            total.decode_and_add(encoded)
    return None if total is None else str(total.encode().decode())
