"""Windows beside rotations, and short slices beside long ones: what the measured rounds and pairs say."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from harness.stats.additive import additive_fit
from harness.stats.arrays import Floats
from harness.stats.robust import hodges_lehmann, t_interval
from shared.figures import Figure, slug
from shared.program import say
from shared.standard_errors import grouped, jackknifed, mean_error, residual_deviation, trimmed_error

MOST_RATIO: Final = 1.1
MOST_BIAS: Final = 0.02
RATIO: Final = "se_rotation_over_window"
BIAS: Final = "slice_bias_"


class Round(NamedTuple):
    """log(requests per second): `windows` of each cell, `rotations` of each cell; and how long all the windows took."""

    windows: list[float]
    rotations: list[list[float]]
    seconds: float


class Pair(NamedTuple):
    """log(requests per second) of a short and a long slice of an application, side by side."""

    app: str
    short: float
    long: float


def by_windows(rounds: Sequence[Round]) -> Floats:
    """(rounds, cells)."""
    return np.array([each.windows for each in rounds])


def by_rotations(rounds: Sequence[Round], first: int | None = None) -> Floats:
    """(rounds, cells): what the project's fit makes of each round's rotations, or of its `first` ones."""
    return np.array([additive_fit(np.array(each.rotations[:first])).cells for each in rounds])


def tell_errors_against_time(rounds: Sequence[Round]) -> None:
    """Standard error of a ratio from so many seconds of measuring all cells: by windows, and by rotations."""
    windows, rotations = by_windows(rounds), by_rotations(rounds)
    fewest = min(len(each.rotations) for each in rounds)
    round_s = float(np.mean([each.seconds for each in rounds]))
    say("\nseconds  s.e. by windows  by rotations")
    for first in sorted({max(1, fewest // share) for share in (8, 4, 2)}):
        error = ratio_error(by_rotations(rounds, first))
        say(f"{round_s * first / fewest:7.1f}  {'none yet':>15}  {error:12.2%}")
    for size in (1, 2, 4):
        if len(rounds) >= 3 * size:
            by_window, by_rotation = (ratio_error(grouped(values, size)) for values in (windows, rotations))
            say(f"{round_s * size:7.1f}  {by_window:15.2%}  {by_rotation:12.2%}")
    total_s, errors = round_s * len(rounds), (mean_error(windows), mean_error(rotations))
    say(f"{total_s:7.1f}  {errors[0]:15.2%}  {errors[1]:12.2%}  (mean of {len(rounds)} rounds)\n")


def ratio_error(values: Floats) -> float:
    """Standard deviation of log(a cell / another) in one row of `values`."""
    return residual_deviation(values) * 2**0.5


def figures(twins: Sequence[int], rounds: Sequence[Round], pairs: Sequence[Pair]) -> list[Figure]:
    """All figures. `twins`: where the two that are one application stand among the cells of a round."""
    windows, rotations = by_windows(rounds), by_rotations(rounds)
    return [
        *error_figures(windows, rotations),
        aa_figure("aa_ratio_window", windows[:, list(twins)]),
        aa_figure("aa_ratio_rotation", rotations[:, list(twins)]),
        *bias_figures(pairs),
    ]


def error_figures(windows: Floats, rotations: Floats) -> list[Figure]:
    """The ratio of standard errors at equal measured time, of means and of trimmed means; the errors in per cent."""
    count = len(windows)
    return [
        jackknifed(RATIO, lambda of: mean_error(rotations[of]) / mean_error(windows[of]), count),
        jackknifed(f"{RATIO}_trimmed", lambda of: trimmed_error(rotations[of]) / trimmed_error(windows[of]), count),
        jackknifed("se_window_percent", lambda of: 100 * mean_error(windows[of]), count),
        jackknifed("se_rotation_percent", lambda of: 100 * mean_error(rotations[of]), count),
    ]


def aa_figure(name: str, values: Floats) -> Figure:
    """The ratio of an application to itself: 1 in truth. `values`: (rounds, 2)."""
    differences = values[:, 0] - values[:, 1]
    half = t_interval(differences)
    assert half is not None, "three rounds or more"
    low, value, high = np.exp(differences.mean() + np.array([-half, 0.0, half])).tolist()
    return Figure(name, value, low, high)


def bias_figures(pairs: Sequence[Pair]) -> Iterator[Figure]:
    """By how much (as a share of 1) short slices come out higher than long ones, by application."""
    for app in sorted({pair.app for pair in pairs}):
        found = hodges_lehmann(np.array([pair.short - pair.long for pair in pairs if pair.app == app]))
        low, value, high = np.expm1(np.array([found.low, found.estimate, found.high], dtype=np.float64)).tolist()
        yield Figure(BIAS + slug(app), value, low, high)


def missed(found: Sequence[Figure]) -> list[str]:
    """The bounds that are not kept: of the ratio itself, and of any bias whose whole interval lies outside."""
    ratios = [
        f"{figure.name} is above {MOST_RATIO}" for figure in found if figure.name == RATIO and figure.value > MOST_RATIO
    ]
    biases = [figure for figure in found if figure.name.startswith(BIAS)]
    outside = [figure for figure in biases if figure.low > MOST_BIAS or figure.high < -MOST_BIAS]
    return [*ratios, *(f"the interval of {figure.name} lies outside {MOST_BIAS:.0%}" for figure in outside)]
