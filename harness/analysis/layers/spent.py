"""One profile -> CPU microseconds per request by layer, by part and by function, each summing up to the whole."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.analysis.layers.table import OTHER, Layers, responsible
from harness.model.measured.profile import KERNEL, Frame, Profile

NO_SAMPLE: Final = Frame(function="(never sampled)", file="", owner="")
IN_THE_KERNEL: Final = Frame(function="(in the kernel)", file="", owner=KERNEL)


@dataclass(frozen=True)
class Spent:
    """Microseconds per request. `own`: by the function that is responsible; `total`: by every function on the stack;
    `sample_us`: what one sample stands for."""

    layers: Mapping[str, float]
    parts: Mapping[str, float]
    own: Mapping[Frame, float]
    total: Mapping[Frame, float]
    total_us: float
    waiting_us: float
    sample_us: float


def spent(profile: Profile, table: Layers) -> Spent:
    """Samples in system calls share the kernel's time, the others the user time: the counters say how much that is,
    the samples only who it was."""
    layers: defaultdict[str, float] = defaultdict(float)
    parts: defaultdict[str, float] = defaultdict(float)
    own: defaultdict[Frame, float] = defaultdict(float)
    total: defaultdict[Frame, float] = defaultdict(float)
    for frames, microseconds in weighed(profile):
        frame = responsible(frames)
        layers[table.of(frame) if frame else OTHER] += microseconds
        parts[table.part(frames)] += microseconds
        own[frame or NO_SAMPLE] += microseconds
        for each in set(frames):
            total[each] += microseconds
    sample_us = profile.cpu_us / max(1.0, profile.samples)
    return Spent(layers, parts, own, total, profile.cpu_us, profile.waiting_us, sample_us)


def weighed(profile: Profile) -> Iterator[tuple[tuple[Frame, ...], float]]:
    """Each stack with its microseconds per request. Their sum is the CPU time per request without the profiler; time
    that no sample stands for comes last, with a stack of one made-up function."""
    stacks = [(tuple(profile.frames[place] for place in stack.frames), stack.samples) for stack in profile.stacks]
    for in_kernel, seconds, rest in (
        (True, profile.system_s, IN_THE_KERNEL),
        (False, profile.user_s, NO_SAMPLE),
    ):
        own = [(frames, samples) for frames, samples in stacks if (frames[-1].owner == KERNEL) is in_kernel]
        whole, microseconds = sum(samples for _, samples in own), 1e6 * seconds / profile.answered
        yield from ((frames, samples / whole * microseconds) for frames, samples in own)
        if not own and microseconds:
            yield (rest,), microseconds
