"""Was it the generator? A verdict on the slices of one trial, from what generator and server used. Pure."""

from collections.abc import Sequence
from typing import Final

from harness.model.measured.load import SliceRecord
from harness.model.measured.trial import Bound, Limit
from harness.model.notice import Notice

GENERATOR_BOUND: Final[Limit] = "generator-bound"
GIVE_IT_MORE: Final = "give the generator more: harness run --load-processes N, or --workers N on other machines"
"""What to do where the generator was the limit."""

UPSTREAM_BOUND: Final = "upstream-bound"

MAX_GENERATOR_SHARE: Final = 0.85
"""Of its cores: a generator that used more may have been the limit."""

MAX_BUSY_SHARE: Final = 0.80
"""Of its time, that a generator that never sleeps had work: slowed on purpose, it cost 0.4 % of the rate at 76 %, and
8 % at 87 % (tests/load/test_slowed_generator.py)."""

MAX_SHARE_OF_NULL: Final = 0.70
MAX_LITTLE_DEVIATION: Final = 0.05
IDLE_ENOUGH: Final = 0.5
"""A generator that used no more of its cores was not the limit, however little it did against a null responder in what
may have been a slow moment of the machine."""
SATURATED: Final = 0.85
"""Share of its cores from which on a server counts as busy."""

NOTHING: Final[tuple[Limit, str]] = ("neither", "nothing was measured")


def bound_of(
    slices: Sequence[SliceRecord],
    *,
    generator_cores: int,
    server_share: float | None = None,
    null_rps: float | None = None,
) -> Bound:
    """Judge the slices of one target, scenario and level.

    `server_share`: of its cores, that the server's tree (and its services') used meanwhile, 0 to 1; None: not measured.
    """
    duration_s = sum(record.duration_s for record in slices)
    completions = sum(record.completions for record in slices)
    work_s = sum(record.generator_work_s for record in slices)
    generator_share = share_of_generator(slices, generator_cores)
    little = little_ratio(slices)
    rate = completions / duration_s if duration_s else 0.0
    if generator_share is None:
        limit, reason = NOTHING
    else:
        limit, reason = (
            of_generator(slices, generator_cores)
            or of_server(generator_share, server_share)
            or (None if never_slept(slices) else beside_null(generator_share, rate, null_rps))
            or of_neither(generator_share, server_share, little)
        )
    return Bound(
        limit=limit,
        reason=reason,
        generator_share=generator_share,
        ceiling_rps=generator_cores * sum(record.answered for record in slices) / work_s if work_s else None,
        null_rps=null_rps,
        server_share=server_share,
        little=little,
    )


def share_of_generator(slices: Sequence[SliceRecord], cores: int) -> float | None:
    """Of its cores, that the generator's work took over the slices; None where nothing was driven."""
    wall_s = sum(record.wall_s for record in slices)
    return sum(record.generator_work_s for record in slices) / (cores * wall_s) if wall_s else None


def never_slept(slices: Sequence[SliceRecord]) -> bool:
    """Whether the generator tells how much of the time it had work, in every slice."""
    return all(record.generator_busy_s is not None for record in slices)


def of_generator(slices: Sequence[SliceRecord], cores: int) -> tuple[Limit, str] | None:
    """Why it was the generator, from how much of the time it had work, or what it used of its cores; None where it was
    not."""
    share = share_of_generator(slices, cores) or 0.0
    if share <= (MAX_BUSY_SHARE if never_slept(slices) else MAX_GENERATOR_SHARE):
        return None
    if not never_slept(slices):
        return GENERATOR_BOUND, f"the generator used {share:.0%} of its cores"
    ready_s = sum((record.ready_s or 0.0) * record.wall_s for record in slices) / sum(r.wall_s for r in slices)
    return (
        GENERATOR_BOUND,
        f"the generator had work {share:.0%} of the time, and answers lay ready for {1e6 * ready_s:,.0f} us",
    )


def of_server(generator: float, server: float | None) -> tuple[Limit, str] | None:
    """Why it was the server, where it was not the generator; None where it was not seen busy. Shares of cores."""
    if server is not None and server >= SATURATED:
        return "server-bound", f"the server used {server:.0%} of its cores, the generator {generator:.0%}"
    return None


def beside_null(share: float, rate: float, null_rps: float | None) -> tuple[Limit, str] | None:
    """Whether a generator that was busy half of the time did hardly less than it can. What a null responder gave is of
    another moment of the machine: it tells nothing against a server that was seen busy meanwhile."""
    if null_rps is not None and rate > MAX_SHARE_OF_NULL * null_rps and share > IDLE_ENOUGH:
        return GENERATOR_BOUND, f"{rate:.0f} requests/s is {rate / null_rps:.0%} of what a null responder gave"
    return None


def of_upstream(cpu_s_a_request: float, rate: float) -> Notice | None:
    """The gate that a trial fails where the upstream may have been the limit: it is one process, and one core is
    the most it can use."""
    share = cpu_s_a_request * rate
    if share <= MAX_BUSY_SHARE:
        return None
    seen = f"the upstream was busy {share:.0%} of the time: it may have been the limit, not the server"
    return Notice(code=UPSTREAM_BOUND, seen=seen, mend="leave the upstream a core: measure fewer workers")


def of_neither(generator: float, server: float | None, little: float | None) -> tuple[Limit, str]:
    """What is known where neither was seen to be the limit."""
    if little is not None and off_little(little):
        return "neither", f"connections were busy {little:.0%} of the time (Little's law); see errors and reconnects"
    if server is None:
        return "neither", f"the generator used {generator:.0%} of its cores; the server's were not measured"
    return "neither", f"the server used {server:.0%} of its cores: it waited, or connections were too few"


def off_little(little: float) -> bool:
    """Whether requests in flight and connections are too far apart for both to be right (Little 1961)."""
    return abs(little - 1) > MAX_LITTLE_DEVIATION


def little_ratio(slices: Sequence[SliceRecord]) -> float | None:
    """Mean requests in flight by Little's law over connections, weighted by duration; None in the open model."""
    known = [s for s in slices if s.latency_mean_s is not None and s.offered is None and s.duration_s > 0]
    duration_s = sum(record.duration_s for record in known)
    if not duration_s:
        return None
    busy_s = sum(s.completions * (s.latency_mean_s or 0.0) / s.level.connections for s in known)
    return busy_s / duration_s
